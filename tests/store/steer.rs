//! Pausing, cancelling, counting.

use waymark::domain::ids::InstallationId;
use waymark::edge::store::JobState;

use crate::database::fresh_databases;
use crate::given::*;

#[tokio::test]
async fn a_paused_installation_sleeps_alone() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.enqueue(&[check(1, 1, 1), check(2, 1, 1)], NOON).await.unwrap();
        store.pause_installation(InstallationId(1), at(1_000)).await.unwrap();
        // A shorter pause that arrives later does not wake it.
        store.pause_installation(InstallationId(1), at(10)).await.unwrap();

        assert_eq!(claim(store).await.job, check(2, 1, 1), "{}", db.kind);
        assert_eq!(claim_at(store, at(999)).await, None);
        assert_eq!(claim_at(store, at(1_000)).await.unwrap().job, check(1, 1, 1));
    }
}

#[tokio::test]
async fn a_cancelled_job_goes_and_a_running_one_goes_on() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.enqueue(&[check(1, 1, 1)], NOON).await.unwrap();
        let running = claim(store).await;
        store.enqueue(&[check(1, 1, 2)], NOON).await.unwrap();
        assert!(store.cancel("check:10:pull:1").await.unwrap(), "{}", db.kind);
        assert!(!store.cancel("check:10:pull:1").await.unwrap());
        assert!(store.complete(&running).await.unwrap());
        assert_eq!(claim_at(store, NOON).await, None);
    }
}

#[tokio::test]
async fn the_next_moment_to_look_is_known() {
    for db in fresh_databases().await {
        let store = &db.store;
        assert_eq!(store.next_due(NOON).await.unwrap(), None, "{}", db.kind);
        store.enqueue(&[check(1, 1, 1)], NOON).await.unwrap();
        let running = claim(store).await;
        assert_eq!(store.next_due(NOON).await.unwrap(), Some(at(LEASE)));
        store.enqueue_later(&[check(1, 2, 1)], at(700), NOON).await.unwrap();
        assert_eq!(store.next_due(NOON).await.unwrap(), Some(at(700)));
        store.pause_installation(InstallationId(1), at(300)).await.unwrap();
        assert_eq!(store.next_due(NOON).await.unwrap(), Some(at(300)));
        assert!(store.complete(&running).await.unwrap());
        assert_eq!(store.next_due(at(300)).await.unwrap(), Some(at(700)));
    }
}

#[tokio::test]
async fn jobs_are_counted_by_state_and_kind() {
    for db in fresh_databases().await {
        let store = &db.store;
        assert_eq!(store.counts().await.unwrap(), []);
        store.accept(delivery("g"), None).await.unwrap();
        store.enqueue_later(&[check(1, 1, 1)], at(50), at(2)).await.unwrap();
        store.enqueue(&[check(1, 2, 1)], at(3)).await.unwrap();
        claim(store).await;
        let counts: Vec<_> = store
            .counts()
            .await
            .unwrap()
            .into_iter()
            .map(|c| (c.state, c.kind, c.count, c.oldest, c.first_due))
            .collect();
        let expected = [
            (JobState::Queued, "check_pull".to_owned(), 2, at(2), at(3)),
            (JobState::Running, "plan".to_owned(), 1, NOON, NOON),
        ];
        assert_eq!(counts, expected, "{}", db.kind);
    }
}
