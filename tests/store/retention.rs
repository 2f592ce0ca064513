//! What is old goes, a little at a time; what is owed or young stays.

use waymark::domain::ids::{InstallationId, RepoId};
use waymark::domain::job::Delivery;
use waymark::domain::retention::Keep;
use waymark::domain::time::Timestamp;
use waymark::edge::store::{JobFilter, JobState, PullRow, PullState, Subject};

use crate::database::fresh_databases;
use crate::given::*;
use crate::tenants::settle_in;

const DAY: i64 = 24 * 60 * 60 * 1000;

#[tokio::test]
async fn what_is_old_goes_and_what_is_owed_stays() {
    for db in fresh_databases().await {
        let store = &db.store;
        settle_in(store, 1).await;
        // One job was given up; the other waits. A pull request was closed, the other is open.
        let dead = claim_at(store, at(5)).await.unwrap();
        assert!(store.bury(&dead, "422").await.unwrap());
        let closed = PullRow { state: PullState::Closed, ..pull(10, 2, 1, NOON) };
        store.upsert_pull(&closed).await.unwrap();
        for n in 0..450 {
            let received = NOON.plus_ms(if n < 430 { 0 } else { 35 * DAY });
            let one = Delivery { guid: format!("g{n}"), received, ..delivery("x") };
            store.accept(one, None).await.unwrap();
            if n != 7 {
                store.mark_planned(&format!("g{n}"), "done").await.unwrap();
            }
        }
        store.put_evaluation(RepoId(10), "young", "{}", NOON.plus_ms(80 * DAY)).await.unwrap();
        let now = |days: i64| Keep::default().cutoff(NOON.plus_ms(days * DAY));

        let cleaned = store.clean_up(&now(29), 1).await.unwrap();
        assert_eq!((cleaned.rows.as_slice(), cleaned.more), (&[][..], false), "{}", db.kind);
        // Bounded: one small transaction per table, then it says that there is more.
        let cleaned = store.clean_up(&now(40), 1).await.unwrap();
        assert_eq!((cleaned.rows.as_slice(), cleaned.more), (&[("delivery", 200)][..], true));
        let cleaned = store.clean_up(&now(40), 9).await.unwrap();
        assert_eq!((cleaned.rows.as_slice(), cleaned.more), (&[("delivery", 229)][..], false));
        assert!(store.delivery("g7").await.unwrap().is_some(), "it was never read");
        assert!(store.delivery("g440").await.unwrap().is_some(), "it is young");

        let cleaned = store.clean_up(&now(95), 9).await.unwrap();
        assert_eq!(cleaned.rows, [("delivery", 20), ("evaluation", 1), ("coverage_report", 1)]);
        assert!(store.evaluation(RepoId(10), "young").await.unwrap().is_some());

        let cleaned = store.clean_up(&now(401), 9).await.unwrap();
        let tables: Vec<&str> = cleaned.rows.iter().map(|(table, _)| *table).collect();
        // The check run of that cast was never concluded: it stays until it is.
        let wanted = [
            "evaluation",
            "blob",
            "snapshot",
            "judgement",
            "gate",
            "acknowledgement",
            "risk_report",
            "risk_coverage",
            "pull",
            "job",
            "delivery",
        ];
        assert_eq!(tables, wanted, "{}", db.kind);
        assert!(cleaned.rows.iter().rev().take(3).all(|(_, rows)| *rows == 1), "{cleaned:?}");
        assert!(store.delivery("g7").await.unwrap().is_none(), "nobody will read it any more");
        assert!(store.pull(RepoId(10), 1).await.unwrap().is_some(), "it is open");
        assert!(store.pull(RepoId(10), 2).await.unwrap().is_none());
        let left = store.list_jobs(JobFilter::All, 9).await.unwrap();
        let states: Vec<JobState> = left.iter().map(|job| job.state).collect();
        assert!(states.contains(&JobState::Queued) && !states.contains(&JobState::Dead));
        assert!(store.repo(RepoId(10)).await.unwrap().is_some());
        assert_eq!(store.blobs(InstallationId(1), &[sha(1)]).await.unwrap().len(), 0);
    }
}

/// A judgement that goes may be made again.
#[tokio::test]
async fn what_went_may_come_back() {
    for db in fresh_databases().await {
        let store = &db.store;
        settle_in(store, 1).await;
        let long_after = Timestamp(NOON.0 + 500 * DAY);
        store.clean_up(&Keep::default().cutoff(long_after), 9).await.unwrap();
        let subject = Subject::Pull(1);
        store.put_judgement(RepoId(10), &sha(1), subject, "{}", "d", long_after).await.unwrap();
        store.put_blobs(InstallationId(1), &[(sha(1), vec![1])], long_after).await.unwrap();
        assert_eq!(store.blobs(InstallationId(1), &[sha(1)]).await.unwrap().len(), 1);
    }
}
