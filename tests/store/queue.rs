//! The order of things, and what melts into what.

use waymark::domain::ids::{InstallationId, RepoId};
use waymark::domain::job::{Job, Occasion};
use waymark::edge::store::{JobFilter, Store};

use crate::database::fresh_databases;
use crate::given::*;

/// Claims and completes everything; names each job by its number or kind.
async fn drain(store: &Store) -> Vec<String> {
    let mut order = Vec::new();
    while let Some(claimed) = claim_at(store, at(1_000)).await {
        order.push(match &claimed.job {
            Job::CheckPull { installation, number, .. } => format!("{installation}#{number}"),
            other => other.key(),
        });
        assert!(store.complete(&claimed).await.unwrap());
    }
    order
}

#[tokio::test]
async fn a_newer_job_replaces_a_queued_one_of_its_key() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.enqueue_later(&[check(1, 1, 0xa)], at(5_000), NOON).await.unwrap();
        store.enqueue_later(&[check(1, 1, 0xb)], at(9_000), at(1)).await.unwrap();
        let row = &store.list_jobs(JobFilter::All, 9).await.unwrap()[0];
        assert_eq!((row.run_after, row.created, row.coalesced), (at(5_000), NOON, 1));

        assert_eq!(claim_at(store, at(4_999)).await, None, "{}", db.kind);
        let claimed = claim_at(store, at(5_000)).await.unwrap();
        assert_eq!(claimed.job, check(1, 1, 0xb));
        assert_eq!((claimed.attempts, claimed.created), (1, NOON));
        assert_eq!(claim_at(store, at(9_000)).await, None);
    }
}

#[tokio::test]
async fn the_wish_for_a_fresh_run_outlives_its_payload() {
    for db in fresh_databases().await {
        let store = &db.store;
        let jobs = [fresh(1, 1, 0xa, "first"), fresh(1, 1, 0xb, "second"), check(1, 1, 0xc)];
        store.enqueue(&jobs, NOON).await.unwrap();
        assert_eq!(claim(store).await.job, fresh(1, 1, 0xc, "second"), "{}", db.kind);
    }
}

#[tokio::test]
async fn one_of_a_key_runs_at_a_time() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.enqueue(&[check(1, 1, 0xa)], NOON).await.unwrap();
        let first = claim(store).await;
        store.enqueue(&[check(1, 1, 0xb), check(1, 2, 0xc)], NOON).await.unwrap();
        assert_eq!(claim(store).await.job, check(1, 2, 0xc), "{}", db.kind);
        assert_eq!(claim_at(store, NOON).await, None);
        assert!(store.complete(&first).await.unwrap());
        assert_eq!(claim(store).await.job, check(1, 1, 0xb));
    }
}

#[tokio::test]
async fn the_urgent_come_first_and_plans_before_them() {
    for db in fresh_databases().await {
        let store = &db.store;
        let merge = Job::CheckCommit {
            installation: InstallationId(1),
            repo: RepoId(10),
            name: name("acme/api"),
            occasion: Occasion::MergeGroup,
            git_ref: "refs/heads/gh-readonly-queue/main/1".to_owned(),
            head: sha(1),
            base: None,
            fresh: None,
        };
        let sync = Job::SyncInstallation { installation: InstallationId(1) };
        let (merge_key, branch_key) = (merge.key(), branch(1, 1).key());
        let jobs = [sync, branch(1, 1), check(1, 1, 1), merge];
        store.enqueue(&jobs, NOON).await.unwrap();
        store.accept(delivery("g"), None).await.unwrap();
        let order = drain(store).await;
        let expected = ["plan:g", "1#1", &*merge_key, &*branch_key, "sync:1"];
        assert_eq!(order, expected, "{}", db.kind);
    }
}

#[tokio::test]
async fn an_urgent_newer_job_lifts_the_queued_one() {
    for db in fresh_databases().await {
        let store = &db.store;
        let mut urgent = branch(1, 1);
        if let Job::CheckCommit { occasion, .. } = &mut urgent {
            *occasion = Occasion::MergeGroup;
        }
        store.enqueue(&[branch(1, 1), branch(2, 1)], NOON).await.unwrap();
        store.enqueue(&[check(2, 1, 1)], NOON).await.unwrap();
        store.enqueue(std::slice::from_ref(&urgent), NOON).await.unwrap();
        let order = drain(store).await;
        assert_eq!(order.last(), Some(&branch(2, 1).key()));
        assert_eq!(order.len(), 3, "{}", db.kind);
    }
}

#[tokio::test]
async fn a_small_tenant_does_not_wait_behind_a_hundred_jobs() {
    for db in fresh_databases().await {
        let store = &db.store;
        let many: Vec<Job> = (100..200).map(|n| check(1, n, 1)).collect();
        let few: Vec<Job> = (0..3).map(|n| check(2, n, 1)).collect();
        store.enqueue(&many, NOON).await.unwrap();
        store.enqueue(&few, NOON).await.unwrap();
        let order = drain(store).await;
        let expected = ["1#100", "1#101", "2#0", "1#102", "2#1", "1#103", "2#2", "1#104", "1#105"];
        assert_eq!(order[..9], expected, "{}", db.kind);
        assert_eq!(order.len(), 103);
    }
}

#[tokio::test]
async fn a_newcomer_does_not_overtake_those_who_have_been_served() {
    // Nor does a job from long ago, which must wait, turn back the time by which it is placed.
    for from_long_ago in ["none", "deferred", "paused"] {
        for db in fresh_databases().await {
            let store = &db.store;
            match from_long_ago {
                "deferred" => {
                    store.enqueue_later(&[check(3, 1, 1)], at(9_000), NOON).await.unwrap();
                }
                "paused" => {
                    store.enqueue(&[check(3, 1, 1)], NOON).await.unwrap();
                    store.pause_installation(InstallationId(3), at(9_000)).await.unwrap();
                }
                _ => {}
            }
            // Tenant 1 has been served fifty times without a break; its next fifty wait.
            let many: Vec<Job> = (100..200).map(|n| check(1, n, 1)).collect();
            store.enqueue(&many, NOON).await.unwrap();
            for _ in 0..50 {
                let claimed = claim(store).await;
                store.complete(&claimed).await.unwrap();
            }
            let newcomer: Vec<Job> = (0..50).map(|n| check(2, n, 1)).collect();
            store.enqueue(&newcomer, NOON).await.unwrap();
            let order = drain(store).await;
            let of_one = order[..20].iter().filter(|job| job.starts_with("1#")).count();
            assert!(
                (9..=11).contains(&of_one),
                "{}, {from_long_ago}: {of_one} of 20 are tenant 1's",
                db.kind
            );
        }
    }
}

#[tokio::test]
async fn a_running_job_keeps_the_time_when_nothing_waits() {
    for db in fresh_databases().await {
        let store = &db.store;
        let many: Vec<Job> = (0..30).map(|n| check(1, n, 1)).collect();
        store.enqueue(&many, NOON).await.unwrap();
        for _ in 0..29 {
            let claimed = claim(store).await;
            store.complete(&claimed).await.unwrap();
        }
        let _running = claim(store).await;
        let newcomer: Vec<Job> = (0..30).map(|n| check(2, n, 1)).collect();
        store.enqueue(&newcomer, NOON).await.unwrap();
        store.enqueue(&[check(1, 99, 1)], NOON).await.unwrap();
        let order = drain(store).await;
        let place = order.iter().position(|job| job == "1#99").unwrap();
        assert!(place <= 2, "{}: tenant 1's next job came {place}th", db.kind);
    }
}
