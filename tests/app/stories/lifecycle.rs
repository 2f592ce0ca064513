//! What happens to a pull request besides pushes.

use waymark::edge::store::JobState;

use crate::stage::Stage;

use super::files::{GOOD, ROOT};

#[tokio::test]
async fn a_draft_is_judged_and_readiness_or_a_title_change_nothing() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", GOOD);
        let head = stage.gh.push("acme/payments", "image", &[("Dockerfile", ROOT)], "Add image");
        let number = stage.gh.open_draft("acme/payments", "image", "main");
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "failure");

        stage.gh.mark_ready("acme/payments", number);
        stage.settle().await;
        assert_eq!(stage.runs("acme/payments", &head).len(), 1);

        stage.gh.forget_calls();
        stage.gh.retitle("acme/payments", number, "Add the image");
        stage.settle().await;
        assert_eq!(stage.gh.calls().len(), 0);
        stage.end().await;
    }
}

#[tokio::test]
async fn another_base_is_another_verdict() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", GOOD);
        let faulty = stage.gh.push("acme/payments", "legacy", &[("Dockerfile", ROOT)], "Root");
        stage.gh.set_branch("acme/payments", "image", &faulty);
        let head = stage.gh.push("acme/payments", "image", &[("docs.md", "Words")], "Document");
        let number = stage.gh.open_pull("acme/payments", "image", "main");
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "failure");

        stage.gh.retarget("acme/payments", number, "legacy");
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "success");

        // And back: the newest run counts, although the first one said the same.
        stage.gh.retarget("acme/payments", number, "main");
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "failure");
        assert_eq!(stage.runs("acme/payments", &head).len(), 3);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_closed_pull_request_is_left_alone_until_it_is_reopened() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", GOOD);
        let head = stage.gh.push("acme/payments", "image", &[("Dockerfile", ROOT)], "Add image");
        let number = stage.gh.open_pull("acme/payments", "image", "main");
        stage.gh.close_pull("acme/payments", number);
        // Both events are planned before anything is judged: plans come first.
        stage.settle().await;
        assert_eq!(stage.runs("acme/payments", &head).len(), 0);
        assert_eq!(stage.jobs(JobState::Queued).await.len(), 0);
        assert_eq!(stage.gh.calls_to("GET *").len(), 0, "a cancelled job asks nothing");

        stage.gh.reopen_pull("acme/payments", number);
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "failure");
        stage.end().await;
    }
}

/// GitHub is ill just when the verdict turns back to what it was first: that an old run said the
/// same long ago is no excuse for leaving a newer, greener one on top.
#[tokio::test]
async fn a_verdict_that_turns_back_during_an_outage_is_said_again() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", GOOD);
        let faulty = stage.gh.push("acme/payments", "legacy", &[("Dockerfile", ROOT)], "Root");
        stage.gh.set_branch("acme/payments", "image", &faulty);
        let head = stage.gh.push("acme/payments", "image", &[("docs.md", "Words")], "Document");
        let number = stage.gh.open_pull("acme/payments", "image", "main");
        stage.settle().await;
        stage.gh.retarget("acme/payments", number, "legacy");
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "success");

        stage.gh.retarget("acme/payments", number, "main");
        stage.gh.fail("POST */check-runs", 502, 1);
        stage.settle().await;
        stage.advance(60);
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "failure");
        assert_eq!(stage.runs("acme/payments", &head).len(), 3);
        stage.end().await;
    }
}
