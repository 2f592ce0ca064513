//! Before a policy is in force, its pull request tells whom it would hit.

use waymark::edge::store::JobState;

use crate::github::CheckRun;
use crate::stage::Stage;

use super::files::{CATALOG, CODEOWNERS, README};
use super::own_policies::{HOME, home, place, rules, wants};

const EXAMPLES: &str = "good:\n  - {name: one, files: {LICENSE: MIT}}\n  - {name: two, files: {LICENSE: ''}}\n\
    bad:\n  - {name: none, files: {README.md: x}, expect: [{path: LICENSE}]}\n  \
    - {name: elsewhere, files: {docs/LICENSE: x}, expect: [{message: There is no}]}\n";
const TESTS: &str = "package waymark.acme.licensed_test\n\nimport rego.v1\n\n\
    import data.waymark.acme.licensed\n\n\
    test_it if count(licensed.findings) == 1 with input as {\"files\": []}\n";

fn run(stage: &Stage, head: &str) -> CheckRun {
    let mut runs = stage.gh.check_runs(HOME, head);
    runs.retain(|run| run.name == "waymark / policies");
    assert_eq!(runs.len(), 1, "{}", stage.database.kind);
    runs.remove(0)
}

/// A configuration repository, and three services of two teams: one has a licence.
async fn furnished(stage: &Stage) {
    home(stage);
    for (name, team, licence) in
        [("api", "payments", false), ("web", "payments", true), ("shop", "sales", false)]
    {
        let catalog = CATALOG.replace("team-payments", team);
        let owners = CODEOWNERS.replace("payments", team);
        let repo = format!("acme/{name}");
        stage.gh.create_repo(
            &repo,
            &[("README.md", README), ("catalog-info.yaml", &catalog), ("CODEOWNERS", &owners)],
        );
        let file = if licence { "LICENSE" } else { "notes.md" };
        stage.gh.push(&repo, "main", &[(file, "Words")], "Document");
    }
    // Nothing was ever pushed here.
    stage.gh.create_repo("acme/quiet", &[("README.md", README)]);
    stage.settle().await;
}

/// Proposes files, and returns the head.
async fn proposed(stage: &Stage, branch: &str, files: &[(String, &str)]) -> String {
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), *t)).collect();
    let head = stage.gh.push(HOME, branch, &files, "Add a policy");
    stage.gh.open_pull(HOME, branch, "main");
    stage.settle().await;
    assert_eq!(stage.jobs(JobState::Dead).await, []);
    head
}

fn beside(file: &str) -> String {
    place("licensed").replace("policy.rego", file)
}

#[tokio::test]
async fn a_new_policy_tells_whom_it_would_hit() {
    for stage in Stage::each().await {
        furnished(&stage).await;
        let licensed = wants("licensed", "LICENSE");
        let files = [
            (place("licensed"), licensed.as_str()),
            (beside("examples.yaml"), EXAMPLES),
            (beside("policy_test.rego"), TESTS),
        ];
        let head = proposed(&stage, "licences", &files).await;
        let first = run(&stage, &head);
        assert_eq!(first.conclusion.as_deref(), Some("neutral"), "{first:?}");
        assert_eq!(first.title.as_deref(), Some("2 of 3 repositories would newly fail a policy"));
        let summary = first.summary.clone().unwrap();
        let (before, took) = summary.rsplit_once(", in ").unwrap();
        assert!(took.ends_with("s.\n"), "{summary}");
        if stage.database.kind == "SQLite" {
            insta::assert_snapshot!("blast_radius", before);
        }

        // It is merged: the same policies are in force, and the services learn it.
        stage.gh.push(
            HOME,
            "main",
            &files.map(|(path, text)| (path, text.to_owned())),
            "Merge the policy",
        );
        stage.settle().await;
        // By now the default branch of the configuration repository is known itself.
        let after = run(&stage, &stage.gh.head(HOME, "main"));
        assert_eq!(after.title.as_deref(), Some("3 of 4 repositories would newly fail a policy"));

        // Another change of the repository hits nobody.
        let head = proposed(&stage, "words", &[("README.md".to_owned(), "Others")]).await;
        let none = run(&stage, &head);
        assert_eq!(none.conclusion.as_deref(), Some("success"), "{none:?}");
        assert_eq!(none.title.as_deref(), Some("1 policy: no change"));
        stage.end().await;
    }
}

#[tokio::test]
async fn what_does_not_compile_or_fails_its_tests_is_a_failure() {
    for stage in Stage::each().await {
        furnished(&stage).await;
        let broken = rules("licensed", "findings contains {\"message\": \"x\"} if startwith(1)");
        let head = proposed(&stage, "broken", &[(place("licensed"), &broken)]).await;
        let first = run(&stage, &head);
        assert_eq!(first.conclusion.as_deref(), Some("failure"), "{first:?}");
        assert_eq!(first.title.as_deref(), Some("1 file cannot be used"));
        assert_eq!(first.annotations.len(), 1);
        assert_eq!(first.annotations[0]["path"], place("licensed").as_str());
        assert_eq!(first.annotations[0]["start_line"], 16);
        assert!(first.summary.unwrap().contains("did you mean `startswith`"));

        let other = wants("licensed", "COPYING");
        let files = [
            (place("licensed"), other.as_str()),
            (beside("examples.yaml"), EXAMPLES),
            (beside("policy_test.rego"), TESTS),
        ];
        let head = proposed(&stage, "failing", &files).await;
        let second = run(&stage, &head);
        assert_eq!(second.conclusion.as_deref(), Some("failure"), "{second:?}");
        assert_eq!(second.title.as_deref(), Some("The tests of 1 policy fail"));
        assert!(second.summary.unwrap().contains("3 of 3 repositories"), "{:?}", second.title);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_check_that_cannot_be_made_is_concluded_all_the_same() {
    for stage in Stage::each().await {
        home(&stage);
        stage.settle().await;
        let head = stage.gh.push(HOME, "main", &[("notes.md", "Words")], "Document");
        stage.gh.fail("GET /repos/{owner}/{repo}/git/trees/{tree_sha}", 502, 1_000);
        for _ in 0..12 {
            stage.settle().await;
            stage.advance(700);
        }
        let told = run(&stage, &head);
        assert_eq!(told.conclusion.as_deref(), Some("action_required"));
        stage.gh.heal();
        let dead = stage.jobs(JobState::Dead).await;
        assert!(dead.iter().any(|job| job.kind == "check_policies"), "{dead:?}");
    }
}

/// The commonest change of all: a policy that was only observed shall be enforced from now on.
#[tokio::test]
async fn a_louder_mode_tells_who_would_be_held_to_it() {
    for stage in Stage::each().await {
        let observed = "policies:\n  catalog/*: observe\n  \"*\": off\n";
        stage.gh.create_repo(HOME, &[("waymark.yml", observed)]);
        for (name, files) in
            [("api", vec![("README.md", README)]), ("web", vec![("catalog-info.yaml", CATALOG)])]
        {
            stage.gh.create_repo(&format!("acme/{name}"), &files);
            stage.gh.push(&format!("acme/{name}"), "main", &[("notes.md", "Words")], "Document");
        }
        stage.settle().await;

        let enforced = observed.replace("observe", "enforce");
        let files = [("waymark.yml".to_owned(), enforced.as_str())];
        let head = proposed(&stage, "enforce", &files).await;
        let told = run(&stage, &head);
        assert_eq!(told.conclusion.as_deref(), Some("neutral"), "{told:?}");
        let title = "1 of 2 repositories would newly be held to a policy they fail";
        assert_eq!(told.title.as_deref(), Some(title));
        let summary = told.summary.unwrap();
        let (before, _) = summary.rsplit_once(", in ").unwrap();
        if stage.database.kind == "SQLite" {
            insta::assert_snapshot!("held_to_it", before);
        }

        // A parameter or another policy shows as a policy that newly fails.
        let louder = observed.replace("\"*\": off", "operations/*: warn\n  \"*\": off");
        let head = proposed(&stage, "louder", &[("waymark.yml".to_owned(), louder.as_str())]).await;
        let told = run(&stage, &head);
        assert_eq!(told.title.as_deref(), Some("2 of 2 repositories would newly fail a policy"));

        // A broken file would not count, and changes nothing.
        let head = proposed(&stage, "slip", &[("waymark.yml".to_owned(), "polices: {}\n")]).await;
        assert_eq!(run(&stage, &head).conclusion.as_deref(), Some("success"));
        stage.end().await;
    }
}
