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
