//! How claimed jobs end, and who may say so.

use sqlx::Connection;
use waymark::domain::job::Job;
use waymark::edge::store::{JobFilter, JobState, MAX_ATTEMPTS, Store};

use crate::database::fresh_databases;
use crate::given::*;

async fn states(store: &Store) -> Vec<(String, JobState)> {
    let jobs = store.list_jobs(JobFilter::All, 99).await.unwrap();
    jobs.into_iter().map(|job| (job.key, job.state)).collect()
}

#[tokio::test]
async fn a_lease_that_ran_out_passes_the_job_on_and_fences_the_old_worker() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.enqueue(&[check(1, 1, 1)], NOON).await.unwrap();
        let mut old = claim(store).await;
        assert_eq!(claim_at(store, at(LEASE - 1)).await, None);
        // The same worker's name: the claim is what counts.
        let new = claim_at(store, at(LEASE)).await.unwrap();
        assert_eq!((&new.id, &new.job, new.attempts), (&old.id, &old.job, 2), "{}", db.kind);

        let later = at(9 * LEASE);
        assert!(!store.complete(&old).await.unwrap());
        assert!(!store.retry(&old, "late", NOON, NOON).await.unwrap());
        assert!(!store.bury(&old, "late").await.unwrap());
        assert!(!store.release(&old, NOON).await.unwrap());
        assert!(!store.extend_lease(&mut old, later).await.unwrap());
        assert_eq!(old.lease_until, at(LEASE));
        assert_eq!(states(store).await, [("check:10:pull:1".to_owned(), JobState::Running)]);
        assert!(store.complete(&new).await.unwrap());
        assert!(!store.complete(&new).await.unwrap());
    }
}

#[tokio::test]
async fn an_extended_lease_holds() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.enqueue(&[check(1, 1, 1)], NOON).await.unwrap();
        let mut claimed = claim(store).await;
        assert!(store.extend_lease(&mut claimed, at(3 * LEASE)).await.unwrap());
        assert_eq!(claimed.lease_until, at(3 * LEASE));
        assert_eq!(claim_at(store, at(2 * LEASE)).await, None, "{}", db.kind);
        assert!(store.complete(&claimed).await.unwrap());
    }
}

#[tokio::test]
async fn a_retry_waits_for_its_time_and_counts() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.enqueue(&[fresh(1, 1, 1, "wish")], NOON).await.unwrap();
        let first = claim(store).await;
        assert!(store.retry(&first, "502 Bad\0Gateway", at(500), NOON).await.unwrap());
        let row = &store.list_jobs(JobFilter::In(JobState::Queued), 9).await.unwrap()[0];
        assert_eq!(row.last_error.as_deref(), Some("502 Bad\u{fffd}Gateway"), "{}", db.kind);
        assert_eq!((row.run_after, row.created), (at(500), NOON));

        assert_eq!(claim_at(store, at(499)).await, None);
        let second = claim_at(store, at(500)).await.unwrap();
        assert_eq!((second.attempts, &second.job), (2, &fresh(1, 1, 1, "wish")));
    }
}

#[tokio::test]
async fn a_retry_gives_way_to_a_newer_job_but_hands_over_its_wish() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.enqueue(&[fresh(1, 1, 0xa, "wish")], NOON).await.unwrap();
        let old = claim(store).await;
        store.enqueue(&[check(1, 1, 0xb)], at(10)).await.unwrap();
        assert!(store.retry(&old, "timeout", at(90_000), at(10)).await.unwrap());
        assert_eq!(states(store).await.len(), 1, "{}", db.kind);
        // At once, not at 90 s; with the newer head, the old wish, its own tries, the old age.
        let newer = claim_at(store, at(10)).await.unwrap();
        assert_eq!(newer.job, fresh(1, 1, 0xb, "wish"));
        assert_eq!((newer.attempts, newer.created), (1, NOON));
    }
}

#[tokio::test]
async fn a_newer_job_wakes_one_that_waits_to_be_retried() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.enqueue(&[fresh(1, 1, 0xa, "wish")], NOON).await.unwrap();
        let old = claim(store).await;
        assert!(store.retry(&old, "timeout", at(90_000), NOON).await.unwrap());
        store.enqueue(&[check(1, 1, 0xb)], at(10)).await.unwrap();
        let row = &store.list_jobs(JobFilter::All, 9).await.unwrap()[0];
        assert_eq!((row.attempts, &row.last_error), (0, &None), "{}", db.kind);
        let newer = claim_at(store, at(10)).await.unwrap();
        assert_eq!((newer.attempts, newer.job), (1, fresh(1, 1, 0xb, "wish")));
    }
}

#[tokio::test]
async fn an_expired_job_gives_way_to_a_newer_one() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.enqueue(&[fresh(1, 1, 0xa, "wish")], NOON).await.unwrap();
        claim(store).await;
        store.enqueue(&[fresh(1, 1, 0xb, "newer wish")], NOON).await.unwrap();
        let newer = claim_at(store, at(LEASE)).await.unwrap();
        assert_eq!(newer.job, fresh(1, 1, 0xb, "newer wish"), "{}", db.kind);
        assert_eq!(states(store).await.len(), 1);
    }
}

#[tokio::test]
async fn a_job_that_kills_its_workers_dies() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.enqueue(&[check(1, 1, 1)], NOON).await.unwrap();
        let mut now = NOON;
        for attempt in 1..=MAX_ATTEMPTS {
            let claimed = claim_at(store, now).await.unwrap();
            assert_eq!(claimed.attempts, attempt);
            assert_eq!(claimed.is_final(), attempt == MAX_ATTEMPTS);
            now = claimed.lease_until;
        }
        // Handed out once more, so that somebody can conclude what it owes.
        let spent = claim_at(store, now).await.unwrap();
        assert!(spent.is_spent());
        now = spent.lease_until;
        assert_eq!(claim_at(store, now).await, None, "{}", db.kind);
        let dead = &store.list_jobs(JobFilter::In(JobState::Dead), 9).await.unwrap()[0];
        assert_eq!(dead.attempts, i64::from(MAX_ATTEMPTS) + 1);
        assert!(dead.last_error.as_deref().unwrap().contains("lease"));
    }
}

#[tokio::test]
async fn a_released_job_has_lost_neither_its_try_nor_its_place() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.enqueue(&[check(1, 1, 1), check(1, 2, 1)], NOON).await.unwrap();
        let first = claim(store).await;
        assert!(store.release(&first, NOON).await.unwrap());
        let again = claim(store).await;
        assert_eq!((&again.job, again.attempts), (&first.job, 1), "{}", db.kind);
    }
}

#[tokio::test]
async fn the_dead_are_kept_and_can_be_called_back() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.enqueue(&[fresh(1, 1, 0xa, "wish")], NOON).await.unwrap();
        let first = claim(store).await;
        assert!(store.bury(&first, "422 Unprocessable").await.unwrap());
        assert_eq!(claim_at(store, at(9 * LEASE)).await, None, "{}", db.kind);
        let dead = &store.list_jobs(JobFilter::In(JobState::Dead), 9).await.unwrap()[0];
        assert_eq!(dead.last_error.as_deref(), Some("422 Unprocessable"));

        assert!(store.retry_dead(&dead.id, at(5)).await.unwrap());
        assert!(!store.retry_dead(&dead.id, at(5)).await.unwrap());
        let again = claim_at(store, at(5)).await.unwrap();
        assert_eq!((again.attempts, &again.job), (1, &first.job));

        // With a newer one queued, the dead one melts into it.
        assert!(store.bury(&again, "again").await.unwrap());
        store.enqueue(&[check(1, 1, 0xb)], at(6)).await.unwrap();
        assert!(store.retry_dead(&again.id, at(6)).await.unwrap());
        assert_eq!(states(store).await.len(), 1);
        assert_eq!(claim_at(store, at(6)).await.unwrap().job, fresh(1, 1, 0xb, "wish"));
    }
}

#[tokio::test]
async fn a_row_of_another_version_dies_alone() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.enqueue(&[check(1, 1, 1), check(1, 2, 1)], NOON).await.unwrap();
        let spoil = r#"UPDATE job SET payload = '{"kind":"teleport"}' WHERE key LIKE '%:1'"#;
        if db.kind == "SQLite" {
            let mut connection = sqlx::SqliteConnection::connect(&db.url).await.unwrap();
            sqlx::query(spoil).execute(&mut connection).await.unwrap();
            connection.close().await.unwrap();
        } else {
            let mut connection = sqlx::PgConnection::connect(&db.url).await.unwrap();
            sqlx::query(spoil).execute(&mut connection).await.unwrap();
        }
        let claimed = claim(store).await;
        assert!(matches!(claimed.job, Job::CheckPull { number: 2, .. }), "{}", db.kind);
        let dead = &store.list_jobs(JobFilter::In(JobState::Dead), 9).await.unwrap()[0];
        assert!(dead.last_error.as_deref().unwrap().contains("teleport"));
    }
}
