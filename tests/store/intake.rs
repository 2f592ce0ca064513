//! Deliveries that arrive together are committed together, and none is answered before.

use std::time::{Duration, Instant};

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

/// Workers claim, fail and enqueue without a pause, on a long queue; the inbox goes on.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn saturated_workers_do_not_hold_up_the_inbox() {
    for db in fresh_databases().await {
        let jobs: Vec<_> = (0..2_000).map(|n| check(1 + n % 9, n, 1)).collect();
        db.store.enqueue(&jobs, NOON).await.unwrap();
        let mut workers = JoinSet::new();
        for n in 0..8_u32 {
            let store = db.store.clone();
            workers.spawn(async move { churn(&store, n).await });
        }
        let mut slowest = Duration::ZERO;
        for n in 0..100 {
            let started = Instant::now();
            let one = Delivery { guid: format!("g{n}"), ..delivery("x") };
            db.store.accept(one, Some(RepoId(n))).await.unwrap();
            slowest = slowest.max(started.elapsed());
        }
        workers.abort_all();
        assert!(slowest < Duration::from_secs(1), "{}: {slowest:?}", db.kind);
    }
}

async fn churn(store: &Store, n: u32) {
    for round in 0.. {
        let Some(claimed) = claim_at(store, NOON).await else { continue };
        store.retry(&claimed, "again", NOON, NOON).await.unwrap();
        store
            .enqueue(&[check(i64::from(n % 9), i64::from(round % 500), round)], NOON)
            .await
            .unwrap();
    }
}

/// What committing together is worth: `cargo test --test store together -- --ignored --nocapture`.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
#[ignore = "a measurement: on SQLite one at a time is as fast as it ever was before"]
#[allow(clippy::print_stderr)]
async fn deliveries_committed_together_are_many_a_second() {
    const ALL: i64 = 1024;
    for db in fresh_databases().await {
        for at_once in [1, 16, 128] {
            let started = Instant::now();
            let mut lines = JoinSet::new();
            for line in 0..at_once {
                let store = db.store.clone();
                lines.spawn(async move {
                    for n in 0..ALL / at_once {
                        let guid = format!("{at_once}-{line}-{n}");
                        let one = Delivery { guid, body: vec![b'x'; 8 * 1024], ..delivery("x") };
                        store.accept(one, Some(RepoId(n))).await.unwrap();
                    }
                });
            }
            lines.join_all().await;
            let rate = ALL as f64 / started.elapsed().as_secs_f64();
            eprintln!("{}: {at_once} at once: {rate:.0} a second", db.kind);
        }
    }
}
