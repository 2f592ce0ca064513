//! The same verdict for dashboards, build servers and people who want to know more, or less.

use serde_json::Value;

use crate::given::{Folder, ROOT};

/// `services/payment` of a repository that holds more, with faults of its own.
fn part_of_a_repository() -> Folder {
    let folder = Folder::fixture("payment-service");
    folder.write("services/web/Dockerfile", ROOT).init();
    folder
}

#[test]
fn code_scanning_reads_sarif() {
    let folder = Folder::fixture("payment-service");
    let ran = folder.init().waymark(&["check", "--format", "sarif"]);
    assert_eq!((ran.code, ran.err.as_str()), (Some(1), ""));
    let schema = include_str!("../../fixtures/sarif/sarif-schema-2.1.0.json");
    let schema: Value = serde_json::from_str(schema).unwrap();
    let schema =
        jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema");
    let log = ran.json();
    let faults: Vec<String> =
        schema.iter_errors(&log).map(|e| format!("{}: {e}", e.instance_path())).collect();
    assert_eq!(faults, Vec::<String>::new());
    let run = &log["runs"][0];
    let results = run["results"].as_array().unwrap();
    let result = results.iter().find(|r| r["ruleId"] == "container/non_root_user").unwrap();
    let rule = &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
    assert_eq!(rule["id"], "container/non_root_user");
    assert_eq!(rule["properties"]["security-severity"], "8.0");
    assert!(rule["help"]["markdown"].as_str().unwrap().contains("```dockerfile\n"), "{rule}");
    assert!(result.get("baselineState").is_none(), "nothing to compare with");
    // The same faults get the same prints on another day and in another place.
    let again = Folder::fixture("payment-service");
    again.write(
        "Dockerfile",
        include_str!("../../fixtures/repos/payment-service/Dockerfile").to_owned() + "\n# more\n",
    );
    let again = again.init().waymark(&["check", "--format=sarif"]).json();
    let prints = |log: &Value| -> Vec<String> {
        let results = log["runs"][0]["results"].as_array().unwrap();
        results.iter().map(|r| r["partialFingerprints"].to_string()).collect()
    };
    assert_eq!(prints(&log), prints(&again));
}

#[test]
fn what_the_base_has_is_unchanged_in_sarif() {
    let folder = Folder::with_a_fault();
    folder.git(&["switch", "-qc", "topic"]).write("worker/Dockerfile", ROOT).commit("second");
    let log = folder.waymark(&["check", "--base=main", "--format=sarif"]).json();
    let results = log["runs"][0]["results"].as_array().unwrap();
    let states: Vec<&Value> = results.iter().map(|r| &r["baselineState"]).collect();
    assert_eq!(states, ["new", "unchanged"]);
}

#[test]
fn build_servers_read_junit() {
    let folder = Folder::fixture("payment-service");
    folder.write(
        ".github/waymark.yml",
        "waivers:\n  - policy: container/non_root_user\n    reason: vendor's image\n    \
         expires: 2999-01-31\n",
    );
    let some =
        ["--policy=container/non_root_user", "--policy=catalog/*_linked", "--policy=*/probes"];
    let ran = folder.waymark(&[&["check", "--format", "junit"][..], &some].concat());
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""));
    let library = ran.out.split("sha256:").nth(1).unwrap()[..64].to_owned();
    insta::assert_snapshot!("payment_service_junit", ran.out.replace(&library, "(digest)"));
}

#[test]
fn paths_start_at_the_root_of_the_repository() {
    let folder = part_of_a_repository();
    let ran = folder.waymark(&["check", "services/web", "--format", "github"]);
    let place = "::error file=services/web/Dockerfile,line=1,";
    assert!(ran.out.contains(place), "{}", ran.out);
    let log = folder.waymark(&["check", "services/web", "--format", "sarif"]).json();
    assert!(log.to_string().contains("\"uri\":\"services/web/Dockerfile\""), "{log}");
    // For those who are there, a path is what they can open.
    let ran = folder.waymark(&["check", "services/web"]);
    assert!(ran.out.contains("--> Dockerfile:1:1"), "{}", ran.out);
}

#[test]
fn only_what_was_asked_for_shows_and_counts() {
    let folder = Folder::fixture("payment-service");
    assert_eq!(folder.waymark(&["check"]).code, Some(1));
    let ran = folder.waymark(&["check", "--policy", "kubernetes/probes", "--format=json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(ran.json()["policies"].as_array().map(Vec::len), Some(1));
    assert!(ran.notes().contains("only 1 of "), "{}", ran.notes());
    let packs = ["check", "--policy=container/*", "--policy=catalog/*", "--format=json"];
    let found = folder.waymark(&packs).findings();
    let of_packs = |f: &String| f.starts_with("container/") || f.starts_with("catalog/");
    assert!(!found.is_empty() && found.iter().all(of_packs), "{found:?}");
    let ran = folder.waymark(&["check", "--mode", "warn"]);
    assert_eq!(ran.code, Some(0), "only policies in enforce block: {ran:?}");
    assert!(ran.out.contains("\nwarning["), "{}", ran.out);
    assert!(!ran.out.contains("level:"), "a part has no level: {}", ran.out);
    let bronze = folder.waymark(&["check", "--level", "bronze", "--format=json"]).json();
    assert!(bronze["policies"].as_array().unwrap().iter().all(|p| p["level"] == "bronze"));
}

#[test]
fn observed_policies_speak_when_asked() {
    let folder = Folder::sound();
    folder.write("Dockerfile", ROOT);
    folder.write(".github/waymark.yml", "policies:\n  container/non_root_user: observe\n");
    assert!(!folder.waymark(&["check"]).out.contains("runs as root"));
    let ran = folder.waymark(&["check", "--mode", "observe,warn"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("note[container/non_root_user]: "), "{}", ran.out);
    assert!(ran.out.contains("0 existing, 1 observed; "), "{}", ran.out);
    // It applies, and it fails.
    let ran =
        folder.waymark(&["check", "--policy", "container/non_root_user", "--mode", "observe"]);
    assert!(ran.out.contains("0 existing, 1 observed; 0 of 1 policy pass\n"), "{}", ran.out);
}

#[test]
fn what_means_no_policy_is_2_and_says_what_was_meant() {
    let folder = Folder::sound();
    for (arguments, expected) in [
        (
            &["check", "--policy", "container/non_root_usr"][..],
            "--policy: unknown policy `container/non_root_usr`; did you mean `container/non_root_user`?",
        ),
        (&["check", "--policy", "container"], "`container` is a pack; did you mean `container/*`?"),
        (
            &["check", "--explain=probes"],
            "--explain: unknown policy `probes`; did you mean `kubernetes/probes`?",
        ),
        (&["check", "--level", "steel"], "possible values: bronze, silver, gold"),
        (&["check", "--mode", "loud"], "possible values: observe, warn, enforce"),
    ] {
        let ran = folder.waymark(arguments);
        assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{ran:?}");
        assert!(ran.err.contains(expected), "{ran:?}");
    }
}

#[test]
fn a_policy_that_was_not_judged_is_no_silent_pass() {
    let folder = Folder::sound();
    folder.write(".github/waymark.yml", "policies:\n  container/non_root_user: off\n");
    let ran = folder.waymark(&["check", "--policy", "container/non_root_user"]);
    assert_eq!(ran.code, Some(0));
    let expected = "`container/non_root_user` is off here, or not on the golden path `service`";
    assert!(ran.err.contains(expected), "{ran:?}");
}

#[test]
fn every_reason_why_a_policy_is_unknown_can_be_read() {
    let folder = Folder::sound();
    for n in 0..5 {
        folder.write(&format!("svc{n}/Dockerfile"), "FROM debian:{{ version }}\n");
    }
    let reason = |n: u32| format!("`svc{n}/Dockerfile` is a template, which is not rendered");
    let id = "container/base_image_tagged";
    let brief = folder.waymark(&["check", "--policy", id]);
    assert!(brief.out.contains(&format!("{}; and 2 more\n", reason(2))), "{}", brief.out);
    let explained = folder.waymark(&["check", "--policy", id, &format!("--explain={id}")]);
    let all: String = (0..5).map(|n| format!("    {}\n", reason(n))).collect();
    assert!(explained.out.contains(&format!("  {id}:\n{all}")), "{}", explained.out);
    let json = folder.waymark(&["check", "--policy", id, "--format", "json"]);
    let report: serde_json::Value = serde_json::from_str(&json.out).unwrap();
    assert_eq!(
        report["policies"][0]["reasons"],
        serde_json::json!((0..5).map(reason).collect::<Vec<_>>())
    );
}

#[test]
fn a_proposed_waiver_works_as_it_is() {
    let folder = Folder::sound();
    folder.write("Dockerfile", ROOT);
    let ran = folder.waymark(&["check", "--explain=container/*"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    for heading in ["Why it matters\n  ", "What to do\n  ", "\nMore\n  waymark policy show "] {
        assert!(ran.out.contains(heading), "{heading}: {}", ran.out);
    }
    let (_, waivers) = ran.out.split_once(".github/waymark.yml\n").unwrap();
    let (waivers, _) = waivers.split_once("\n\n").unwrap();
    folder.write(".github/waymark.yml", waivers);
    let ran = folder.waymark(&["check"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("why this is acceptable for now"), "{}", ran.out);
}

#[test]
fn colours_are_for_those_who_want_them() {
    let folder = Folder::sound();
    folder.write("Dockerfile", ROOT);
    let colours = |variables: &[(&str, &str)]| {
        folder.coloured(variables, &["check", "--explain"]).out.contains('\u{1b}')
    };
    assert!(!colours(&[]), "a pipe gets none");
    assert!(!colours(&[("CLICOLOR", "1"), ("TERM", "xterm-256color")]), "a pipe gets none");
    assert!(colours(&[("CLICOLOR_FORCE", "1")]));
    assert!(!colours(&[("NO_COLOR", "1")]));
    for format in ["json", "sarif", "junit", "github"] {
        let ran = folder.coloured(&[("CLICOLOR_FORCE", "1")], &["check", "--format", format]);
        assert!(!ran.out.contains('\u{1b}'), "{format}: {}", ran.out);
    }
}
