//! Two pull requests with one head share one check, and the stricter of their verdicts.

use crate::stage::Stage;

use super::files::{GOOD, ROOT};

/// `main` is clean, `legacy` has the fault already: against it the same head is fine.
fn set_up(stage: &Stage) -> String {
    stage.gh.create_repo("acme/payments", GOOD);
    let faulty = stage.gh.push("acme/payments", "legacy", &[("Dockerfile", ROOT)], "Root");
    stage.gh.set_branch("acme/payments", "both", &faulty);
    stage.gh.push("acme/payments", "both", &[("docs.md", "Words")], "Document")
}

#[tokio::test]
async fn two_pull_requests_with_one_head_have_one_run() {
    for stage in Stage::each().await {
        let head = set_up(&stage);
        stage.gh.open_pull("acme/payments", "both", "legacy");
        stage.gh.open_pull("acme/payments", "both", "main");
        stage.settle().await;

        let runs = stage.runs("acme/payments", &head);
        assert_eq!(runs.len(), 1, "{runs:#?}");
        assert_eq!(runs[0].conclusion.as_deref(), Some("failure"));
        let summary = runs[0].summary.as_deref().unwrap();
        assert!(summary.contains("`#1` and `#2` have this commit as head"), "{summary}");
        assert!(summary.contains("Compared with `main` at"), "{summary}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_twin_that_comes_later_or_leaves_changes_the_verdict_once() {
    for stage in Stage::each().await {
        let head = set_up(&stage);
        stage.gh.open_pull("acme/payments", "both", "legacy");
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "success");

        let strict = stage.gh.open_pull("acme/payments", "both", "main");
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "failure");
        assert_eq!(stage.runs("acme/payments", &head).len(), 2);

        // What held up the one that is gone does not hold up the other.
        stage.gh.close_pull("acme/payments", strict);
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "success");
        assert_eq!(stage.runs("acme/payments", &head).len(), 3);
        stage.end().await;
    }
}

/// The job is the lowest number's; when that one turns out to be gone, the other is still judged.
#[tokio::test]
async fn a_twin_that_was_closed_behind_our_back_takes_nobody_along() {
    for stage in Stage::each().await {
        let head = set_up(&stage);
        let first = stage.gh.open_pull("acme/payments", "both", "legacy");
        stage.settle().await;
        stage.gh.close_pull("acme/payments", first);
        stage.gh.lose_queue();
        stage.gh.open_pull("acme/payments", "both", "main");
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "failure");
        stage.end().await;
    }
}

/// One of the two gets another commit: what is left behind is judged alone.
#[tokio::test]
async fn a_twin_that_moves_on_leaves_the_other_its_own_verdict() {
    for stage in Stage::each().await {
        let head = set_up(&stage);
        stage.gh.set_branch("acme/payments", "other", &head);
        stage.gh.open_pull("acme/payments", "both", "legacy");
        stage.gh.open_pull("acme/payments", "other", "main");
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "failure");

        let moved = stage.gh.push("acme/payments", "other", &[("docs.md", "More")], "More");
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &moved), "failure");
        assert_eq!(stage.conclusion("acme/payments", &head), "success");
        assert_eq!(stage.runs("acme/payments", &head).len(), 2);
        assert_eq!(stage.runs("acme/payments", &moved).len(), 1);
        stage.end().await;
    }
}

/// Two pull requests from one branch move together: one run on the new head, none on the old.
#[tokio::test]
async fn twins_of_one_branch_move_together() {
    for stage in Stage::each().await {
        let old = set_up(&stage);
        stage.gh.open_pull("acme/payments", "both", "legacy");
        stage.gh.open_pull("acme/payments", "both", "main");
        stage.settle().await;
        let new = stage.gh.push("acme/payments", "both", &[("docs.md", "More")], "More");
        stage.settle().await;
        assert_eq!(stage.runs("acme/payments", &old).len(), 1);
        assert_eq!(stage.runs("acme/payments", &new).len(), 1);
        assert_eq!(stage.conclusion("acme/payments", &new), "failure");
        stage.end().await;
    }
}

/// The news of each arrive one by one, and everything is worked off in between.
#[tokio::test]
async fn twins_whose_news_trickle_in_end_with_the_stricter_verdict() {
    for stage in Stage::each().await {
        set_up(&stage);
        stage.gh.open_pull("acme/payments", "both", "legacy");
        stage.gh.open_pull("acme/payments", "both", "main");
        let new = stage.gh.push("acme/payments", "both", &[("docs.md", "More")], "More");
        while stage.gh.deliver_one().await.is_some() {
            stage.app.work_off().await.unwrap();
        }
        assert_eq!(stage.conclusion("acme/payments", &new), "failure");
        assert!(stage.runs("acme/payments", &new).len() <= 2);
        stage.end().await;
    }
}
