//! GitHub asks for patience: the installation sleeps until the named time, and only it.

use waymark::edge::store::JobState;

use crate::stage::Stage;
use crate::stories::files::CATALOG;

const ROOT: &str = "FROM debian:12@sha256:1\nCMD [\"/app\"]\n";
const TREES: &str = "GET /repos/{owner}/{repo}/git/trees/{tree_sha}";
const POSTING: &str = "POST */check-runs";

/// A pull request that fails; returns its head.
fn pull(stage: &Stage, repo: &str) -> String {
    stage.gh.create_repo(repo, &[("catalog-info.yaml", CATALOG)]);
    let head = stage.gh.push(repo, "topic", &[("Dockerfile", ROOT)], "Add image");
    stage.gh.open_pull(repo, "topic", "main");
    head
}

/// The try did not count, and nothing is asked of GitHub for `seconds`.
async fn sleeps_for(stage: &Stage, seconds: i64, what: &str) {
    let jobs = stage.jobs(JobState::Queued).await;
    assert_eq!(jobs.len(), 1, "{what}: {jobs:#?}");
    assert_eq!(jobs[0].attempts, 0, "{what}: the try is not counted");
    stage.gh.forget_calls();
    for _ in 0..3 {
        stage.advance((seconds - 1) / 3);
        stage.settle().await;
    }
    assert!(stage.gh.calls().is_empty(), "{what}: {:#?}", stage.gh.calls());
}

async fn concluded(stage: Stage, repo: &str, head: &str, what: &str) {
    let runs = stage.runs(repo, head);
    assert_eq!(runs.len(), 1, "{what}");
    assert_eq!(runs[0].conclusion.as_deref(), Some("failure"), "{what}");
    stage.end().await;
}

#[tokio::test]
async fn a_secondary_limit_names_its_end() {
    for route in [TREES, "POST /graphql", POSTING, "POST */access_tokens"] {
        for stage in Stage::each().await {
            let head = pull(&stage, "acme/payments");
            stage.gh.secondary_limit_on(route, Some(120), 1);
            stage.settle().await;
            sleeps_for(&stage, 120, route).await;
            stage.advance(3);
            stage.settle().await;
            concluded(stage, "acme/payments", &head, route).await;
        }
    }
}

#[tokio::test]
async fn a_secondary_limit_without_an_end_is_a_minute() {
    for route in [TREES, POSTING] {
        for stage in Stage::each().await {
            let head = pull(&stage, "acme/payments");
            stage.gh.secondary_limit_on(route, None, 1);
            stage.settle().await;
            sleeps_for(&stage, 60, route).await;
            stage.advance(3);
            stage.settle().await;
            concluded(stage, "acme/payments", &head, route).await;
        }
    }
}

#[tokio::test]
async fn a_status_429_is_a_limit_too() {
    for stage in Stage::each().await {
        let head = pull(&stage, "acme/payments");
        stage.gh.fail_with_retry_after(TREES, 429, 90, 1);
        stage.settle().await;
        sleeps_for(&stage, 90, "429").await;
        stage.advance(3);
        stage.settle().await;
        concluded(stage, "acme/payments", &head, "429").await;
    }
}

#[tokio::test]
async fn a_spent_hour_is_waited_out() {
    for stage in Stage::each().await {
        let head = pull(&stage, "acme/payments");
        stage.gh.primary_exhausted(stage.gh.clock().now() + 1800);
        stage.settle().await;
        sleeps_for(&stage, 1800, "primary").await;
        stage.advance(5);
        stage.settle().await;
        concluded(stage, "acme/payments", &head, "primary").await;
    }
}

#[tokio::test]
async fn a_budget_that_ends_before_posting_keeps_what_was_read() {
    for stage in Stage::each().await {
        let head = pull(&stage, "acme/payments");
        let stall = stage.gh.stall(POSTING);
        let spent = async {
            stall.hit().await;
            stage.gh.primary_exhausted(stage.gh.clock().now() + 600);
            stage.gh.heal();
            drop(stall);
        };
        tokio::join!(stage.settle(), spent);
        assert_eq!(stage.runs("acme/payments", &head).len(), 0);
        sleeps_for(&stage, 600, "while posting").await;
        stage.advance(5);
        stage.settle().await;
        assert_eq!(stage.gh.calls_to("POST /graphql").len(), 0, "files were kept");
        concluded(stage, "acme/payments", &head, "while posting").await;
    }
}

#[tokio::test]
async fn other_installations_go_on() {
    for stage in Stage::each().await {
        let slow = pull(&stage, "acme/payments");
        stage.gh.primary_exhausted(stage.gh.clock().now() + 1800);
        let quick = pull(&stage, "globex/orders");
        stage.settle().await;
        assert_eq!(stage.conclusion("globex/orders", &quick), "failure");
        assert_eq!(stage.runs("acme/payments", &slow).len(), 0);
        // News of the sleeping one wait with it; news of the other are done at once.
        stage.gh.forget_calls();
        let slow = stage.gh.push("acme/payments", "topic", &[("a.txt", "a")], "More");
        stage.settle().await;
        assert!(stage.gh.calls().is_empty(), "{:#?}", stage.gh.calls());
        let quick = stage.gh.push("globex/orders", "topic", &[("a.txt", "a")], "More");
        stage.settle().await;
        assert_eq!(stage.conclusion("globex/orders", &quick), "failure");
        stage.advance(1801);
        stage.settle().await;
        concluded(stage, "acme/payments", &slow, "the newest head").await;
    }
}
