//! One repository pushes without end. Others do not notice, and its own queue has a bound.

use waymark::edge::store::JobState;

use crate::github::FakeGitHub;
use crate::stage::{Props, Stage};
use crate::stories::files::{FIXED, GOOD, ROOT};

const REPO: &str = "acme/payments";

fn shape(clock: crate::github::FakeClock) -> crate::github::Builder {
    FakeGitHub::builder(clock).without_secondary_limits()
}

fn props() -> Props {
    Props { limits: false, ..Props::default() }
}

/// Sixty pushes to the default branch before anybody has time: twenty wait, the later ones are
/// judged together, and a fault in the middle is not taken for an old one.
#[tokio::test]
async fn a_branch_with_a_backlog_is_judged_in_larger_steps_and_no_fault_is_passed_over() {
    for stage in Stage::each_with(shape, props).await {
        stage.gh.create_repo(REPO, GOOD);
        stage.settle().await;
        let mut heads = Vec::new();
        for n in 0..60 {
            let text = format!("{n}");
            let mut changes = vec![("count.txt", text.as_str())];
            if n == 40 {
                changes.push(("Dockerfile", ROOT));
            }
            heads.push(stage.gh.push(REPO, "main", &changes, "Push"));
            stage.gh.deliver().await;
        }
        // Reading goes before judging, and it is short.
        stage.app.work_off().await.unwrap();
        assert_eq!(stage.jobs(JobState::Queued).await.len(), 0);
        let judged = heads.iter().filter(|head| !stage.runs(REPO, head).is_empty()).count();
        assert_eq!(judged, 20, "{}", stage.database.kind);
        let last = heads.last().unwrap();
        assert_eq!(stage.conclusion(REPO, last), "failure", "what came in between counts");
        // Calm again: each push has its own check.
        let fixed = stage.gh.push(REPO, "main", &[("Dockerfile", FIXED)], "Fix");
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &fixed), "success");
        stage.end().await;
    }
}

/// A pull request of a quiet repository does not wait behind a noisy one's pushes.
#[tokio::test]
async fn a_quiet_repository_is_served_while_another_floods() {
    for stage in Stage::each_with(shape, props).await {
        stage.gh.create_repo(REPO, GOOD);
        stage.gh.create_repo("acme/quiet", GOOD);
        stage.settle().await;
        for n in 0..80 {
            let text = format!("{n}");
            let branch = format!("b{n}");
            stage.gh.push(REPO, &branch, &[("count.txt", text.as_str())], "Push");
            stage.gh.open_pull(REPO, &branch, "main");
        }
        stage.gh.deliver().await;
        let head = stage.gh.push("acme/quiet", "topic", &[("Dockerfile", ROOT)], "Image");
        stage.gh.open_pull("acme/quiet", "topic", "main");
        stage.gh.deliver().await;
        let noisy = |stage: &Stage| stage.gh.calls_to("POST */check-runs").len();
        let (worked, before) = tokio::join!(stage.app.work_off(), async {
            stage.gh.wait_until(|gh| !gh.check_runs("acme/quiet", &head).is_empty()).await;
            noisy(&stage)
        });
        worked.unwrap();
        assert!(before < 12, "{}: {before} others were served before", stage.database.kind);
        assert_eq!(stage.conclusion("acme/quiet", &head), "failure");
        stage.end().await;
    }
}
