//! GitHub is ill: errors, silence, cut connections, half answers. In the end there is exactly one
//! run, with the right conclusion.

use std::time::Duration;

use waymark::edge::store::JobState;

use crate::github::FakeGitHub;
use crate::stage::{Props, Stage};
use crate::stories::files::CATALOG;

const ROOT: &str = "FROM debian:12@sha256:1\nCMD [\"/app\"]\n";
const REPO: &str = "acme/payments";
const TREES: &str = "GET /repos/{owner}/{repo}/git/trees/{tree_sha}";
/// Every kind of call that a check of a pull request makes.
const READING: [&str; 5] = [
    "POST /app/installations/{installation_id}/access_tokens",
    "GET /repos/{owner}/{repo}/pulls/{pull_number}",
    "GET /repos/{owner}/{repo}/compare/{basehead}",
    TREES,
    "POST /graphql",
];
const POSTING: &str = "POST */check-runs";

/// A pull request that fails, with its webhooks still in the queue. Returns the head.
fn pull(stage: &Stage) -> String {
    stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
    let head = stage.gh.push(REPO, "topic", &[("Dockerfile", ROOT)], "Add image");
    stage.gh.open_pull(REPO, "topic", "main");
    head
}

/// The only job that is left waits for another try; returns its tries and when it may run.
async fn waiting(stage: &Stage) -> (i64, i64, String) {
    let jobs = stage.jobs(JobState::Queued).await;
    assert_eq!(jobs.len(), 1, "{jobs:#?}");
    let job = &jobs[0];
    let wait = (job.run_after.0 - stage.hands.now().0) / 1000;
    (job.attempts, wait, job.last_error.clone().unwrap_or_default())
}

fn one_failure(stage: &Stage, head: &str, what: &str) {
    let runs = stage.runs(REPO, head);
    assert_eq!(runs.len(), 1, "{what}: {runs:#?}");
    assert_eq!(runs[0].conclusion.as_deref(), Some("failure"), "{what}");
    assert_eq!(runs[0].annotations.len(), 1, "{what}: {runs:#?}");
}

/// The first try meets the trouble, the second succeeds.
async fn healed_by_patience(route: &str, what: &str, trouble: impl Fn(&FakeGitHub, &str)) {
    let props = || Props { patience: Duration::from_millis(400), ..Props::default() };
    for stage in Stage::each_with(FakeGitHub::builder, props).await {
        let head = pull(&stage);
        trouble(&stage.gh, route);
        stage.settle().await;
        let left = stage.jobs(JobState::Queued).await;
        if route == "POST /graphql" {
            // What GraphQL does not give, REST does: no try is lost.
            assert!(left.is_empty(), "{what} {route}: {left:#?}");
        } else {
            let (attempts, wait, error) = waiting(&stage).await;
            assert_eq!(attempts, 1, "{what} {route}");
            assert!((4..=7).contains(&wait), "{what} {route}: {wait} s");
            assert!(!error.is_empty(), "{what} {route} has no words");
            stage.settle().await;
            assert_eq!(waiting(&stage).await.0, 1, "{what} {route}: not before its time");
        }
        stage.gh.heal();
        stage.advance(8);
        stage.settle().await;
        one_failure(&stage, &head, &format!("{what} {route}"));
        stage.end().await;
    }
}

#[tokio::test]
async fn errors_while_reading() {
    for route in READING {
        healed_by_patience(route, "502", |gh, route| gh.fail(route, 502, 1)).await;
    }
}

#[tokio::test]
async fn errors_while_posting() {
    for status in [500, 502, 503, 504] {
        healed_by_patience(POSTING, "an error", |gh, route| gh.fail(route, status, 1)).await;
    }
}

#[tokio::test]
async fn cut_connections() {
    for route in READING.into_iter().chain([POSTING]) {
        healed_by_patience(route, "a cut connection", |gh, route| gh.drop_connection(route, 1))
            .await;
    }
}

#[tokio::test]
async fn half_answers() {
    for route in READING.into_iter().chain([POSTING]) {
        healed_by_patience(route, "half an answer", |gh, route| gh.half_body(route)).await;
    }
}

#[tokio::test]
async fn an_answer_that_is_lost_makes_no_second_run() {
    healed_by_patience(POSTING, "a lost answer", |gh, route| gh.lose_answer(route, 1)).await;
}

#[tokio::test]
async fn answers_that_are_lost_again_and_again_make_no_second_run() {
    for stage in Stage::each().await {
        let head = pull(&stage);
        stage.gh.lose_answer(POSTING, 1);
        stage.settle().await;
        stage.gh.lose_answer("GET */commits/{ref}/check-runs", 2);
        for _ in 0..3 {
            stage.advance(60);
            stage.settle().await;
        }
        one_failure(&stage, &head, "lost answers");
        stage.end().await;
    }
}

#[tokio::test]
async fn silence_while_reading_and_posting() {
    for route in [TREES, POSTING] {
        let props = || Props { patience: Duration::from_millis(300), ..Props::default() };
        for stage in Stage::each_with(FakeGitHub::builder, props).await {
            let head = pull(&stage);
            let stall = stage.gh.stall(route);
            stage.settle().await;
            let (attempts, _, error) = waiting(&stage).await;
            assert_eq!(attempts, 1);
            assert!(error.contains("no answer within"), "{error}");
            stage.gh.heal();
            stall.release();
            stage.advance(8);
            stage.settle().await;
            one_failure(&stage, &head, route);
            stage.end().await;
        }
    }
}

/// 130 roots: three batches of annotations.
fn many_images(stage: &Stage) -> String {
    stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
    let images: Vec<(String, &str)> =
        (0..130).map(|n| (format!("service-{n:03}/Dockerfile"), ROOT)).collect();
    let head = stage.gh.push(REPO, "topic", &images, "Add images");
    stage.gh.open_pull(REPO, "topic", "main");
    head
}

#[tokio::test]
async fn a_crash_between_the_batches_is_continued_not_repeated() {
    // After the first PATCH, in its answer, or in the second.
    for (what, at) in [("refused", 1), ("refused", 2), ("lost", 1), ("lost", 2)] {
        for stage in Stage::each().await {
            let head = many_images(&stage);
            let stall = stage.gh.stall("PATCH */check-runs/{check_run_id}");
            let order = |gh: &FakeGitHub| match what {
                "refused" => gh.fail("PATCH */check-runs/{check_run_id}", 502, 1),
                _ => gh.lose_answer("PATCH */check-runs/{check_run_id}", 1),
            };
            if at == 1 {
                stage.gh.heal();
                order(&stage.gh);
                stage.settle().await;
            } else {
                // The first PATCH waits; meanwhile trouble is ordered for the second.
                let second = async {
                    stall.hit().await;
                    stage.gh.heal();
                    order(&stage.gh);
                    drop(stall);
                };
                tokio::join!(stage.settle(), second);
            }
            assert_eq!(waiting(&stage).await.0, 1, "{what} {at}");
            stage.advance(8);
            stage.settle().await;
            let runs = stage.runs(REPO, &head);
            assert_eq!(runs.len(), 1, "{what} {at}");
            let mut places: Vec<&str> =
                runs[0].annotations.iter().filter_map(|a| a["path"].as_str()).collect();
            assert_eq!(places.len(), 130, "{what} {at}");
            places.sort_unstable();
            places.dedup();
            assert_eq!(places.len(), 130, "{what} {at}: each once");
            assert_eq!(stage.gh.calls_to(POSTING).len(), 1, "{what} {at}");
            stage.end().await;
        }
    }
}

#[tokio::test]
async fn patience_grows_from_try_to_try() {
    for stage in Stage::each().await {
        let head = pull(&stage);
        stage.gh.fail(TREES, 502, 5);
        stage.settle().await;
        let mut waits = Vec::new();
        for attempt in 1..=5 {
            let (attempts, wait, _) = waiting(&stage).await;
            assert_eq!(attempts, attempt);
            waits.push(wait);
            stage.advance(wait);
            stage.settle().await;
            if attempt < 5 {
                assert_eq!(waiting(&stage).await.0, attempt, "a second too early");
            }
            stage.advance(1);
            stage.settle().await;
        }
        assert!(waits.windows(2).all(|w| w[1] > w[0]), "{waits:?}");
        one_failure(&stage, &head, "patience");
        stage.end().await;
    }
}

/// The verdict was posted and nobody heard of it; another one came in between and could not be
/// posted; then the first is right again, and found.
#[tokio::test]
async fn a_verdict_that_comes_back_is_not_posted_twice() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
        stage.gh.allow("GET */contents/*", 404);
        stage.gh.push(REPO, "release", &[("NOTES.md", "# Notes\n")], "Begin a release");
        let head = stage.gh.push(REPO, "topic", &[("Dockerfile", ROOT)], "Add image");
        let number = stage.gh.open_pull(REPO, "topic", "main");
        stage.gh.lose_answer(POSTING, 1);
        stage.settle().await;
        assert_eq!(stage.runs(REPO, &head).len(), 1);
        for (base, fault) in [("release", true), ("main", false)] {
            stage.gh.retarget(REPO, number, base);
            if fault {
                stage.gh.fail(POSTING, 502, 1);
            }
            stage.settle().await;
            if fault && !stage.gh.calls_to(POSTING).iter().any(|call| call.status == 502) {
                stage.advance(30);
                stage.settle().await;
            }
        }
        for _ in 0..3 {
            stage.advance(120);
            stage.settle().await;
        }
        let posts: Vec<_> = stage.gh.calls_to(POSTING);
        let keys: Vec<_> = posts.iter().map(|call| call.body["external_id"].clone()).collect();
        assert!(keys.len() >= 2 && keys[0] != keys[1], "another verdict was tried: {keys:#?}");
        one_failure(&stage, &head, "lost, failed, found");
        stage.end().await;
    }
}
