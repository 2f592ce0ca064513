//! A product engineer types `/platform fix` and gets a commit, a pull request, or a patch.

use crate::github::{FakeGitHub, usual_permissions};
use crate::stage::Stage;

use super::files::{CONFIG, FIXED, GOOD, OLD_FAULT, ROOT, with};

const REPO: &str = "acme/payments";
const ALL: &str = "waymark/fix-all";
const WORKFLOW: &str = ".github/workflows/ci.yml";
const CI: &str = "\
name: CI # ours
on: push
permissions: {contents: read}
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: 'actions/checkout@v4'
      - uses: actions/gone@v1
";

fn last_reply(stage: &Stage, number: u64) -> String {
    stage.gh.comments(REPO, number).pop().unwrap().body
}

async fn asked(stage: &Stage, issue: u64, text: &str) -> String {
    stage.gh.comment(REPO, issue, "octo-dev", text);
    stage.settle().await;
    last_reply(stage, issue)
}

/// A pull request that brings an image which runs as root.
pub(super) async fn with_pull(stage: &Stage) -> u64 {
    stage.gh.create_repo(REPO, GOOD);
    stage.gh.push(REPO, "image", &[("Dockerfile", ROOT)], "Add image");
    let number = stage.gh.open_pull(REPO, "image", "main");
    stage.settle().await;
    number
}

#[tokio::test]
async fn one_commit_on_the_branch_and_the_check_is_green() {
    for stage in Stage::each().await {
        let number = with_pull(&stage).await;
        assert_eq!(stage.conclusion(REPO, &stage.gh.head(REPO, "image")), "failure");
        let said = asked(&stage, number, "/platform fix").await;
        insta::assert_snapshot!("fixed", without_mark(&said, &stage.gh.head(REPO, "image")));
        assert_eq!(stage.gh.text(REPO, "image", "Dockerfile"), FIXED);
        let messages = stage.gh.messages(REPO, "main", "image");
        assert_eq!(messages.len(), 2, "{messages:?}");
        assert!(messages.iter().any(|m| m.starts_with("Put container/non_root_user right\n")));
        let head = stage.gh.head(REPO, "image");
        assert_eq!(stage.conclusion(REPO, &head), "success");

        // Nothing is left, and nothing is done.
        let said = asked(&stage, number, "/platform fix non_root_user").await;
        assert!(said.contains("Nothing to put right"), "{said}");
        assert_eq!(stage.gh.head(REPO, "image"), head);
        stage.end().await;
    }
}

/// The reply without what differs from run to run.
fn without_mark(said: &str, head: &str) -> String {
    let said = said.replace(&head[..7], "<commit>");
    said.split("<!--").next().unwrap_or_default().trim_end().to_owned()
}

#[tokio::test]
async fn tags_are_looked_up_and_become_remarks() {
    for stage in Stage::each().await {
        let gh = &stage.gh;
        gh.organisation_without_app("actions");
        gh.create_repo("actions/checkout", &[("action.yml", "name: Checkout\n")]);
        let sha = gh.head("actions/checkout", "main");
        gh.tag("actions/checkout", "v4", &sha);
        gh.create_repo(REPO, &with(GOOD, CONFIG, "path: service\n"));
        gh.push(REPO, "ci", &[(WORKFLOW, CI)], "Add CI");
        let number = gh.open_pull(REPO, "ci", "main");
        stage.settle().await;
        let said = asked(&stage, number, "/platform fix actions_pinned").await;
        let wanted = CI.replace("'actions/checkout@v4'", &format!("'actions/checkout@{sha}' # v4"));
        assert_eq!(gh.text(REPO, "ci", WORKFLOW), wanted, "{said}");
        assert!(said.contains("there is no `actions/gone@v1` that GitHub shows to us"), "{said}");
        gh.forgive();
        stage.end().await;
    }
}

#[tokio::test]
async fn without_a_pull_request_one_is_opened() {
    for stage in Stage::each().await {
        let gh = &stage.gh;
        gh.create_repo(REPO, OLD_FAULT);
        let issue = gh.open_issue(REPO, "octo-dev", "Put it right?");
        let said = asked(&stage, issue, "/platform fix").await;
        let pull = gh.pull_from(REPO, ALL).unwrap_or_else(|| panic!("{said}"));
        assert!(said.contains(&format!("Opened #{}.", pull.number)), "{said}");
        insta::assert_snapshot!("fix_pull", gh.issue_body(REPO, pull.number));
        assert_eq!(gh.text(REPO, ALL, "Dockerfile"), FIXED);
        assert_eq!(gh.text(REPO, "main", "Dockerfile"), ROOT);
        let head = gh.head(REPO, ALL);
        assert_eq!(stage.conclusion(REPO, &head), "success");

        // Asking again changes nothing; an edit of people stays.
        let said = asked(&stage, issue, "/platform fix").await;
        assert!(said.contains(&format!("Nothing new for #{}.", pull.number)), "{said}");
        assert_eq!(gh.head(REPO, ALL), head);
        let edited = FIXED.replace("10001", "20002");
        gh.push(REPO, ALL, &[("Dockerfile", edited.as_str())], "Our own number");
        stage.settle().await;
        asked(&stage, issue, "/platform fix").await;
        assert_eq!(gh.text(REPO, ALL, "Dockerfile"), edited);

        // Merged, there is nothing left.
        gh.merge(REPO, pull.number);
        stage.settle().await;
        let said = asked(&stage, issue, "/platform fix").await;
        assert!(said.contains("Nothing to put right on the default branch"), "{said}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_fork_gets_a_patch() {
    for stage in Stage::each().await {
        let gh = &stage.gh;
        gh.create_repo(REPO, GOOD);
        let number = gh.open_pull_from_fork(REPO, "stranger", &[("Dockerfile", ROOT)]);
        stage.settle().await;
        let said = asked(&stage, number, "/platform fix").await;
        assert!(said.contains("comes from a fork, where we cannot push"), "{said}");
        assert!(said.contains("```diff\ndiff --git a/Dockerfile b/Dockerfile\n"), "{said}");
        assert!(said.contains("\n+USER 10001\n"), "{said}");
        assert_eq!(gh.calls_to("POST /repos/*/*/git/commits").len(), 0);
        stage.end().await;
    }
}

#[tokio::test]
async fn what_cannot_be_done_is_said() {
    for stage in Stage::each().await {
        let number = with_pull(&stage).await;
        let said = asked(&stage, number, "/platform fix probes").await;
        assert!(said.contains("has no fix with one right answer"), "{said}");
        let said = asked(&stage, number, "/platform fix non_rot_user").await;
        assert!(said.contains("non_root_user"), "{said}");
        stage.gh.set_role(REPO, "reader", "read");
        stage.gh.comment(REPO, number, "reader", "/platform fix");
        stage.settle().await;
        assert!(last_reply(&stage, number).contains("needs write access"));

        // GitHub closes the pull request of a branch that is deleted.
        stage.gh.delete_branch(REPO, "image");
        let said = asked(&stage, number, "/platform fix").await;
        assert!(said.contains("This pull request is closed"), "{said}");
        assert_eq!(stage.gh.calls_to("POST /repos/*/*/git/commits").len(), 0);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_protected_branch_gets_a_patch() {
    for status in [403, 422] {
        for stage in Stage::each().await {
            let number = with_pull(&stage).await;
            let head = stage.gh.head(REPO, "image");
            stage.gh.fail("PATCH /repos/*/*/git/refs/*", status, 1);
            let said = asked(&stage, number, "/platform fix").await;
            assert!(said.contains("GitHub refused the commit"), "{said}");
            assert!(said.contains("\n+USER 10001\n"), "{said}");
            assert_eq!(stage.gh.head(REPO, "image"), head);
            stage.gh.forgive();
            stage.end().await;
        }
    }
}

#[tokio::test]
async fn without_the_permission_workflows_are_a_patch_and_the_rest_is_committed() {
    for stage in Stage::each_on(FakeGitHub::builder).await {
        let gh = &stage.gh;
        let mut granted = usual_permissions();
        granted.remove("workflows");
        gh.organisation_granting("humble", granted);
        let repo = "humble/payments";
        gh.create_repo(repo, &with(GOOD, CONFIG, "path: service\n"));
        let silent = CI.replace("permissions: {contents: read}\n", "");
        let silent = silent.replace("      - uses: actions/gone@v1\n", "");
        gh.push(repo, "ci", &[(WORKFLOW, silent.as_str()), ("Dockerfile", ROOT)], "Add CI");
        let number = gh.open_pull(repo, "ci", "main");
        stage.settle().await;
        gh.comment(repo, number, "octo-dev", "/platform fix");
        stage.settle().await;
        let said = gh.comments(repo, number).pop().unwrap().body;
        assert!(said.contains("have not granted `workflows: write`"), "{said}");
        assert!(said.contains("\n+permissions:\n+  contents: read\n"), "{said}");
        assert_eq!(gh.text(repo, "ci", "Dockerfile"), FIXED, "{said}");
        assert_eq!(gh.text(repo, "ci", WORKFLOW), silent);
        gh.forgive();
        stage.end().await;
    }
}

#[tokio::test]
async fn two_people_at_once_get_one_commit() {
    for stage in Stage::each().await {
        let number = with_pull(&stage).await;
        stage.gh.comment(REPO, number, "octo-dev", "/platform fix");
        stage.gh.comment(REPO, number, "octo-dev", "/platform fix non_root_user");
        stage.gh.deliver().await;
        let stall = stage.gh.stall("PATCH /repos/*/*/git/refs/*");
        let other = async {
            stall.hit().await;
            // Meanwhile somebody else's command is carried out from the first to the last.
            stage.app.work_off().await.unwrap();
            drop(stall);
        };
        let (worked, ()) = tokio::join!(stage.app.work_off(), other);
        worked.unwrap();
        stage.settle().await;
        stage.advance(60);
        stage.settle().await;
        assert_eq!(stage.gh.messages(REPO, "main", "image").len(), 2);
        assert_eq!(stage.gh.text(REPO, "image", "Dockerfile"), FIXED);
        let said: Vec<String> =
            stage.gh.comments(REPO, number).into_iter().map(|comment| comment.body).collect();
        assert!(said.iter().any(|body| body.contains("Committed `")), "{said:#?}");
        assert!(said.iter().any(|body| body.contains("Nothing to put right")), "{said:#?}");
        stage.gh.forgive();
        stage.end().await;
    }
}

/// Every step of the way may be the last one of a process.
#[tokio::test]
async fn a_lost_answer_leaves_one_commit_and_one_answer() {
    for lost in ["POST /repos/*/*/git/commits", "PATCH /repos/*/*/git/refs/*"] {
        for stage in Stage::each().await {
            let number = with_pull(&stage).await;
            stage.gh.lose_answer(lost, 1);
            stage.gh.comment(REPO, number, "octo-dev", "/platform fix");
            stage.settle().await;
            stage.advance(60);
            stage.settle().await;
            assert_eq!(stage.gh.messages(REPO, "main", "image").len(), 2, "{lost}");
            assert!(last_reply(&stage, number).contains("Committed `"), "{lost}");
            stage.gh.forgive();
            stage.end().await;
        }
    }
}

#[tokio::test]
async fn a_lost_answer_leaves_one_branch_and_one_pull_request() {
    for lost in ["POST /repos/*/*/git/refs", "POST /repos/*/*/pulls"] {
        for stage in Stage::each().await {
            stage.gh.create_repo(REPO, OLD_FAULT);
            let issue = stage.gh.open_issue(REPO, "octo-dev", "Put it right?");
            stage.gh.lose_answer(lost, 1);
            stage.gh.comment(REPO, issue, "octo-dev", "/platform fix");
            stage.settle().await;
            stage.advance(60);
            stage.settle().await;
            let made = stage.gh.calls_to("POST /repos/*/*/pulls");
            assert_eq!(made.iter().filter(|call| call.status == 201).count(), 1, "{lost}");
            assert!(stage.gh.pull_from(REPO, ALL).is_some());
            stage.gh.forgive();
            stage.end().await;
        }
    }
}
