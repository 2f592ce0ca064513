//! Our own code panics in the middle of a job: one job fails, and everything else goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use tokio::sync::watch;
use waymark::edge::store::JobState;
use waymark::flow::{App, Meter};

use crate::stage::Stage;
use crate::stories::files::CATALOG;

const ROOT: &str = "FROM debian:12@sha256:1\nCMD [\"/app\"]\n";
const REPO: &str = "acme/payments";

/// Panics so often when it is told of an evaluation: a fault of our own in the middle of a job.
struct Fault(AtomicUsize);

impl Meter for Fault {
    fn evaluation(&self, _result: &'static str) {
        let left = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        assert!(left.is_err(), "as the story wants it, with ghs_secret0123456789");
    }

    fn delivery(&self, _event: &str, _result: &'static str) {}
    fn job(&self, _kind: &'static str, _result: &'static str, _seconds: f64) {}
    fn points(&self, _kind: &'static str, _points: u32) {}
    fn check(&self, _conclusion: &'static str) {}
    fn push_to_check(&self, _seconds: f64) {}
    fn evaluated(&self, _seconds: f64) {}
}

fn faulty(stage: &Stage, times: usize) -> App {
    App { meter: Arc::new(Fault(AtomicUsize::new(times))), ..stage.app.clone() }
}

/// A pull request whose webhooks are in the inbox; its head.
async fn pull(stage: &Stage, branch: &str) -> String {
    let file = format!("{branch}/Dockerfile");
    let head = stage.gh.push(REPO, branch, &[(&file, ROOT)], "Add image");
    stage.gh.open_pull(REPO, branch, "main");
    assert!(stage.gh.deliver().await.iter().all(|(_, status)| *status == 202));
    head
}

#[tokio::test]
async fn a_worker_outlives_a_job_that_panics() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
        stage.settle().await;
        let poison = pull(&stage, "poison").await;
        let (stop, stopped) = watch::channel(false);
        let app = faulty(&stage, 1);
        let only = tokio::spawn(async move { app.work("only", stopped).await });
        let tried = async {
            loop {
                let queued = stage.jobs(JobState::Queued).await;
                if let Some(job) = queued.into_iter().find(|job| job.attempts == 1) {
                    return job;
                }
                tokio::task::yield_now().await;
            }
        };
        let patience = Duration::from_secs(60);
        let tried = tokio::time::timeout(patience, tried).await.expect("the job is handed back");
        // Its own words may quote anything: neither the row nor GitHub gets them.
        let said = tried.last_error.unwrap();
        assert!(said.contains("its code panicked") && !said.contains("ghs_"), "{said}");
        // The very worker goes on: there is no other.
        let next = pull(&stage, "next").await;
        let judged = stage.gh.wait_until(|gh| !gh.check_runs(REPO, &next).is_empty());
        tokio::time::timeout(patience, judged).await.expect("the next job is done");
        stop.send(true).unwrap();
        only.await.unwrap();
        stage.advance(10);
        stage.settle().await;
        for head in [&poison, &next] {
            assert_eq!(stage.conclusion(REPO, head), "failure");
            assert_eq!(stage.runs(REPO, head).len(), 1);
        }
        stage.end().await;
    }
}

#[tokio::test]
async fn a_job_that_always_panics_is_given_up_and_its_check_concluded() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
        stage.settle().await;
        let head = pull(&stage, "poison").await;
        let app = faulty(&stage, usize::MAX);
        for _ in 0..8 {
            app.work_off().await.unwrap();
            stage.advance(800);
        }
        let dead = stage.jobs(JobState::Dead).await;
        assert_eq!(dead.iter().map(|job| job.attempts).collect::<Vec<_>>(), [8], "{dead:#?}");
        let run = stage.run(REPO, &head);
        assert_eq!(run.conclusion.as_deref(), Some("action_required"));
        let summary = run.summary.unwrap();
        assert!(summary.contains("a fault in Waymark itself"), "{summary}");
        // A version without the fault does what is owed.
        stage.app.store.retry_dead(&dead[0].id, stage.hands.now()).await.unwrap();
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &head), "failure");
        stage.end().await;
    }
}
