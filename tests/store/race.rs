//! Many workers at once.

use std::collections::HashSet;
use std::time::Duration;

use sqlx::Connection;
use tokio::task::JoinSet;
use waymark::domain::job::Job;
use waymark::edge::store::{JobFilter, Store};

use crate::database::fresh_databases;
use crate::given::*;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_two_workers_get_the_same_job() {
    for db in fresh_databases().await {
        let jobs: Vec<Job> = (0..60).map(|n| check(n % 3 + 1, n, 1)).collect();
        db.store.enqueue(&jobs, NOON).await.unwrap();
        // Two stores on one database, as two processes have.
        let other = Store::open(&db.url).await.unwrap();
        let mut workers = JoinSet::new();
        for n in 0..8 {
            let store = if n % 2 == 0 { db.store.clone() } else { other.clone() };
            workers.spawn(async move {
                let mut mine = Vec::new();
                while let Some(claimed) = claim_at(&store, NOON).await {
                    mine.push(claimed.id.clone());
                }
                mine
            });
        }
        let all: Vec<_> = workers.join_all().await.into_iter().flatten().collect();
        let distinct: HashSet<_> = all.iter().collect();
        // A worker that finds everything locked may go home early, but nobody gets a job twice.
        assert_eq!(distinct.len(), all.len(), "{}", db.kind);
        assert_eq!(all.len(), 60, "{}", db.kind);
        other.close().await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_key_never_runs_twice_while_it_is_queued_claimed_and_retried() {
    for db in fresh_databases().await {
        let running = std::sync::Arc::new(std::sync::Mutex::new(HashSet::new()));
        let mut tasks = JoinSet::new();
        for worker in 0..6_u32 {
            let (store, running) = (db.store.clone(), running.clone());
            tasks.spawn(async move {
                for round in 0..40_u32 {
                    // Opposite orders: deadlocks, if they were possible, would show here.
                    let mut jobs = vec![check(1, 1, round), check(1, 2, round), check(2, 1, round)];
                    if worker % 2 == 0 {
                        jobs.reverse();
                    }
                    store.enqueue(&jobs, NOON).await.unwrap();
                    let Some(claimed) = claim_at(&store, NOON).await else { continue };
                    let key = claimed.job.key();
                    assert!(running.lock().unwrap().insert(key.clone()), "{key} runs twice");
                    tokio::task::yield_now().await;
                    // Before the row is let go, or the next may start in between.
                    assert!(running.lock().unwrap().remove(&key));
                    let held = match (round + worker) % 4 {
                        0 => store.retry(&claimed, "again", NOON, NOON).await,
                        1 => store.release(&claimed, NOON).await,
                        2 => store.bury(&claimed, "enough").await,
                        _ => store.complete(&claimed).await,
                    };
                    assert!(held.unwrap());
                }
            });
        }
        tasks.join_all().await;
        while let Some(claimed) = claim_at(&db.store, NOON).await {
            db.store.complete(&claimed).await.unwrap();
        }
        let left = db.store.list_jobs(JobFilter::All, 999).await.unwrap();
        assert!(left.iter().all(|job| job.last_error.as_deref() == Some("enough")), "{}", db.kind);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_equal_deliveries_is_new() {
    for db in fresh_databases().await {
        let mut senders = JoinSet::new();
        for _ in 0..8 {
            let store = db.store.clone();
            senders.spawn(async move { store.accept(delivery("g"), None).await.unwrap() });
        }
        let new = senders
            .join_all()
            .await
            .into_iter()
            .filter(|accepted| *accepted == waymark::edge::store::Accepted::New)
            .count();
        assert_eq!(new, 1, "{}", db.kind);
        assert_eq!(db.store.list_jobs(JobFilter::All, 9).await.unwrap().len(), 1);
    }
}

/// Workers are spawned: every method's future must be able to move between threads.
#[tokio::test]
async fn a_worker_can_be_spawned() {
    for db in fresh_databases().await {
        let store = db.store.clone();
        let worker = tokio::spawn(async move {
            let one = waymark::domain::ids::InstallationId(1);
            store.accept(delivery("g"), None).await.unwrap();
            let plan = claim(&store).await;
            store.upsert_repos(one, &[repo(10)]).await.unwrap();
            store.put_blobs(one, &[(sha(1), vec![1])], NOON).await.unwrap();
            store.plan_done(&plan, &[check(1, 1, 1)], "1 check", NOON).await.unwrap();
            let check = claim(&store).await;
            store.bury(&check, "no").await.unwrap();
            store.retry_dead(&check.id, NOON).await.unwrap();
            store.remove_repos(one, &[]).await.unwrap();
            store.remove_installation(one).await.unwrap();
            store.list_jobs(JobFilter::All, 9).await.unwrap().len()
        });
        assert_eq!(worker.await.unwrap(), 0, "{}", db.kind);
    }
}

/// Whoever claims passes over what another connection holds, and does not wait for it.
#[tokio::test]
async fn a_job_that_somebody_holds_keeps_nobody_from_the_next() {
    for db in fresh_databases().await.into_iter().filter(|db| db.kind == "PostgreSQL") {
        let jobs = [check(1, 1, 1), check(2, 1, 1), check(3, 1, 1)];
        db.store.enqueue(&jobs, NOON).await.unwrap();
        let mut other = sqlx::PgConnection::connect(&db.url).await.unwrap();
        sqlx::query("BEGIN").execute(&mut other).await.unwrap();
        let lock = "SELECT key FROM job ORDER BY id LIMIT 2 FOR UPDATE";
        let held: Vec<String> = sqlx::query_scalar(lock).fetch_all(&mut other).await.unwrap();
        let claiming = claim_at(&db.store, NOON);
        let claimed = tokio::time::timeout(Duration::from_secs(20), claiming).await;
        let claimed = claimed.expect("nobody waits for a lock").expect("the third is free");
        assert!(!held.contains(&claimed.job.key()), "{held:?}");
        sqlx::query("ROLLBACK").execute(&mut other).await.unwrap();
        assert!(claim_at(&db.store, NOON).await.is_some());
        assert!(claim_at(&db.store, NOON).await.is_some());
    }
}
