//! A folder is judged: what is printed, and with which exit code.

use crate::given::{BARE, Folder, ROOT};

#[test]
fn a_service_on_the_golden_path() {
    let folder = Folder::fixture("golden-service");
    let ran = folder.init().waymark(&["check"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    insta::assert_snapshot!("golden_service", ran.out);
    assert_eq!(ran.err, "");
}

#[test]
fn a_service_beside_it() {
    let folder = Folder::fixture("payment-service");
    let ran = folder.init().waymark(&["check"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    insta::assert_snapshot!("payment_service", ran.out);
    assert_eq!(ran.err, "");
}

#[test]
fn json_is_the_same_wherever_the_folder_lies() {
    let first = Folder::fixture("payment-service").waymark(&["check", "--format", "json"]);
    let second = Folder::fixture("payment-service").waymark(&["check", "--format=json", "."]);
    assert_eq!(first.out, second.out);
    assert_eq!(first.json()["schema"], "waymark.dev/report/v1");
    assert_eq!(first.json()["conclusion"], "failure");
}

#[test]
fn workflow_commands() {
    let ran = Folder::fixture("payment-service").waymark(&["check", "--format", "github"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.starts_with("::error file=Dockerfile,line=7,endLine=7,title="), "{}", ran.out);
}

#[test]
fn a_workflow_log_is_read_by_people() {
    let folder = Folder::fixture("payment-service");
    let ran = folder.waymark_with(&[("GITHUB_ACTIONS", "true"), ("CI", "true")], &["check"]);
    assert!(ran.out.starts_with("error[container/non_root_user]"), "{}", ran.out);
}

#[test]
fn what_cannot_be_done_is_2_and_says_why() {
    let folder = Folder::new();
    for (arguments, expected) in [
        (&["check", "no/such/folder"][..], "`no/such/folder` is not a folder"),
        (&["check", "--config", "none.yml"], "cannot read `none.yml`"),
        (&["check", "--policies", "none"], "cannot read the policies: none: "),
        (&["check", "--format", "xml"], "possible values: text, json, sarif, junit, github"),
        (&["check", "--base", "main"], "` is not in a Git work tree"),
    ] {
        let ran = folder.waymark(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{ran:?}");
        assert!(ran.err.contains(expected), "{ran:?}");
    }
}

#[test]
fn an_empty_folder_gets_a_verdict() {
    let ran = Folder::new().waymark(&["check", "--format", "json"]);
    assert_eq!(ran.findings(), BARE);
}

#[test]
fn warnings_do_not_block() {
    let folder = Folder::sound();
    folder.write("Dockerfile", ROOT);
    assert_eq!(folder.waymark(&["check"]).code, Some(1));
    folder.write(".github/waymark.yml", "policies:\n  container/non_root_user: warn\n");
    let ran = folder.waymark(&["check"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("0 blocking, 1 warning"), "{}", ran.out);
}

#[test]
fn another_configuration_may_be_named() {
    let folder = Folder::sound();
    folder.write("Dockerfile", ROOT);
    folder.write("strict.yml", "policies:\n  container/non_root_user: enforce\n");
    folder.write(".github/waymark.yml", "policies:\n  container/non_root_user: off\n");
    assert_eq!(folder.waymark(&["check"]).code, Some(0));
    assert_eq!(folder.waymark(&["check", "--config", "strict.yml"]).code, Some(1));
}

#[test]
fn a_broken_configuration_is_no_verdict() {
    let folder = Folder::sound();
    folder.write(".github/waymark.yml", "polices: {}\nwaivers: [\n");
    let ran = folder.waymark(&["check"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.out.contains("--> .github/waymark.yml:"), "{}", ran.out);
    assert!(ran.err.contains("no verdict"), "{}", ran.err);
}

const OWN: &str = r#"# METADATA
# title: There is a licence
# description: Without a licence nobody may use it.
# custom:
#   severity: low
#   level: gold
#   mode: enforce
#   needs: [files]
#   scope: repo
#   since: "0.1.0"
#   remediation: Add a file `LICENSE`.
package waymark.acme.licence_present

import rego.v1

applies := true

findings contains {"message": "There is no `LICENSE`", "path": "LICENSE"} if {
	not "LICENSE" in input.files
}
"#;

#[test]
fn own_policies_speak_too() {
    let folder = Folder::sound();
    folder.write("../own/acme/licence_present/policy.rego", OWN);
    let ran = folder.waymark(&["check", "--policies", "../own", "--format", "json"]);
    assert_eq!(ran.findings(), ["acme/licence_present LICENSE new"]);
    assert_eq!(ran.code, Some(1));
    folder.write("LICENSE", "MIT");
    assert_eq!(folder.waymark(&["check", "--policies", "../own"]).code, Some(0));
}

#[test]
fn a_policy_that_does_not_compile_is_no_verdict() {
    let folder = Folder::sound();
    folder.write("../own/acme/licence_present/policy.rego", OWN.replace("if {", "if {{{"));
    let ran = folder.waymark(&["check", "--policies", "../own"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("acme/licence_present/policy.rego"), "{}", ran.err);
}

#[test]
fn the_input_of_policies_can_be_seen() {
    let ran = Folder::fixture("payment-service").waymark(&["input"]);
    assert_eq!(ran.code, Some(0));
    let input = ran.json();
    assert_eq!(input["schema"], "waymark.dev/snapshot/v1");
    assert_eq!(input["dockerfiles"][0]["path"], "Dockerfile");
    assert_eq!(input["workloads"].as_array().map(Vec::len), Some(2));
}
