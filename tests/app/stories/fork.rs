//! A stranger contributes: the App is not installed on the fork, yet the check is there.

use crate::stage::{Stage, annotated};

use super::files::{FIXED, GOOD, ROOT};

#[tokio::test]
async fn a_forks_pull_request_is_checked_on_the_base_repository() {
    for stage in Stage::each().await {
        let gh = &stage.gh;
        gh.create_repo("acme/payments", GOOD);
        gh.open_pull_from_fork("acme/payments", "stranger", &[("Dockerfile", ROOT)]);
        let head = gh.head("stranger/payments", "patch-1");
        stage.settle().await;

        let run = stage.run("acme/payments", &head);
        assert_eq!(run.conclusion.as_deref(), Some("failure"));
        assert_eq!(annotated(&run), [("Dockerfile".to_owned(), 1)]);

        // Only `pull_request.synchronize` tells of a push to the fork.
        let mended = gh.push("stranger/payments", "patch-1", &[("Dockerfile", FIXED)], "Fix");
        assert_eq!(gh.queued(), ["pull_request.synchronize"]);
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &mended), "success");
        assert_eq!(stage.runs("acme/payments", &head).len(), 1);
        assert_eq!(stage.runs("acme/payments", &mended).len(), 1);
        assert_eq!(gh.check_runs("stranger/payments", &mended).len(), 0);
        assert!(gh.calls().iter().all(|call| !call.path.contains("stranger/")));
        stage.end().await;
    }
}

/// The fork's owner has the App, too: its own default branch and the pull request elsewhere.
#[tokio::test]
async fn a_push_to_a_fork_with_the_app_reaches_the_pull_request() {
    for stage in Stage::each().await {
        let gh = &stage.gh;
        gh.create_repo("acme/payments", GOOD);
        gh.organisation("stranger");
        gh.open_pull_from_fork("acme/payments", "stranger", &[("Dockerfile", ROOT)]);
        stage.settle().await;
        let mended = gh.push("stranger/payments", "patch-1", &[("Dockerfile", FIXED)], "Fix");
        // The push alone is enough.
        gh.with_queue(|queue| queue.retain(|hook| hook.name() == "push"));
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &mended), "success");
        assert_eq!(gh.check_runs("stranger/payments", &mended).len(), 0);
        stage.end().await;
    }
}
