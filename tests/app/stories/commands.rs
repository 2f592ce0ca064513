//! People talk to the App in comments.

use crate::github::FakeGitHub;
use crate::stage::Stage;

use super::files::{GOOD, OLD_FAULT, ROOT};

const REPO: &str = "acme/payments";

/// The App's replies below an issue, oldest first, without their hidden marks.
fn replies(stage: &Stage, number: u64) -> Vec<String> {
    let all = stage.gh.comments(REPO, number);
    let ours = all.into_iter().filter(|comment| comment.author.ends_with("[bot]"));
    ours.map(|comment| {
        let (body, mark) = comment.body.rsplit_once("\n\n<!-- waymark:reply ").unwrap();
        assert!(mark.ends_with(" -->"), "{mark}");
        body.to_owned()
    })
    .collect()
}

/// `eyes`, `rocket`, `confused`, as they were given.
fn reactions(stage: &Stage, number: u64, comment: u64) -> Vec<String> {
    let all = stage.gh.comments(REPO, number);
    let asked = all.into_iter().find(|one| one.id == comment).unwrap();
    asked.reactions.into_iter().map(|(_, content)| content).collect()
}

/// A repository with a pull request that brings a fault; its number and head.
async fn with_pull(stage: &Stage) -> (u64, String) {
    stage.gh.create_repo(REPO, GOOD);
    let head = stage.gh.push(REPO, "image", &[("Dockerfile", ROOT)], "Add image");
    let number = stage.gh.open_pull(REPO, "image", "main");
    stage.settle().await;
    (number, head)
}

#[tokio::test]
async fn help_is_given_at_once() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, GOOD);
        let issue = stage.gh.open_issue(REPO, "ada", "How does this work?");
        let asked = stage.gh.comment(REPO, issue, "ada", "Hello!\n\n/platform help\n");
        stage.settle().await;
        assert_eq!(reactions(&stage, issue, asked), ["eyes", "rocket"]);
        let said = replies(&stage, issue);
        assert_eq!(said.len(), 1);
        assert!(said[0].starts_with("`/platform help` · `ada`\n\n"), "{}", said[0]);
        assert!(said[0].contains("| `/platform explain <policy>` |"), "{}", said[0]);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_policy_is_explained_where_it_fails() {
    for stage in Stage::each().await {
        let (number, _) = with_pull(&stage).await;
        stage.gh.comment(REPO, number, "ada", "/platform explain non_root_user");
        stage.settle().await;
        let said = replies(&stage, number).remove(0);
        for words in [
            "the head of this pull request: 1 finding",
            "- `Dockerfile:1`",
            "**Why it matters.**",
            "**How to fix it.**",
            "  - policy: container/non_root_user\n    paths: [\"Dockerfile\"]\n",
            "expires: 2027-02-19",
        ] {
            assert!(said.contains(words), "{words:?} is not in\n{said}");
        }
        stage.end().await;
    }
}

#[tokio::test]
async fn on_an_issue_the_default_branch_counts() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, OLD_FAULT);
        let issue = stage.gh.open_issue(REPO, "ada", "Bronze?");
        stage.gh.comment(
            REPO,
            issue,
            "ada",
            "/platform scorecard\n/platform config\n/platform risk",
        );
        stage.settle().await;
        let [scorecard, config, risk] = replies(&stage, issue).try_into().unwrap();
        assert!(scorecard.contains("**Level none**"), "{scorecard}");
        assert!(scorecard.contains("the tip of `main`"), "{scorecard}");
        assert!(scorecard.contains("- `container/non_root_user` (bronze)"), "{scorecard}");
        let row = "| container/non\\_root\\_user | enforce | bronze | built-in |";
        assert!(config.contains(row), "{config}");
        assert!(risk.contains("`/platform risk` works on pull requests."), "{risk}");
        stage.end().await;
    }
}

#[tokio::test]
async fn who_may_push_asks_for_a_fresh_run() {
    for stage in Stage::each().await {
        let (number, head) = with_pull(&stage).await;
        stage.gh.set_role(REPO, "grace", "maintain");
        stage.gh.comment(REPO, number, "grace", "/platform check");
        stage.settle().await;
        assert_eq!(stage.runs(REPO, &head).len(), 2);
        assert!(replies(&stage, number)[0].contains("is evaluated again"));

        // Who may only look is told what is missing, and nothing is judged.
        stage.gh.set_role(REPO, "bob", "triage");
        let asked = stage.gh.comment(REPO, number, "bob", "/platform check");
        stage.settle().await;
        assert_eq!(stage.runs(REPO, &head).len(), 2);
        assert_eq!(reactions(&stage, number, asked), ["eyes", "confused"]);
        let said = replies(&stage, number).pop().unwrap();
        assert!(said.contains("needs write access to this repository; you have the role `triage`"));
        stage.end().await;
    }
}

#[tokio::test]
async fn mistakes_are_told_with_what_was_meant() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, GOOD);
        let issue = stage.gh.open_issue(REPO, "ada", "Questions");
        let text = "/platform chekc\n/platform explain non_rot_user\n/platform explain";
        let asked = stage.gh.comment(REPO, issue, "ada", text);
        stage.settle().await;
        assert_eq!(reactions(&stage, issue, asked), ["eyes", "confused"]);
        let [typo, unknown, short] = replies(&stage, issue).try_into().unwrap();
        assert!(typo.contains("Did you mean this?\n\n- `/platform check`"), "{typo}");
        assert!(unknown.contains("did you mean `non_root_user`?"), "{unknown}");
        assert!(short.contains("say which policy"), "{short}");
        stage.end().await;
    }
}

#[tokio::test]
async fn an_edit_asks_for_what_is_new_only() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, GOOD);
        let issue = stage.gh.open_issue(REPO, "ada", "Questions");
        let asked = stage.gh.comment(REPO, issue, "ada", "/platform help");
        stage.settle().await;
        stage.gh.edit_comment(REPO, asked, "ada", "/platform help\n/platform scorecard");
        stage.settle().await;
        stage.gh.edit_comment(REPO, asked, "ada", "Never mind.\n\n/platform scorecard");
        stage.settle().await;
        assert_eq!(replies(&stage, issue).len(), 2);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_job_that_is_repeated_says_nothing_twice() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, GOOD);
        let issue = stage.gh.open_issue(REPO, "ada", "Questions");
        stage.gh.comment(REPO, issue, "ada", "/platform help\n/platform scorecard");
        // The comment is written, but we never hear of it.
        stage.gh.lose_answer("POST /repos/*/*/issues/*/comments", 1);
        stage.settle().await;
        stage.advance(60);
        stage.settle().await;
        assert_eq!(replies(&stage, issue).len(), 2);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_comment_that_goes_away_is_let_go() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, GOOD);
        let issue = stage.gh.open_issue(REPO, "ada", "Questions");
        let asked = stage.gh.comment(REPO, issue, "ada", "/platform help");
        stage.gh.deliver().await;
        stage.gh.delete_comment(REPO, asked);
        stage.gh.allow("POST /repos/*/*/issues/comments/*/reactions", 404);
        stage.settle().await;
        assert_eq!(replies(&stage, issue), Vec::<String>::new());
        stage.end().await;
    }
}

#[tokio::test]
async fn what_cannot_be_answered_is_said() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, GOOD);
        let issue = stage.gh.open_issue(REPO, "ada", "Questions");
        let asked = stage.gh.comment(REPO, issue, "ada", "/platform scorecard");
        stage.gh.fail("GET /repos/*/*/commits/*", 500, 100);
        for _ in 0..12 {
            stage.settle().await;
            stage.advance(1_000);
        }
        assert_eq!(stage.jobs(waymark::edge::store::JobState::Dead).await.len(), 1);
        let said = replies(&stage, issue).remove(0);
        assert!(said.contains("This could not be answered:"), "{said}");
        assert_eq!(reactions(&stage, issue, asked), ["eyes", "confused"]);
    }
}

#[tokio::test]
async fn the_app_does_not_answer_itself() {
    for stage in Stage::each_on(|clock| FakeGitHub::builder(clock).with_echoes()).await {
        stage.gh.create_repo(REPO, GOOD);
        let issue = stage.gh.open_issue(REPO, "ada", "Questions");
        stage.gh.comment(REPO, issue, "ada", "/platform help\n/platform explain @acme/all");
        stage.settle().await;
        let said = replies(&stage, issue);
        assert_eq!(said.len(), 2);
        // Nobody is called: the name stands in code only.
        let outside: String = said[1].split('`').step_by(2).collect();
        assert!(!outside.contains("@acme"), "{outside}");
        stage.end().await;
    }
}
