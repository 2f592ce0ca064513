//! Two processes on one database: one is told to stop, dies, or comes back; nothing is lost and
//! nothing is done twice.

use std::sync::Arc;

use tokio::sync::watch;
use waymark::domain::schedule::SCHEDULES;
use waymark::edge::store::JobState;

use crate::stage::Stage;
use crate::stories::files::CATALOG;

const ROOT: &str = "FROM debian:12@sha256:1\nCMD [\"/app\"]\n";
const REPO: &str = "acme/payments";
const TREES: &str = "GET /repos/{owner}/{repo}/git/trees/{tree_sha}";
const POSTING: &str = "POST */check-runs";

/// Some pull requests whose webhooks are in the inbox.
async fn pulls(stage: &Stage, names: &[&str]) -> Vec<String> {
    let mut heads = Vec::new();
    for name in names {
        let file = format!("{name}/Dockerfile");
        heads.push(stage.gh.push(REPO, name, &[(&file, ROOT)], "Add image"));
        stage.gh.open_pull(REPO, name, "main");
    }
    let sent = stage.gh.deliver().await;
    assert!(sent.iter().all(|(_, status)| *status == 202));
    heads
}

fn each_once(stage: &Stage, heads: &[String], what: &str) {
    for head in heads {
        let runs = stage.runs(REPO, head);
        assert_eq!(runs.len(), 1, "{}: {what}: {runs:#?}", stage.database.kind);
        assert_eq!(runs[0].conclusion.as_deref(), Some("failure"), "{what}");
    }
}

#[tokio::test]
async fn a_rolling_restart_loses_and_doubles_nothing() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
        let mut heads = pulls(&stage, &["one", "two", "three"]).await;
        let stall = stage.gh.stall(TREES);
        let (stop, stopped) = watch::channel(false);
        let first = stage.app.clone();
        let first = tokio::spawn(async move { first.work("first", stopped).await });
        stall.hit().await;
        // The new one starts while the old one still works, and deliveries go on.
        let second = stage.replica().await;
        heads.extend(pulls(&stage, &["four"]).await);
        stop.send(true).unwrap();
        stage.gh.heal();
        stall.release();
        let (first, done) = tokio::join!(first, second.work_off());
        first.unwrap();
        assert!(done.unwrap() > 0);
        second.work_off().await.unwrap();
        each_once(&stage, &heads, "restart");
        // And the other one, too: a third takes over from the second.
        heads.extend(pulls(&stage, &["five"]).await);
        drop(second);
        stage.replica().await.work_off().await.unwrap();
        each_once(&stage, &heads, "twice");
        stage.end().await;
    }
}

/// Killed in the middle of reading, and in the middle of posting, when GitHub may have it already.
#[tokio::test]
async fn a_process_that_is_killed_leaves_its_work_to_the_other() {
    for route in [TREES, POSTING] {
        for stage in Stage::each().await {
            stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
            let heads = pulls(&stage, &["one", "two"]).await;
            let stall = stage.gh.stall(route);
            let (_stop, stopped) = watch::channel(false);
            let first = stage.app.clone();
            let first = tokio::spawn(async move { first.work("first", stopped).await });
            stall.hit().await;
            first.abort();
            assert!(first.await.is_err_and(|ended| ended.is_cancelled()));
            stage.gh.heal();
            stall.release();
            let second = stage.replica().await;
            second.work_off().await.unwrap();
            assert_eq!(stage.jobs(JobState::Running).await.len(), 1, "under its lease");
            stage.advance(91);
            second.work_off().await.unwrap();
            each_once(&stage, &heads, route);
            stage.end().await;
        }
    }
}

#[tokio::test]
async fn schedules_fire_once_for_both() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
        stage.settle().await;
        let second = stage.replica().await;
        let (a, b) = tokio::join!(stage.app.fire_schedules(), second.fire_schedules());
        assert_eq!(a.unwrap() + b.unwrap(), SCHEDULES.len(), "{}", stage.database.kind);
        stage.settle().await;
        stage.end().await;
    }
}

/// What one replica takes in, an idle worker of the other does, without waiting to be asked.
#[tokio::test]
async fn an_idle_replica_is_woken() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
        let second = Arc::new(stage.replica().await);
        let (stop, stopped) = watch::channel(false);
        let (worker, ears) = (second.clone(), second.clone());
        let heard = stopped.clone();
        let working = tokio::spawn(async move { worker.work("second", stopped).await });
        let listening = tokio::spawn(async move { ears.keep_listening(heard).await });
        let heads = pulls(&stage, &["one", "two"]).await;
        let all = heads.clone();
        stage
            .gh
            .wait_until(move |gh| all.iter().all(|head| !gh.check_runs(REPO, head).is_empty()))
            .await;
        stop.send(true).unwrap();
        working.await.unwrap();
        listening.await.unwrap();
        // What nobody waits for may be left.
        stage.settle().await;
        each_once(&stage, &heads, "woken");
        stage.end().await;
    }
}
