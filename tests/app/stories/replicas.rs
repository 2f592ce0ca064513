//! Two processes on one database: one is told to stop, dies, or comes back; nothing is lost and
//! nothing is done twice.

use std::sync::Arc;

use tokio::sync::watch;
use waymark::domain::schedule::SCHEDULES;
use waymark::edge::github::{Access, Permission, TokenScope};
use waymark::edge::store::JobState;
use waymark::flow::App;

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

/// Two processes with a hundred pull requests on PostgreSQL (an SQLite file has one service).
async fn two_with_much_to_do() -> Vec<(Stage, App, Vec<String>)> {
    let mut all = Vec::new();
    for stage in Stage::each().await.into_iter().filter(|stage| stage.database.kind != "SQLite") {
        stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
        stage.settle().await;
        let second = stage.replica().await;
        let names: Vec<String> = (0..130).map(|n| format!("b{n}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let heads = pulls(&stage, &names).await;
        all.push((stage, second, heads));
    }
    all
}

/// GitHub counts per installation, whoever asks.
#[tokio::test]
async fn two_replicas_stay_within_githubs_limits_together() {
    for (stage, second, heads) in two_with_much_to_do().await {
        let count = async || {
            let counted = stage.app.count_replicas("first").await.unwrap();
            (counted, second.count_replicas("second").await.unwrap())
        };
        assert_eq!(count().await, (1, 2), "the first has not heard of the second yet");
        assert_eq!(count().await, (2, 2));
        for _ in 0..40 {
            let (a, b) = tokio::join!(stage.app.work_off(), second.work_off());
            assert!(a.is_ok() && b.is_ok());
            stage.advance(62);
            count().await;
        }
        each_once(&stage, &heads, "shared");
        // Not one request was refused: the story's end says so. When one ends, or dies, the other
        // has it all again.
        second.leave_replicas("second").await;
        assert_eq!(stage.app.count_replicas("first").await.unwrap(), 1);
        assert_eq!(second.count_replicas("second").await.unwrap(), 2);
        stage.advance(61);
        assert_eq!(stage.app.count_replicas("first").await.unwrap(), 1, "killed");
        stage.end().await;
    }
}

/// What the story above is for: each with the whole budget, they run into the limit.
#[tokio::test]
async fn two_replicas_that_do_not_know_of_each_other_ask_too_much() {
    for (stage, second, _) in two_with_much_to_do().await {
        let (a, b) = tokio::join!(stage.app.work_off(), second.work_off());
        assert!(a.is_ok() && b.is_ok());
        let refused = stage.gh.calls().iter().filter(|call| call.status == 403).count();
        assert!(refused > 0);
    }
}

/// Comments of two processes come no faster than those of one: each keeps two seconds.
#[tokio::test]
async fn what_people_are_told_of_is_spaced_for_all_replicas() {
    for stage in Stage::each().await.into_iter().filter(|stage| stage.database.kind != "SQLite") {
        stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
        stage.gh.push(REPO, "main", &[("a.txt", "a")], "Tell of the repository");
        let number = stage.gh.open_issue(REPO, "octocat", "Hello");
        stage.settle().await;
        let second = stage.replica().await;
        second.count_replicas("second").await.unwrap();
        stage.app.count_replicas("first").await.unwrap();
        let id = stage.app.store.installations().await.unwrap()[0].id;
        let repo = stage.app.store.repos(id).await.unwrap().remove(0);
        let scope = TokenScope::of(repo.id).with(Permission::Issues, Access::Write);
        let github = stage.app.github.installation(id, scope);
        let before = stage.hands.now();
        for n in 0..3 {
            let words = format!("Words {n}");
            github.create_comment(&repo.name, number as i64, &words).await.unwrap();
        }
        assert_eq!(stage.hands.now().0 - before.0, 4_000);
        stage.end().await;
    }
}

/// The machine's clock is put right: it was an hour ahead. One process died with a job in hand.
#[tokio::test]
async fn a_clock_that_goes_back_an_hour_holds_nothing_up() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
        stage.settle().await;
        let round = stage.app.go_round("first", None).await;
        stage.settle().await;
        let heads = pulls(&stage, &["one", "two", "three"]).await;
        let stall = stage.gh.stall(TREES);
        let (_stop, stopped) = watch::channel(false);
        let dying = stage.replica().await;
        let dying = tokio::spawn(async move { dying.work("dying", stopped).await });
        stall.hit().await;
        dying.abort();
        assert!(dying.await.is_err_and(|ended| ended.is_cancelled()));
        stage.gh.heal();
        stall.release();

        stage.advance(-3600);
        let before = round;
        let round = stage.app.go_round("first", Some(before)).await;
        assert!(round < before);
        stage.settle().await;
        let done = heads.iter().filter(|head| !stage.runs(REPO, head).is_empty()).count();
        assert_eq!(done, 2, "{}: what was queued is done at once", stage.database.kind);
        stage.advance(91);
        stage.settle().await;
        each_once(&stage, &heads, "back");
        // The calendar goes on as well: the next comparison comes within its five minutes.
        stage.advance(300);
        stage.app.go_round("first", Some(round)).await;
        let known = stage.jobs(JobState::Queued).await;
        assert!(known.iter().any(|job| job.kind == "recover"), "{known:#?}");
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
