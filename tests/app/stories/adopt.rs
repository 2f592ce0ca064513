//! A product engineer types `/platform adopt` and gets a pull request.

use crate::github::{FakeGitHub, usual_permissions};
use crate::stage::Stage;

use super::files::{CATALOG, CODEOWNERS, GOOD, README};

pub(super) const REPO: &str = "acme/payments";
/// What the templates ask and nobody could infer here.
pub(super) const ASK: &str =
    "/platform adopt library language=go owner=group:default/team-payments";
pub(super) const BRANCH: &str = "waymark/adopt-library";

const MODULE: &str = "module github.com/acme/payments\n\ngo 1.24\n";

pub(super) fn repository() -> Vec<(&'static str, &'static str)> {
    vec![
        ("README.md", README),
        ("CODEOWNERS", CODEOWNERS),
        ("go.mod", MODULE),
        ("payments.go", "package payments\n"),
    ]
}

pub(super) fn last_reply(stage: &Stage, number: u64) -> String {
    stage.gh.comments(REPO, number).pop().unwrap().body
}

fn paths(stage: &Stage, branch: &str) -> Vec<String> {
    stage.gh.paths(REPO, branch)
}

pub(super) async fn asked(stage: &Stage, issue: u64, text: &str) -> String {
    stage.gh.comment(REPO, issue, "octo-dev", text);
    stage.settle().await;
    last_reply(stage, issue)
}

#[tokio::test]
async fn one_comment_and_the_repository_is_gold() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &repository());
        let issue = stage.gh.open_issue(REPO, "octo-dev", "Golden path?");
        let said = asked(&stage, issue, ASK).await;
        let pull = stage.gh.pull_from(REPO, BRANCH).unwrap_or_else(|| panic!("{said}"));
        assert!(said.contains(&format!("Opened #{}.", pull.number)), "{said}");
        // Nothing of a human is lost.
        for (path, text) in repository() {
            let after = stage.gh.text(REPO, BRANCH, path);
            for line in text.lines() {
                assert!(after.lines().any(|l| l == line), "{path}: {line:?} is lost");
            }
        }
        assert!(paths(&stage, BRANCH).contains(&"catalog-info.yaml".to_owned()));
        let body = stage.gh.issue_body(REPO, pull.number);
        insta::assert_snapshot!("adoption", body);
        // One commit per concern, and the check on them passes.
        assert!(stage.gh.messages(REPO, "main", BRANCH).len() >= 3);
        let head = stage.gh.head(REPO, BRANCH);
        assert_eq!(
            stage.conclusion(REPO, &head),
            "success",
            "{:?}",
            stage.run(REPO, &head).summary
        );

        // Asking again changes nothing.
        let said = asked(&stage, issue, ASK).await;
        assert!(said.contains(&format!("Nothing new for #{}.", pull.number)), "{said}");
        assert_eq!(stage.gh.head(REPO, BRANCH), head);

        // Merged, the level is raised, and there is nothing left to adopt.
        stage.gh.merge(REPO, pull.number);
        stage.settle().await;
        let said = asked(&stage, issue, "/platform scorecard").await;
        assert!(said.contains("**Level gold**"), "{said}");
        let said = asked(&stage, issue, ASK).await;
        assert!(said.contains("holds all of its golden path already"), "{said}");
        stage.end().await;
    }
}

#[tokio::test]
async fn what_people_changed_on_the_branch_stays() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &repository());
        let issue = stage.gh.open_issue(REPO, "octo-dev", "Golden path?");
        asked(&stage, issue, ASK).await;
        let catalog = stage.gh.text(REPO, BRANCH, "catalog-info.yaml");
        let edited = format!("# ours\n{catalog}");
        stage.gh.push(REPO, BRANCH, &[("catalog-info.yaml", edited.as_str())], "Say it is ours");
        stage.settle().await;
        asked(&stage, issue, ASK).await;
        assert!(stage.gh.text(REPO, BRANCH, "catalog-info.yaml").starts_with("# ours\n"));
        stage.end().await;
    }
}

#[tokio::test]
async fn a_plan_changes_nothing() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &repository());
        let issue = stage.gh.open_issue(REPO, "octo-dev", "Golden path?");
        let said = asked(&stage, issue, &format!("{ASK} --plan")).await;
        assert!(said.contains("| **add** | catalog-info.yaml |"), "{said}");
        assert_eq!(stage.gh.pull_from(REPO, BRANCH).map(|p| p.number), None);
        assert_eq!(stage.gh.head_of(REPO, BRANCH), None);
        stage.end().await;
    }
}

#[tokio::test]
async fn what_is_unclear_is_asked_first() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &[("notes.txt", "hello\n")]);
        let issue = stage.gh.open_issue(REPO, "octo-dev", "Golden path?");
        let said = asked(&stage, issue, "/platform adopt").await;
        assert!(said.contains("Before anything is written, please say:"), "{said}");
        assert!(said.contains("say `/platform adopt NAME`"), "{said}");
        assert_eq!(stage.gh.head_of(REPO, BRANCH), None);
        let said = asked(&stage, issue, "/platform adopt nonsense").await;
        assert!(said.contains("nonsense"), "{said}");
        stage.end().await;
    }
}

#[tokio::test]
async fn without_the_permission_workflows_are_offered_to_paste() {
    let shape = FakeGitHub::builder;
    for stage in Stage::each_on(shape).await {
        let mut granted = usual_permissions();
        granted.remove("workflows");
        stage.gh.organisation_granting("humble", granted);
        let repo = "humble/payments";
        stage.gh.create_repo(repo, &repository());
        let issue = stage.gh.open_issue(repo, "octo-dev", "Golden path?");
        stage.gh.comment(repo, issue, "octo-dev", ASK);
        stage.settle().await;
        let said = stage.gh.comments(repo, issue).pop().unwrap().body;
        assert!(said.contains("Opened #"), "{said}");
        assert!(said.contains("have not granted `workflows: write`"), "{said}");
        assert!(said.contains("```yaml\n"), "{said}");
        let all = stage.gh.paths(repo, BRANCH);
        assert!(!all.iter().any(|path| path.starts_with(".github/workflows/")), "{all:?}");
        stage.end().await;
    }
}

/// Every step of the way may be the last one of a process.
#[tokio::test]
async fn a_lost_answer_leaves_one_branch_and_one_pull_request() {
    for lost in ["POST /repos/*/*/git/refs", "POST /repos/*/*/pulls"] {
        for stage in Stage::each().await {
            stage.gh.create_repo(REPO, &repository());
            let issue = stage.gh.open_issue(REPO, "octo-dev", "Golden path?");
            stage.gh.lose_answer(lost, 1);
            stage.gh.comment(REPO, issue, "octo-dev", ASK);
            stage.settle().await;
            stage.advance(60);
            stage.settle().await;
            let made = stage.gh.calls_to("POST /repos/*/*/pulls");
            assert_eq!(made.iter().filter(|call| call.status == 201).count(), 1, "{lost}");
            assert!(stage.gh.pull_from(REPO, BRANCH).is_some());
            stage.gh.forgive();
            stage.end().await;
        }
    }
}

#[tokio::test]
async fn a_repository_that_has_everything_is_left_alone() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, GOOD);
        let issue = stage.gh.open_issue(REPO, "octo-dev", "Golden path?");
        asked(&stage, issue, ASK).await;
        // The catalog entry that was there keeps all of its lines.
        let after = stage.gh.text(REPO, BRANCH, "catalog-info.yaml");
        for line in CATALOG.lines() {
            assert!(after.lines().any(|l| l == line), "{line:?} is lost from\n{after}");
        }
        stage.end().await;
    }
}
