//! `waymark gate`: a pipeline asks itself.

use std::fs;

use crate::given::{Folder, ROOT};

const ALWAYS: &str = "from: 2000-01-01, until: 2100-01-01";
const EVERY_DAY: &str =
    "every: [monday, tuesday, wednesday, thursday, friday, saturday, sunday], zone: Europe/Berlin";

/// A sound service with two commits, and the organisation's file beside it.
fn with(organisation: &str) -> (Folder, String) {
    let folder = Folder::sound();
    folder.init().write("NEWS", "more").commit("second");
    let file = folder.beside("waymark.yml");
    fs::write(&file, organisation).unwrap();
    let file = file.to_str().unwrap().to_owned();
    (folder, file)
}

fn freeze(when: &str) -> String {
    format!("freeze:\n  - {{reason: 'holidays', {when}, environments: prod*}}\n")
}

#[test]
fn each_decision_has_its_exit_code() {
    let (folder, file) = with(&freeze(ALWAYS));
    let ask = |more: &[&str]| {
        folder.waymark(&[&["gate", "--organisation", &file, "--environment"], more].concat())
    };
    let ran = ask(&["staging"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.starts_with("approved: "), "{ran:?}");

    let ran = ask(&["production"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("reject     freeze: a freeze holds until 2100-01-02"), "{ran:?}");
    assert!(ran.out.contains("waymark.yml:2): holidays"), "{ran:?}");

    let ran = ask(&["production", "--acknowledge", "freeze=customers cannot pay"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("by command line: customers cannot pay"), "{ran:?}");

    fs::write(&file, freeze(EVERY_DAY)).unwrap();
    let ran = ask(&["production", "--format", "json"]);
    assert_eq!(ran.code, Some(3), "{ran:?}");
    let told = ran.json();
    assert_eq!(told["schema"], "waymark.dev/gate-decision/v1");
    assert_eq!((&told["verdict"], &told["deciding"]), (&"waiting".into(), &1.into()));
    assert_eq!(told["request"]["judgement"]["conclusion"], "success");
    assert!(told["ask_again"].is_string());
}

#[test]
fn what_the_last_commit_broke_is_not_deployed() {
    let (folder, file) = with("");
    folder.write("Dockerfile", ROOT).write(".github/waymark.yml", "").commit("third");
    let own = folder.beside("own.yml");
    fs::write(&own, "policies: {container/non_root_user: enforce}\n").unwrap();
    let own = own.to_str().unwrap();
    let ask = |at: &str| {
        let fixed = ["gate", "--environment", "production", "--config", own];
        folder.waymark(&[&fixed[..], &["--organisation", &file, "--ref", at]].concat())
    };
    let ran = ask("HEAD");
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("1 new finding of this commit breaks the golden path"), "{ran:?}");
    assert_eq!(ask("HEAD^").code, Some(0));
    // The first one has nothing before it.
    let ran = ask("HEAD~2");
    assert!(ran.err.contains("the commit before is not here"), "{ran:?}");
    assert_eq!(ask("nothing").code, Some(2));
}

#[test]
fn what_cannot_be_decided_is_no_approval() {
    let (folder, file) = with("freeze: [{reason: x, from: 2026-12-20}]\n");
    let ask = ["gate", "--environment", "production", "--organisation", &file];
    let ran = folder.waymark(&ask);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("waymark.yml:1: the freeze has no end; add `until`"), "{ran:?}");
    assert_eq!(folder.waymark(&["gate"]).code, Some(2), "an environment is asked for");
    assert_eq!(Folder::sound().waymark(&["gate", "--environment", "x"]).code, Some(2), "no Git");
}

#[test]
fn a_prometheus_that_does_not_answer_is_unknown() {
    // Nobody listens on port 1.
    let slo = "slo:\n  prometheus: http://127.0.0.1:1\n  documents: false\n  objectives:\n    \
               - {name: up, objective: 99.9, error_ratio: 'e[$window]'}\n";
    let (folder, file) = with(slo);
    let ask = ["gate", "--environment", "production", "--organisation", &file];
    let ran = folder.waymark(&ask);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("note       error_budget_unknown: the error budget of `up` is not known: Prometheus cannot be reached"), "{ran:?}");
    fs::write(&file, format!("gate: {{unknown_slo: wait}}\n{slo}")).unwrap();
    assert_eq!(folder.waymark(&ask).code, Some(3));
}

/// What nobody has acknowledged holds a pipeline that asks itself, too; what a clone cannot know is
/// said.
#[test]
fn what_a_migration_does_is_read_and_what_only_github_knows_is_noted() {
    let (folder, file) = with(
        "gate: {blocks: [irreversible_migration, self_merged], incidents: [incident]}\n\
         policies: {operations/migration_safe: observe}\n",
    );
    let first = folder.write("db/migrate/V1__users.sql", "CREATE TABLE users (id bigint);\n");
    first.commit("third");
    folder.write("db/migrate/V2__drop.sql", "DROP TABLE users;\n").commit("fourth");
    folder.write("NEWS", "even more").commit("fifth");
    let ask = |at: &str, more: &[&str]| {
        let fixed = ["gate", "--environment", "production", "--organisation", &file, "--ref", at];
        folder.waymark(&[&fixed[..], more].concat())
    };
    let ran = ask("HEAD", &["--base", "HEAD~3"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("reject     irreversible_migration: `db/migrate/V2__drop.sql`, line 1: `DROP TABLE users"), "{ran:?}");
    assert!(
        ran.out.contains("note       risk: whether `self_merged` is so is not known of"),
        "{ran:?}"
    );
    let incidents = "note       incident: whether an incident is open is not known: nobody looked for issues with `incident`";
    assert!(ran.out.contains(incidents), "{ran:?}");
    let ran = ask(
        "HEAD",
        &["--base", "HEAD~3", "--acknowledge", "irreversible_migration=nobody uses it"],
    );
    assert_eq!(ran.code, Some(0), "{ran:?}");
    // The last commit alone drops nothing, and that is known.
    let ran = ask("HEAD", &["--format", "json"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let told = ran.json();
    assert_eq!(told["request"]["risk"]["conditions"], serde_json::json!([]));
    let known = told["request"]["risk"]["unknown"][0]["known"].as_array().map(Vec::len);
    assert_eq!(known, Some(5));
    // Of the first commit nobody knows what it changes.
    let ran = ask("HEAD~4", &[]);
    assert!(ran.out.contains(": what was deployed before is not here"), "{ran:?}");
}
