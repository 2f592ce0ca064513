//! Deliveries that arrive together are committed together, and none is answered before.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::task::JoinSet;
use waymark::domain::ids::RepoId;
use waymark::domain::job::Delivery;
use waymark::edge::store::{Accepted, Store};

use crate::database::fresh_databases;
use crate::given::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_is_answered_is_stored_once_with_its_plan() {
    for db in fresh_databases().await {
        let mut senders = JoinSet::new();
        for n in 0..400 {
            let store = db.store.clone();
            // Each GUID four times, at once.
            let guid = format!("g{:03}", n % 100);
            senders.spawn(async move {
                let delivery = Delivery { guid: guid.clone(), ..delivery("x") };
                let accepted = store.accept(delivery, Some(RepoId(n % 7))).await.unwrap();
                // Durable when it returns: another connection sees it.
                assert!(store.delivery(&guid).await.unwrap().is_some());
                accepted
            });
        }
        let all = senders.join_all().await;
        let new = all.iter().filter(|accepted| **accepted == Accepted::New).count();
        assert_eq!(new, 100, "{}", db.kind);
        assert_eq!(crate::drained(&db.store).await, 100, "{}", db.kind);
    }
}

/// What arrives while a writer is busy waits for the disk once, not two hundred times.
#[tokio::test]
async fn what_waits_for_a_busy_writer_is_committed_together() {
    for db in fresh_databases().await {
        crate::raw::count_commits(&db.url).await;
        let busy = crate::raw::busy(&db.url).await;
        let mut senders = JoinSet::new();
        for n in 0..200 {
            let (store, one) =
                (db.store.clone(), Delivery { guid: format!("g{n}"), ..delivery("x") });
            senders.spawn(async move { store.accept(one, None).await.unwrap() });
        }
        // Each of them runs until it waits.
        tokio::task::yield_now().await;
        busy.let_go().await;
        let all = senders.join_all().await;
        assert!(all.iter().all(|accepted| *accepted == Accepted::New), "{}", db.kind);
        let commits = crate::raw::commits(&db.url).await;
        assert!((1..=4).contains(&commits), "{}: {commits} commits for 200", db.kind);
    }
}

/// GitHub hung up before the answer: the delivery is stored all the same, and so are the others.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_caller_that_goes_away_takes_nobody_along() {
    for db in fresh_databases().await {
        let mut senders = JoinSet::new();
        for n in 0..60 {
            let store = db.store.clone();
            let one = Delivery { guid: format!("g{n}"), ..delivery("x") };
            let task = senders.spawn(async move { store.accept(one, None).await });
            if n % 2 == 0 {
                tokio::task::yield_now().await;
                task.abort();
            }
        }
        while let Some(ended) = senders.join_next().await {
            if let Ok(accepted) = ended {
                assert_eq!(accepted.unwrap(), Accepted::New);
            }
        }
        for n in (1..60).step_by(2) {
            assert!(db.store.delivery(&format!("g{n}")).await.unwrap().is_some());
        }
        // The line is open for the next.
        assert_eq!(db.store.accept(delivery("last"), None).await.unwrap(), Accepted::New);
    }
}

/// Workers claim, fail and enqueue without a pause, on a long queue; the inbox goes on, and so do
/// they.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn saturated_workers_and_the_inbox_do_not_hold_each_other_up() {
    for db in fresh_databases().await {
        let jobs: Vec<_> = (0..2_000).map(|n| check(1 + n % 9, n, 1)).collect();
        db.store.enqueue(&jobs, NOON).await.unwrap();
        let rounds = Arc::new(AtomicUsize::new(0));
        let mut workers = JoinSet::new();
        for n in 0..8_u32 {
            let (store, rounds) = (db.store.clone(), rounds.clone());
            workers.spawn(async move { churn(&store, n, &rounds).await });
        }
        for n in 0..100 {
            let one = Delivery { guid: format!("g{n}"), ..delivery("x") };
            db.store.accept(one, Some(RepoId(n))).await.unwrap();
        }
        workers.abort_all();
        assert!(rounds.load(Ordering::SeqCst) > 0, "{}", db.kind);
    }
}

/// Forty workers want to write, and all came first: on SQLite, which has one writer, a delivery
/// passes them but for the few that are served before it reaches the line. (On PostgreSQL intake
/// has connections of its own.)
#[tokio::test]
async fn a_delivery_passes_the_workers_that_wait_to_write() {
    let all = fresh_databases().await;
    for db in all.iter().filter(|db| db.kind == "SQLite") {
        let turns = Arc::new(AtomicUsize::new(0));
        let mut workers = JoinSet::new();
        for n in 0..40 {
            let (store, turns) = (db.store.clone(), turns.clone());
            workers.spawn(async move {
                store.enqueue(&[check(1 + n % 9, n, 1)], NOON).await.unwrap();
                turns.fetch_add(1, Ordering::SeqCst);
            });
        }
        // Each of them runs until it waits.
        tokio::task::yield_now().await;
        db.store.accept(delivery("x"), None).await.unwrap();
        let before = turns.load(Ordering::SeqCst);
        assert!(before <= 10, "{before} workers were served first");
        workers.join_all().await;
    }
}

async fn churn(store: &Store, n: u32, rounds: &AtomicUsize) {
    for round in 0.. {
        let Some(claimed) = claim_at(store, NOON).await else { continue };
        store.retry(&claimed, "again", NOON, NOON).await.unwrap();
        store
            .enqueue(&[check(i64::from(n % 9), i64::from(round % 500), round)], NOON)
            .await
            .unwrap();
        rounds.fetch_add(1, Ordering::SeqCst);
    }
}
