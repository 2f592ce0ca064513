//! What holds in a repository is shown, and configuration files are checked before they count.

use crate::given::{Folder, ROOT};

const LOCKED: &str = "policies:
  container/non_root_user: {mode: enforce, locked: true}
  catalog/*: {enforce_from: 2999-01-01}
  delivery/actions_pinned: {mode: enforce, rollout: {percent: 20}}
parameters: {require_sha: true}
locked: [parameters.require_sha]
exclude: ['legacy/**']
";
const OWN: &str = "policies:
  container/*: observe
parameters: {require_sha: false}
";

fn furnished() -> Folder {
    let folder = Folder::sound();
    folder.write(".github/waymark.yml", OWN).write("../org/waymark.yml", LOCKED);
    folder
}

#[test]
fn show_names_the_mode_and_who_decided() {
    let folder = furnished();
    let ran = folder.waymark(&["config", "show", "--organisation", "../org"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let said = |policy: &str| -> String {
        let line = ran.out.lines().find(|line| line.trim_start().starts_with(policy));
        line.unwrap_or_default().split_whitespace().skip(1).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(
        said("container/non_root_user"),
        "enforce bronze ../org/waymark.yml:2 locked; the repository asks for observe in vain"
    );
    assert_eq!(said("container/base_image_tagged"), "observe bronze .github/waymark.yml:2");
    let catalog = said("catalog/info_present");
    assert!(catalog.starts_with("warn bronze ../org/waymark.yml:3 will block from 2999-01-01 ("));
    assert_eq!(
        said("delivery/actions_pinned"),
        "observe silver ../org/waymark.yml:4 not known here: treated as not in the rollout"
    );
    assert_eq!(said("delivery/code_scanned"), "warn silver built-in");
    assert!(ran.out.contains("parameter require_sha = true\nnot judged: legacy/**\n"), "{ran:?}");
    let refused = ran.out.lines().filter(|line| line.contains("does not count")).count();
    assert_eq!(refused, 2, "{ran:?}");
}

#[test]
fn show_speaks_json_and_needs_no_organisation() {
    let folder = furnished();
    let ran = folder.waymark(&["config", "show", "--format=json"]);
    let policies = ran.json()["policies"].as_array().unwrap().clone();
    let one = policies.iter().find(|p| p["policy"] == "container/non_root_user").unwrap();
    assert_eq!((&one["mode"], &one["origin"]), (&"observe".into(), &"repository".into()));
    assert_eq!(one["place"], ".github/waymark.yml:2");
    assert_eq!(ran.json()["problems"].as_array().unwrap().len(), 0);
}

#[test]
fn check_keeps_to_the_organisation() {
    let folder = furnished();
    folder.write("Dockerfile", ROOT).write("legacy/Dockerfile", ROOT);
    assert_eq!(folder.waymark(&["check"]).code, Some(0), "the repository turned it down");
    let ran = folder.waymark(&["check", "--format=json", "--organisation", "../org/waymark.yml"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.findings().contains(&"container/non_root_user Dockerfile new".to_owned()));
    assert!(!ran.out.contains("legacy/Dockerfile"), "{ran:?}");
    assert!(ran.out.contains("`exclude` names"), "{ran:?}");
}

#[test]
fn validate_finds_each_fault_with_its_line() {
    let folder = furnished();
    let ran = folder.waymark(&["config", "validate"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ".github/waymark.yml: good\n"));

    folder
        .write("bad.yml", "polices: {}\npath: servce\nexclude: ['[']\nwaivers:\n  - policy: x/y\n");
    let ran = folder.waymark(&["config", "validate", "bad.yml", "../org/waymark.yml"]);
    assert_eq!(ran.code, Some(1));
    insta::assert_snapshot!("validate", ran.out);
    assert_eq!(folder.waymark(&["config", "validate", "none.yml"]).code, Some(2));
}

#[test]
fn validate_tells_the_two_files_apart() {
    let folder = furnished();
    let ran = folder.waymark(&["config", "validate", "--as=organisation", ".github/waymark.yml"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let ran = folder.waymark(&["config", "validate", "--as=repository", "../org/waymark.yml"]);
    assert_eq!(ran.code, Some(1));
    assert!(ran.out.contains("unknown key `locked`"), "{ran:?}");
    // What it was taken for by its name may be wrong.
    folder.write("o.yml", LOCKED);
    let ran = folder.waymark(&["config", "validate", "o.yml"]);
    assert!(
        ran.out.contains(
            "is this the organisation's file? By its name it was taken for a \
        repository's: try --as organisation\n"
        ),
        "{ran:?}"
    );
    let ran = folder.waymark(&["config", "validate", "--as=repository", "o.yml"]);
    assert!(!ran.out.contains("is this"), "{ran:?}");
}

#[test]
fn show_tells_faults_first_and_fails() {
    let folder = furnished();
    folder.write(".github/waymark.yml", "polices: {}\n");
    let ran = folder.waymark(&["config", "show"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.starts_with(".github/waymark.yml:1: unknown key `polices`"), "{ran:?}");
    assert!(ran.out.contains("\n\ngolden path "), "{ran:?}");
}

#[test]
fn one_line_that_is_locked_is_told_once() {
    let folder = furnished();
    folder.write(".github/waymark.yml", "policies:\n  container/*: off\n");
    folder.write("../org/waymark.yml", "policies:\n  container/*: {mode: enforce, locked: true}\n");
    let ran = folder.waymark(&["config", "show", "--organisation", "../org"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let refused: Vec<&str> = ran.out.lines().filter(|l| l.contains("does not count")).collect();
    assert_eq!(refused.len(), 1, "{ran:?}");
    assert!(refused[0].contains(" and "), "{refused:?}");
    assert!(refused[0].contains("more, which are `enforce` in the organisation,"), "{refused:?}");
}

#[test]
fn the_lock_of_a_pack_holds_for_a_rule_of_its_own() {
    let folder = furnished();
    folder.write(".github/waymark.yml", "policies: {container/no_secrets_baked: off}\n");
    let rules = "policies:\n  container/*: {mode: enforce, locked: true}\n  \
                 container/no_secrets_baked: {level: gold}\n";
    folder.write("../org/waymark.yml", rules);
    let ran = folder.waymark(&["config", "show", "--organisation", "../org"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let row = ran.out.lines().find(|line| line.trim().starts_with("container/no_secrets_baked"));
    assert!(row.is_some_and(|row| row.contains("warn") && row.contains("gold")), "{ran:?}");
    assert!(ran.out.contains("does not count"), "{ran:?}");
}

#[test]
fn a_broken_organisation_is_no_verdict() {
    let folder = furnished();
    folder.write("../org/waymark.yml", "policies: {container/*: loud}\n");
    let ran = folder.waymark(&["check", "--organisation", "../org"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.out.contains("off, observe, warn, enforce"), "{ran:?}");
    assert_eq!(folder.waymark(&["check", "--organisation", ".."]).code, Some(2));
}

#[test]
fn the_schema_is_printed() {
    let ran = Folder::new().waymark(&["config", "schema", "organisation"]);
    assert_eq!(ran.json()["title"], "Waymark, organisation");
}
