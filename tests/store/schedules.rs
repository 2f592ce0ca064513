//! Intervals: once for all replicas, never twice, never forgotten.

use tokio::task::JoinSet;
use waymark::edge::store::Store;

use crate::database::fresh_databases;
use crate::given::*;

const MINUTE: i64 = 60_000;

#[tokio::test]
async fn a_schedule_fires_when_it_is_due_and_not_before() {
    for db in fresh_databases().await {
        let store = &db.store;
        let jobs = [check(1, 1, 1)];
        assert_eq!(store.schedule_due("sweep").await.unwrap(), None);
        assert!(store.fire_schedule("sweep", &jobs, NOON, at(MINUTE)).await.unwrap());
        assert_eq!(store.schedule_due("sweep").await.unwrap(), Some(at(MINUTE)));
        assert!(claim_at(store, NOON).await.is_some());

        let early = at(MINUTE - 1);
        assert!(!store.fire_schedule("sweep", &jobs, early, at(9 * MINUTE)).await.unwrap());
        assert!(claim_at(store, early).await.is_none(), "nothing was queued in {}", db.kind);
        assert_eq!(store.schedule_due("sweep").await.unwrap(), Some(at(MINUTE)));

        // Another one is another row, and a service that slept for a day does it once.
        assert!(store.fire_schedule("sync", &[], NOON, at(MINUTE)).await.unwrap());
        let late = at(1440 * MINUTE);
        assert!(store.fire_schedule("sweep", &jobs, late, late.plus_ms(MINUTE)).await.unwrap());
        assert!(!store.fire_schedule("sweep", &jobs, late, late.plus_ms(MINUTE)).await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_replicas_one_fires() {
    for db in fresh_databases().await {
        for round in 0..5 {
            let now = at(round * MINUTE);
            let mut replicas = JoinSet::new();
            for _ in 0..6 {
                let store = Store::open(&db.url).await.unwrap();
                replicas.spawn(async move {
                    let fired = store.fire_schedule("sweep", &[], now, now.plus_ms(MINUTE)).await;
                    store.close().await;
                    fired.unwrap()
                });
            }
            let fired = replicas.join_all().await.into_iter().filter(|fired| *fired).count();
            assert_eq!(fired, 1, "round {round} in {}", db.kind);
        }
    }
}

/// What was due an hour ahead of a clock that then went back would be late by an hour.
#[tokio::test]
async fn a_schedule_does_not_wait_for_the_clock_to_catch_up() {
    for db in fresh_databases().await {
        let store = &db.store;
        let jobs = [check(1, 1, 1)];
        assert!(
            store.fire_schedule("recover", &jobs, at(60 * MINUTE), at(65 * MINUTE)).await.unwrap()
        );
        assert!(store.fire_schedule("recover", &jobs, NOON, at(5 * MINUTE)).await.unwrap());
        assert_eq!(store.schedule_due("recover").await.unwrap(), Some(at(5 * MINUTE)));
        // Another replica's clock that is behind by some seconds is no step.
        let behind = at(-10_000);
        let next = behind.plus_ms(5 * MINUTE);
        assert!(!store.fire_schedule("recover", &jobs, behind, next).await.unwrap());
    }
}
