//! Several processes on one database.

use std::time::Duration;

use tokio::task::JoinSet;
use waymark::domain::job::Job;
use waymark::edge::store::Store;

use crate::database::{empty_databases, fresh_databases};
use crate::given::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_call_is_heard_by_the_other_replica() {
    for db in fresh_databases().await {
        let other = Store::open(&db.url).await.unwrap();
        let bell = other.listen().await.unwrap();
        let Some(mut bell) = bell else {
            assert_eq!(db.kind, "SQLite", "there are no other replicas");
            db.store.ring();
            continue;
        };
        for _ in 0..3 {
            db.store.enqueue(&[check(1, 1, 1)], NOON).await.unwrap();
            db.store.ring();
            let heard = tokio::time::timeout(Duration::from_secs(10), bell.rung()).await;
            heard.expect("within a moment").unwrap();
        }
        drop(bell);
        other.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_schedule_fires_once_for_all() {
    for db in fresh_databases().await {
        let mut replicas = JoinSet::new();
        for _ in 0..6 {
            let store = db.store.clone();
            replicas.spawn(async move {
                store.fire_schedule("recover", &[Job::Recover], NOON, at(300_000)).await.unwrap()
            });
        }
        let fired = replicas.join_all().await.into_iter().filter(|fired| *fired).count();
        assert_eq!(fired, 1, "{}", db.kind);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_replicas_may_start_at_once_on_an_empty_postgres() {
    for (kind, url, _place) in empty_databases().await {
        // An SQLite file has one service.
        if kind == "SQLite" {
            continue;
        }
        let mut replicas = JoinSet::new();
        for _ in 0..5 {
            let url = url.clone();
            replicas.spawn(async move { Store::open(&url).await });
        }
        for opened in replicas.join_all().await {
            let store = opened.unwrap_or_else(|error| panic!("{kind}: {error}"));
            assert_eq!(store.check().await.unwrap().pending, Vec::<i64>::new());
            store.close().await;
        }
    }
}

#[tokio::test]
async fn processes_that_say_that_they_live_are_counted() {
    for db in fresh_databases().await {
        let store = &db.store;
        let seen = async |id: &str, ms: i64| store.note_replica(id, at(ms)).await.unwrap();
        if db.kind == "SQLite" {
            // A file has one service; one that was killed a moment ago takes no share.
            assert_eq!((seen("a", 0).await, seen("b", 0).await), (1, 1));
            continue;
        }
        assert_eq!(seen("a", 0).await, 1);
        assert_eq!(seen("b", 5_000).await, 2);
        assert_eq!(seen("a", 20_000).await, 2, "it is still one");
        // One is killed, one ends.
        assert_eq!(seen("c", 21_000).await, 3);
        assert_eq!(seen("a", 65_000).await, 2, "b has been silent for a minute");
        store.leave_replicas("c").await.unwrap();
        assert_eq!(seen("a", 66_000).await, 1);
        // What was stored before the clock went back counts for nothing.
        assert_eq!(seen("b", 3_600_000).await, 1);
        assert_eq!(seen("d", 70_000).await, 1);
    }
}
