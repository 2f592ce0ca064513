//! Overload: nobody is starved, and a long queue is no slower than a short one.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use waymark::domain::ids::{InstallationId, RepoId};
use waymark::domain::job::{Delivery, Job};
use waymark::edge::store::Store;

use crate::database::fresh_databases;
use crate::given::*;

/// A check of a default branch's commit `n` of any repository.
fn commit(installation: i64, repo: i64, n: u32) -> Job {
    match branch(installation, n) {
        Job::CheckCommit { installation, name, occasion, git_ref, head, .. } => Job::CheckCommit {
            installation,
            repo: RepoId(repo),
            name,
            occasion,
            git_ref,
            head,
            base: None,
            fresh: None,
        },
        other => other,
    }
}

/// Claims and completes `most` jobs; whose they were, in order.
async fn served(store: &Store, most: usize) -> Vec<(i64, i64)> {
    let mut order = Vec::new();
    while order.len() < most {
        let Some(claimed) = claim_at(store, at(1_000)).await else { break };
        let installation = claimed.job.installation().map_or(0, |id| id.0);
        order.push((installation, claimed.job.repo().map_or(0, |id| id.0)));
        assert!(store.complete(&claimed).await.unwrap());
    }
    order
}

/// The flood of one repository, queued `batch` at a time.
async fn flood(store: &Store, installation: i64, repo: i64, count: u32) {
    let jobs: Vec<Job> = (0..count).map(|n| commit(installation, repo, n)).collect();
    for batch in jobs.chunks(500) {
        store.enqueue(batch, NOON).await.unwrap();
    }
}

#[tokio::test]
async fn ten_thousand_pushes_of_one_repository_starve_nobody() {
    for db in fresh_databases().await {
        let store = &db.store;
        flood(store, 1, 10, 10_000).await;
        // Neighbours in the same installation, and other installations, come after the flood.
        for repo in 11..16 {
            store.enqueue(&[commit(1, repo, 1), commit(1, repo, 2)], NOON).await.unwrap();
        }
        for installation in 2..5 {
            flood(store, installation, installation * 10, 3).await;
        }
        let order = served(store, 60).await;
        let place = |wanted: (i64, i64), nth: usize| {
            let all = order.iter().enumerate().filter(|(_, who)| **who == wanted);
            all.map(|(n, _)| n).nth(nth).unwrap_or(usize::MAX)
        };
        for installation in 2..5 {
            let last = place((installation, installation * 10), 2);
            assert!(last < 14, "{}: installation {installation} at {last}: {order:?}", db.kind);
        }
        for repo in 11..16 {
            assert!(place((1, repo), 0) < 40, "{}: repository {repo}: {order:?}", db.kind);
            assert!(place((1, repo), 1) < 60, "{}: repository {repo}: {order:?}", db.kind);
        }
        // And one who comes while the flood goes on.
        flood(store, 1, 10, 200).await;
        store.enqueue(&[commit(1, 19, 1), commit(9, 90, 1)], NOON).await.unwrap();
        let order = served(store, 8).await;
        assert!(order.contains(&(1, 19)) && order.contains(&(9, 90)), "{}: {order:?}", db.kind);
    }
}

/// Within an installation each repository has its share, however unequal their queues are, and
/// the installation's own share does not grow with them.
#[tokio::test]
async fn shares_are_equal_on_both_levels() {
    for db in fresh_databases().await {
        let store = &db.store;
        flood(store, 1, 10, 300).await;
        flood(store, 1, 11, 100).await;
        flood(store, 1, 12, 100).await;
        flood(store, 2, 20, 300).await;
        let mut counts: HashMap<(i64, i64), usize> = HashMap::new();
        for who in served(store, 240).await {
            *counts.entry(who).or_default() += 1;
        }
        let share = |who| counts.get(&who).copied().unwrap_or(0) as i64;
        for (who, fair) in [((1, 10), 40), ((1, 11), 40), ((1, 12), 40), ((2, 20), 120)] {
            assert!((share(who) - fair).abs() <= 2, "{}: {counts:?}", db.kind);
        }
    }
}

/// Deliveries are read fairly as well: a flood's plans do not hold up another repository's, nor
/// the checks that are due.
#[tokio::test]
async fn the_plans_of_a_flood_hold_up_nobody() {
    for db in fresh_databases().await {
        let store = &db.store;
        let hand_in = |guid: String, repo: i64| async move {
            let delivery = Delivery { guid, ..delivery("x") };
            store.accept(delivery, Some(RepoId(repo))).await.unwrap();
        };
        for n in 0..400 {
            hand_in(format!("flood-{n:04}"), 10).await;
        }
        store.enqueue(&[check(7, 1, 1)], NOON).await.unwrap();
        hand_in("quiet".to_owned(), 20).await;
        let mut order = Vec::new();
        for _ in 0..24 {
            let claimed = claim(store).await;
            order.push(claimed.job.key());
            store.complete(&claimed).await.unwrap();
        }
        let at = |key: &str| order.iter().position(|k| k == key).unwrap_or(usize::MAX);
        assert!(at("plan:quiet") < 3, "{}: {order:?}", db.kind);
        assert!(at("check:70:pull:1") < 20, "{}: {order:?}", db.kind);
    }
}

/// A payload that is replaced again and again keeps its place: its turn comes.
#[tokio::test]
async fn a_job_that_is_renewed_for_ever_is_not_put_off_for_ever() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.enqueue(&[check(1, 1, 0)], NOON).await.unwrap();
        store.enqueue(&[check(1, 2, 0), check(1, 3, 0)], NOON).await.unwrap();
        for n in 1..200 {
            store.enqueue(&[check(1, 1, n)], at(n.into())).await.unwrap();
        }
        let claimed = claim_at(store, at(1_000)).await.unwrap();
        assert_eq!((claimed.job, claimed.created), (check(1, 1, 199), NOON), "{}", db.kind);
    }
}

/// Fifty thousand jobs: of one repository, of many, deferred, and of a paused installation. Held
/// against the same database when it was empty, so that a busy machine fails nothing: reading
/// all of the queue would be forty times slower.
#[tokio::test]
async fn a_queue_of_fifty_thousand_is_as_quick_as_an_empty_one() {
    for db in fresh_databases().await {
        let empty = median_times(&db.store, at(500)).await;
        crate::raw::execute(&db.url, &many(50_000)).await;
        if db.kind == "PostgreSQL" {
            crate::raw::execute(&db.url, "ANALYZE job").await;
        }
        db.store.pause_installation(InstallationId(3), at(1_000_000)).await.unwrap();
        let full = median_times(&db.store, at(1_000)).await;
        let most = |empty: Duration| empty * 8 + Duration::from_millis(10);
        assert!(full.0 < most(empty.0), "{}: claim {:?}, {:?}", db.kind, full.0, empty.0);
        assert!(full.1 < most(empty.1), "{}: enqueue {:?}, {:?}", db.kind, full.1, empty.1);
    }
}

/// What a claim and what queueing a job takes.
async fn median_times(
    store: &Store,
    now: waymark::domain::time::Timestamp,
) -> (Duration, Duration) {
    let (mut claims, mut enqueues) = (Vec::new(), Vec::new());
    for n in 0..60 {
        let started = Instant::now();
        store.enqueue(&[commit(1 + n % 5, 10 + n % 700, 70_000)], NOON).await.unwrap();
        enqueues.push(started.elapsed());
        let started = Instant::now();
        let claimed = claim_at(store, now).await.unwrap();
        claims.push(started.elapsed());
        store.complete(&claimed).await.unwrap();
    }
    claims.sort_unstable();
    enqueues.sort_unstable();
    (claims[30], enqueues[30])
}

/// Installation 1 has half of them in one repository, 2 many repositories, 3 sleeps, 4 waits for
/// its time, 5 is small.
fn many(count: u32) -> String {
    let payload = serde_json::to_string(&commit(1, 10, 1)).unwrap().replace('\'', "''");
    format!(
        "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < {count}),
            who(n, installation, repo) AS (
                SELECT n, CASE WHEN n % 10 < 5 THEN 1 WHEN n % 10 < 7 THEN 2
                               WHEN n % 10 < 8 THEN 3 WHEN n % 10 < 9 THEN 4 ELSE 5 END,
                       CASE WHEN n % 10 < 5 THEN 10 ELSE n % 700 END FROM n)
         INSERT INTO job (id, kind, key, installation, repo, priority, vt, rt, state, run_after_ms,
                          attempts, max_attempts, coalesced, created_ms, payload)
         SELECT 'j' || n, 'check_commit', 'k' || n, installation, repo, 10, n, n, 'queued',
                CASE WHEN installation = 4 THEN {} ELSE {} END, 0, 8, 0, {}, '{payload}' FROM who",
        at(9_000_000).0,
        NOON.0,
        NOON.0
    )
}

/// A backlog that slept comes back without the credit of its sleep.
#[tokio::test]
async fn an_installation_that_wakes_does_not_overtake_everybody() {
    for how in ["its time came", "it was woken"] {
        for db in fresh_databases().await {
            let store = &db.store;
            flood(store, 1, 10, 400).await;
            let asleep = InstallationId(1);
            store.pause_installation(asleep, at(500)).await.unwrap();
            flood(store, 2, 20, 300).await;
            for _ in 0..200 {
                let claimed = claim_at(store, at(400)).await.unwrap();
                assert_eq!(claimed.job.installation(), Some(InstallationId(2)));
                store.complete(&claimed).await.unwrap();
            }
            if how == "it was woken" {
                store.wake_installation(asleep).await.unwrap();
            }
            flood(store, 3, 30, 5).await;
            let order = served(store, 60).await;
            let count = |id: i64| order.iter().filter(|(who, _)| *who == id).count() as i64;
            assert!((count(1) - count(2)).abs() <= 3, "{} {how}: {order:?}", db.kind);
            assert_eq!(count(3), 5, "{} {how}: {order:?}", db.kind);
        }
    }
}
