//! The clock went back by an hour: nothing waits until it has caught up.

use waymark::domain::ids::InstallationId;

use crate::database::fresh_databases;
use crate::given::*;

const HOUR: i64 = 3_600_000;
const BACK: i64 = -HOUR;

#[tokio::test]
async fn a_dead_workers_lease_runs_out_in_time() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.enqueue(&[check(1, 1, 1)], NOON).await.unwrap();
        let lost = claim(store).await;
        assert_eq!(store.set_back(at(BACK), LEASE).await.unwrap(), 1, "{}", db.kind);
        assert_eq!(claim_at(store, at(BACK + LEASE - 1)).await, None, "it may be alive");
        let taken = claim_at(store, at(BACK + LEASE)).await.expect("its lease has run out");
        assert_eq!((taken.job, taken.attempts), (lost.job.clone(), 2));
        assert!(!store.complete(&lost).await.unwrap());
    }
}

#[tokio::test]
async fn a_living_worker_keeps_its_job() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.enqueue(&[check(1, 1, 1)], NOON).await.unwrap();
        let mut held = claim(store).await;
        store.set_back(at(BACK), LEASE).await.unwrap();
        let until = at(BACK + LEASE / 2 + LEASE);
        assert!(store.extend_lease(&mut held, until).await.unwrap());
        assert_eq!(claim_at(store, at(BACK + LEASE)).await, None, "{}", db.kind);
        assert!(store.complete(&held).await.unwrap());
    }
}

#[tokio::test]
async fn what_is_queued_waits_as_long_as_it_was_to_wait() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.enqueue(&[check(1, 1, 1)], NOON).await.unwrap();
        store.enqueue_later(&[check(2, 1, 1)], at(300_000), NOON).await.unwrap();
        assert_eq!(claim_at(store, at(BACK)).await, None);
        assert_eq!(store.set_back(at(BACK), LEASE).await.unwrap(), 2, "{}", db.kind);
        let first = claim_at(store, at(BACK)).await.unwrap();
        assert_eq!(first.job, check(1, 1, 1));
        assert!(store.complete(&first).await.unwrap());
        assert_eq!(claim_at(store, at(BACK + 299_999)).await.map(|c| c.job), None);
        assert_eq!(claim_at(store, at(BACK + 300_000)).await.unwrap().job, check(2, 1, 1));
    }
}

#[tokio::test]
async fn nobody_sleeps_for_longer_than_two_hours() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.enqueue(&[check(1, 1, 1)], at(BACK)).await.unwrap();
        store.pause_installation(InstallationId(1), at(240 * HOUR)).await.unwrap();
        assert_eq!(store.set_back(NOON, LEASE).await.unwrap(), 1, "{}", db.kind);
        assert!(claim_at(store, at(2 * HOUR)).await.is_some());
    }
}

/// The clock was a day ahead when GitHub refused its signature.
#[tokio::test]
async fn what_was_put_back_meanwhile_waits_two_hours_at_most() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.enqueue(&[check(1, 1, 1)], at(BACK)).await.unwrap();
        let held = claim_at(store, at(24 * HOUR)).await.unwrap();
        let (then, now) = (at(24 * HOUR + 60_000), at(24 * HOUR));
        assert!(store.postpone(&held, "401", then, now).await.unwrap());
        assert_eq!(store.set_back(NOON, LEASE).await.unwrap(), 1, "{}", db.kind);
        assert!(claim_at(store, at(2 * HOUR)).await.is_some());
    }
}

/// Replicas' clocks differ by seconds, and most waits are meant.
#[tokio::test]
async fn ordinary_times_stay() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.enqueue(&[check(1, 1, 1), check(1, 2, 1)], at(20_000)).await.unwrap();
        store.enqueue_later(&[check(2, 1, 1)], at(9 * HOUR), NOON).await.unwrap();
        store.pause_installation(InstallationId(2), at(HOUR)).await.unwrap();
        assert!(claim_at(store, at(20_000)).await.is_some());
        assert_eq!(store.set_back(NOON, LEASE).await.unwrap(), 0, "{}", db.kind);
    }
}
