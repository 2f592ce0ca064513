//! News arrive while we work: what is old is not said, what is new is.

use crate::stage::Stage;

use super::files::{FIXED, GOOD, ROOT};

/// `route` is held while the first head is judged, and the branch is force-pushed meanwhile.
async fn overtaken(stage: &Stage, route: &str) {
    stage.gh.create_repo("acme/payments", GOOD);
    let old = stage.gh.push("acme/payments", "image", &[("Dockerfile", ROOT)], "Add image");
    stage.gh.open_pull("acme/payments", "image", "main");
    stage.gh.deliver().await;
    let stall = stage.gh.stall(route);
    let meanwhile = async {
        stall.hit().await;
        let new = stage.gh.force_push("acme/payments", "image", &[("Dockerfile", FIXED)], "Again");
        stage.gh.deliver().await;
        // Another worker plans; the check itself waits for the one that runs.
        stage.app.work_off().await.unwrap();
        assert_eq!(stage.runs("acme/payments", &new).len(), 0, "{route}: one job per key");
        drop(stall);
        new
    };
    let (worked, new) = tokio::join!(stage.app.work_off(), meanwhile);
    worked.unwrap();
    stage.settle().await;

    assert_eq!(stage.runs("acme/payments", &old).len(), 0, "{route}");
    assert_eq!(stage.runs("acme/payments", &new).len(), 1, "{route}");
    assert_eq!(stage.conclusion("acme/payments", &new), "success");
}

#[tokio::test]
async fn a_force_push_overtakes_the_check_of_the_old_head() {
    for route in ["GET */git/trees/*", "POST /graphql", "GET */compare/*"] {
        for stage in Stage::each().await {
            overtaken(&stage, route).await;
            stage.end().await;
        }
    }
}

/// Closed while we judge: nothing is said any more.
#[tokio::test]
async fn a_pull_request_closed_meanwhile_gets_no_check() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", GOOD);
        let head = stage.gh.push("acme/payments", "image", &[("Dockerfile", ROOT)], "Add image");
        let number = stage.gh.open_pull("acme/payments", "image", "main");
        stage.gh.deliver().await;
        let stall = stage.gh.stall("POST /graphql");
        let meanwhile = async {
            stall.hit().await;
            stage.gh.close_pull("acme/payments", number);
            stage.gh.deliver().await;
            stage.app.work_off().await.unwrap();
            drop(stall);
        };
        let (worked, ()) = tokio::join!(stage.app.work_off(), meanwhile);
        worked.unwrap();
        stage.settle().await;
        assert_eq!(stage.runs("acme/payments", &head).len(), 0);
        stage.end().await;
    }
}

/// Whoever comes first, the push or the pull request's own news, the newest head is judged once.
#[tokio::test]
async fn events_out_of_order_end_at_the_newest_head() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", GOOD);
        stage.gh.push("acme/payments", "image", &[("Dockerfile", ROOT)], "Add image");
        stage.gh.open_pull("acme/payments", "image", "main");
        let new = stage.gh.push("acme/payments", "image", &[("Dockerfile", FIXED)], "Fix image");
        stage.gh.reverse_queue();
        while stage.gh.deliver_one().await.is_some() {
            stage.app.work_off().await.unwrap();
        }
        assert_eq!(stage.conclusion("acme/payments", &new), "success");
        assert_eq!(stage.runs("acme/payments", &new).len(), 1);
        stage.end().await;
    }
}
