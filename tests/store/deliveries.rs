//! The inbox.

use waymark::domain::job::Job;
use waymark::edge::store::{Accepted, JobFilter, Store};

use crate::database::fresh_databases;
use crate::given::*;

#[tokio::test]
async fn a_delivery_is_kept_byte_for_byte_and_planned_once() {
    for db in fresh_databases().await {
        let store = &db.store;
        assert_eq!(store.accept(delivery("g"), None).await.unwrap(), Accepted::New);
        let mut again = delivery("g");
        again.body = b"other".to_vec();
        assert_eq!(store.accept(again.clone(), None).await.unwrap(), Accepted::Repeat);

        assert_eq!(store.delivery("g").await.unwrap(), Some(delivery("g")), "{}", db.kind);
        assert_eq!(store.delivery("h").await.unwrap(), None);
        let claimed = claim(store).await;
        assert_eq!(claimed.job, Job::Plan { delivery: "g".to_owned() });
        assert_eq!(claim_at(store, NOON).await, None);

        // Also after the plan is done: the delivery, not the job, is what is unique.
        assert!(store.complete(&claimed).await.unwrap());
        assert_eq!(store.accept(again.clone(), None).await.unwrap(), Accepted::Repeat);
        assert_eq!(claim_at(store, NOON).await, None);
    }
}

#[tokio::test]
async fn an_accepted_delivery_survives_the_process() {
    for db in fresh_databases().await {
        db.store.accept(delivery("g"), None).await.unwrap();
        db.store.close().await;
        let reopened = Store::open(&db.url).await.unwrap();
        assert!(reopened.delivery("g").await.unwrap().is_some(), "{}", db.kind);
        assert!(claim_at(&reopened, NOON).await.is_some());
        reopened.close().await;
    }
}

#[tokio::test]
async fn an_empty_body_and_a_huge_one_are_kept() {
    for db in fresh_databases().await {
        for (guid, body) in [("empty", vec![]), ("huge", vec![0xa5; 25 << 20])] {
            let mut given = delivery(guid);
            given.body = body;
            db.store.accept(given.clone(), None).await.unwrap();
            let kept = db.store.delivery(guid).await.unwrap().unwrap();
            assert!(kept.body == given.body, "{guid} in {}", db.kind);
        }
    }
}

#[tokio::test]
async fn a_plan_ends_with_its_children_or_not_at_all() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.accept(delivery("g"), None).await.unwrap();
        let lost = claim(store).await;
        let plan = claim_at(store, at(LEASE)).await.unwrap();
        let children = [check(1, 1, 1), check(1, 2, 2)];

        // The lease ran out and somebody else plans it: what the first has found is not queued.
        assert!(!store.plan_done(&lost, &children, "late", at(LEASE)).await.unwrap());
        assert_eq!(store.list_jobs(JobFilter::All, 9).await.unwrap().len(), 1, "{}", db.kind);
        assert_eq!(store.delivery_outcome("g").await.unwrap(), None);

        assert!(store.plan_done(&plan, &children, "2 checks", at(LEASE)).await.unwrap());
        let kinds: Vec<String> = store
            .list_jobs(JobFilter::All, 9)
            .await
            .unwrap()
            .into_iter()
            .map(|job| job.kind)
            .collect();
        assert_eq!(kinds, ["check_pull", "check_pull"]);
        assert_eq!(store.delivery_outcome("g").await.unwrap().as_deref(), Some("2 checks"));

        store.mark_planned("g", "corrected").await.unwrap();
        assert_eq!(store.delivery_outcome("g").await.unwrap().as_deref(), Some("corrected"));
    }
}
