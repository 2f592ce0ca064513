//! Tokens end, permissions are missing, installations are suspended, and jobs die of it with words.

use waymark::edge::store::JobState;

use crate::github::{permissions, usual_permissions};
use crate::stage::Stage;
use crate::stories::files::CATALOG;

const ROOT: &str = "FROM debian:12@sha256:1\nCMD [\"/app\"]\n";
const FINE: &str = "FROM debian:12@sha256:1\nUSER 10001\nCMD [\"/app\"]\n";
const REPO: &str = "acme/payments";
const MINT: &str = "POST /app/installations/{installation_id}/access_tokens";
const TREES: &str = "GET /repos/{owner}/{repo}/git/trees/{tree_sha}";

fn pull(stage: &Stage, image: &str) -> String {
    stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
    let head = stage.gh.push(REPO, "topic", &[("Dockerfile", image)], "Add image");
    stage.gh.open_pull(REPO, "topic", "main");
    head
}

/// Time passes until nothing is queued any more; there are at most eight tries.
async fn until_given_up(stage: &Stage) {
    for _ in 0..8 {
        stage.settle().await;
        stage.advance(800);
    }
    stage.settle().await;
    assert_eq!(stage.jobs(JobState::Queued).await, []);
}

#[tokio::test]
async fn an_expired_token_is_replaced_once() {
    for stage in Stage::each().await {
        pull(&stage, ROOT);
        stage.settle().await;
        assert_eq!(stage.gh.calls_to(MINT).len(), 2, "one to list repositories, one to check");
        stage.gh.expire_tokens();
        let head = stage.gh.push(REPO, "topic", &[("Dockerfile", FINE)], "Drop root");
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &head), "success");
        assert_eq!(stage.gh.calls_to(MINT).len(), 3, "one fresh token");
        let refused = stage.gh.calls().iter().filter(|call| call.status == 401).count();
        assert_eq!(refused, 1, "one call found out");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_token_is_renewed_before_its_end() {
    for stage in Stage::each().await {
        pull(&stage, ROOT);
        stage.settle().await;
        for minutes in [54, 2, 54, 2] {
            stage.advance(minutes * 60);
            let text = format!("{FINE}# {}\n", stage.hands.now().0);
            let head = stage.gh.push(REPO, "topic", &[("Dockerfile", text)], "Again");
            stage.settle().await;
            assert_eq!(stage.conclusion(REPO, &head), "success");
        }
        // And one at first, to list the repositories.
        assert_eq!(stage.gh.calls_to(MINT).len(), 1 + 3, "one for each 55 minutes");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_missing_permission_is_named_and_heals_when_it_is_granted() {
    for stage in Stage::each().await {
        let mut few = usual_permissions();
        few.remove("checks");
        stage.gh.organisation_granting("acme", few);
        let head = pull(&stage, ROOT);
        stage.settle().await;
        let waiting = stage.jobs(JobState::Queued).await;
        let error = waiting[0].last_error.clone().unwrap();
        assert!(error.contains("lacks the permission checks"), "{error}");
        assert!(error.contains("acme"), "it says whose owner must act: {error}");
        until_given_up(&stage).await;
        let dead = stage.jobs(JobState::Dead).await;
        assert_eq!(dead.len(), 1, "{dead:#?}");
        assert!(dead[0].last_error.as_ref().unwrap().contains("lacks the permission checks"));
        assert_eq!((dead[0].attempts, dead[0].max_attempts), (8, 8));
        stage.gh.forgive();

        stage.gh.grant("acme", usual_permissions());
        stage.settle().await;
        stage.app.store.retry_dead(&dead[0].id, stage.hands.now()).await.unwrap();
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &head), "failure");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_permission_to_read_that_is_missing_is_named() {
    for stage in Stage::each().await {
        stage.gh.organisation_granting("acme", permissions(&[("checks", "write")]));
        pull(&stage, ROOT);
        stage.settle().await;
        let waiting = stage.jobs(JobState::Queued).await;
        // Without pull_requests:read GitHub would not even tell of pull requests; a push may do.
        let error = waiting[0].last_error.clone().unwrap();
        assert!(error.contains("contents") && error.contains("pull_requests"), "{error}");
        stage.gh.forgive();
        stage.gh.grant("acme", usual_permissions());
        stage.advance(60);
        stage.settle().await;
        stage.end().await;
    }
}

#[tokio::test]
async fn a_suspended_installation_goes_on_when_it_wakes() {
    for stage in Stage::each().await {
        let head = pull(&stage, ROOT);
        stage.gh.suspend("acme");
        stage.gh.allow(MINT, 403);
        stage.settle().await;
        let refused = stage.gh.calls_to(MINT).len();
        assert_eq!(refused, 1, "asked once, then asleep");
        // However long it takes: no try is used up, and GitHub is asked once an hour.
        for hour in 1..=12 {
            stage.advance(3600);
            stage.settle().await;
            assert_eq!(stage.gh.calls_to(MINT).len(), refused + hour);
        }
        let waiting = stage.jobs(JobState::Queued).await;
        assert_eq!(waiting.iter().map(|job| job.attempts).collect::<Vec<_>>(), [0]);
        stage.gh.unsuspend("acme");
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &head), "failure");
        assert_eq!(stage.runs(REPO, &head).len(), 1);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_job_that_dies_is_concluded_and_can_be_brought_back() {
    for stage in Stage::each().await {
        let head = pull(&stage, FINE);
        stage.gh.fail(TREES, 502, usize::MAX);
        until_given_up(&stage).await;
        let dead = stage.jobs(JobState::Dead).await;
        assert_eq!(dead.len(), 1, "{dead:#?}");
        let error = dead[0].last_error.clone().unwrap();
        assert!(error.contains("502") && error.contains("git/trees"), "{error}");
        let run = stage.run(REPO, &head);
        assert_eq!(run.conclusion.as_deref(), Some("action_required"), "{run:#?}");
        let summary = run.summary.unwrap();
        assert!(summary.contains("502"), "the reason is told: {summary}");

        stage.gh.heal();
        assert!(stage.app.store.retry_dead(&dead[0].id, stage.hands.now()).await.unwrap());
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &head), "success");
        assert_eq!(stage.runs(REPO, &head).len(), 2);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_push_after_a_death_starts_anew() {
    for stage in Stage::each().await {
        pull(&stage, ROOT);
        stage.gh.fail(TREES, 502, usize::MAX);
        until_given_up(&stage).await;
        stage.gh.heal();
        let head = stage.gh.push(REPO, "topic", &[("Dockerfile", FINE)], "Drop root");
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &head), "success");
        // The dead letter is a person's to throw away; here it is retried and finds all done.
        let dead = stage.jobs(JobState::Dead).await;
        stage.app.store.retry_dead(&dead[0].id, stage.hands.now()).await.unwrap();
        stage.settle().await;
        assert_eq!(stage.runs(REPO, &head).len(), 1);
        stage.end().await;
    }
}

#[tokio::test]
async fn pressing_rerun_on_a_check_that_was_given_up_judges_it() {
    for stage in Stage::each().await {
        let head = pull(&stage, FINE);
        stage.gh.fail(TREES, 502, usize::MAX);
        until_given_up(&stage).await;
        stage.gh.heal();
        stage.gh.rerequest_check(stage.run(REPO, &head).id);
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &head), "success");
        let dead = stage.jobs(JobState::Dead).await;
        stage.app.store.retry_dead(&dead[0].id, stage.hands.now()).await.unwrap();
        stage.settle().await;
        stage.end().await;
    }
}
