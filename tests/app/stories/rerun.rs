//! Somebody presses a button: one press, one new run.

use crate::stage::Stage;

use super::files::{FIXED, GOOD, ROOT};

async fn judged_pull(stage: &Stage) -> String {
    stage.gh.create_repo("acme/payments", GOOD);
    let head = stage.gh.push("acme/payments", "image", &[("Dockerfile", ROOT)], "Add image");
    stage.gh.open_pull("acme/payments", "image", "main");
    stage.settle().await;
    head
}

#[tokio::test]
async fn each_press_gives_one_new_run_and_a_repeat_of_it_none() {
    for stage in Stage::each().await {
        let gh = &stage.gh;
        let head = judged_pull(&stage).await;
        let run = stage.run("acme/payments", &head);
        type Press<'a> = (&'a str, &'a dyn Fn());
        let presses: [Press<'_>; 3] = [
            ("check_run.rerequested", &|| gh.rerequest_check(run.id)),
            ("check_suite.rerequested", &|| gh.rerequest_suite("acme/payments", &head)),
            ("check_run.requested_action", &|| gh.press(run.id, "rerun")),
        ];
        for (count, (event, press)) in presses.iter().enumerate() {
            press();
            stage.settle().await;
            assert_eq!(stage.runs("acme/payments", &head).len(), count + 2, "{event}");
            gh.redeliver(event);
            stage.settle().await;
            assert_eq!(stage.runs("acme/payments", &head).len(), count + 2, "{event} again");
        }
        let runs = stage.runs("acme/payments", &head);
        assert!(runs.iter().all(|run| run.conclusion.as_deref() == Some("failure")));
        stage.end().await;
    }
}

/// A wish that waits is not lost when other news of the same commit come in between.
#[tokio::test]
async fn a_press_is_not_lost_among_other_events() {
    for stage in Stage::each().await {
        let head = judged_pull(&stage).await;
        stage.gh.rerequest_check(stage.run("acme/payments", &head).id);
        stage.gh.mark_ready("acme/payments", 1);
        stage.settle().await;
        assert_eq!(stage.runs("acme/payments", &head).len(), 2);
        stage.end().await;
    }
}

#[tokio::test]
async fn an_unknown_button_does_nothing() {
    for stage in Stage::each().await {
        let head = judged_pull(&stage).await;
        stage.gh.press(stage.run("acme/payments", &head).id, "rerun");
        stage.gh.with_queue(|queue| {
            let hook = &mut queue[0];
            let mut payload = hook.payload();
            payload["requested_action"]["identifier"] = "frobnicate".into();
            hook.body = serde_json::to_vec(&payload).unwrap();
        });
        stage.gh.forget_calls();
        stage.settle().await;
        assert_eq!(stage.gh.calls().len(), 0);
        assert_eq!(stage.runs("acme/payments", &head).len(), 1);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_forks_pull_request_can_be_run_again() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", GOOD);
        stage.gh.open_pull_from_fork("acme/payments", "stranger", &[("Dockerfile", ROOT)]);
        let head = stage.gh.head("stranger/payments", "patch-1");
        stage.settle().await;
        stage.gh.rerequest_check(stage.run("acme/payments", &head).id);
        stage.settle().await;
        assert_eq!(stage.runs("acme/payments", &head).len(), 2);
        assert_eq!(stage.conclusion("acme/payments", &head), "failure");
        stage.end().await;
    }
}

/// Its events were lost, and GitHub names no pull requests of forks: it is found all the same,
/// and not judged by rules of its own.
#[tokio::test]
async fn a_forks_pull_request_that_we_never_heard_of_is_found() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", GOOD);
        let excuse = super::files::mode("off");
        let changes = [("Dockerfile", ROOT), (super::files::CONFIG, excuse.as_str())];
        stage.gh.open_pull_from_fork("acme/payments", "stranger", &changes);
        let head = stage.gh.head("stranger/payments", "patch-1");
        stage.gh.lose_queue();
        stage.gh.rerequest_suite("acme/payments", &head);
        stage.settle().await;
        let runs = stage.runs("acme/payments", &head);
        assert_eq!(runs.len(), 1);
        assert_eq!(runs[0].conclusion.as_deref(), Some("failure"));
        stage.end().await;
    }
}

#[tokio::test]
async fn a_commit_without_a_pull_request_is_judged_as_a_change_to_the_default_branch() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", GOOD);
        let excuse = super::files::mode("off");
        stage.gh.push("acme/payments", "alone", &[(super::files::CONFIG, excuse.as_str())], "Off");
        let head = stage.gh.push("acme/payments", "alone", &[("Dockerfile", ROOT)], "Image");
        stage.settle().await;
        stage.gh.rerequest_suite("acme/payments", &head);
        stage.settle().await;
        assert_eq!(stage.conclusion("acme/payments", &head), "failure");
        stage.end().await;
    }
}

#[tokio::test]
async fn commits_of_the_default_branch_can_be_run_again() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", GOOD);
        let red = stage.gh.push("acme/payments", "main", &[("Dockerfile", ROOT)], "Add image");
        stage.settle().await;
        let green = stage.gh.push("acme/payments", "main", &[("Dockerfile", FIXED)], "Fix");
        stage.settle().await;
        // The newest one, and one that the branch has left behind.
        for (sha, conclusion) in [(&green, "success"), (&red, "failure")] {
            stage.gh.rerequest_check(stage.run("acme/payments", sha).id);
            stage.settle().await;
            assert_eq!(stage.runs("acme/payments", sha).len(), 2);
            assert_eq!(stage.conclusion("acme/payments", sha), conclusion);
        }
        stage.end().await;
    }
}

#[tokio::test]
async fn a_merge_queues_commit_can_be_run_again() {
    for stage in Stage::each().await {
        judged_pull(&stage).await;
        let queued = stage.gh.enqueue_merge("acme/payments", 1);
        stage.settle().await;
        stage.gh.rerequest_check(stage.run("acme/payments", &queued).id);
        stage.settle().await;
        let runs = stage.runs("acme/payments", &queued);
        assert_eq!(runs.len(), 2);
        assert!(runs.iter().all(|run| run.conclusion.as_deref() == Some("failure")));
        assert_eq!(runs[0].summary, runs[1].summary);
        stage.end().await;
    }
}
