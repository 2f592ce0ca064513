//! Records of deliveries of value: merged by GitHub's ids, whatever the order.

use waymark::domain::ids::{InstallationId, RepoId};
use waymark::domain::metrics::{Compared, Relation, Run, Source};
use waymark::edge::store::{DeploymentRow, PastRead, Store};

use crate::database::fresh_databases;
use crate::given::*;

const REPO: RepoId = RepoId(10);

async fn known(store: &Store) {
    store.upsert_repos(InstallationId(1), &[repo(10)]).await.unwrap();
}

#[tokio::test]
async fn the_first_success_stays_and_nothing_is_lost_by_a_repeat() {
    for db in fresh_databases().await {
        let store = &db.store;
        known(store).await;
        let failed = DeploymentRow { failed: Some(at(9)), ..deployment(1, None) };
        for row in [
            deployment(1, Some(at(7))),
            deployment(1, None),
            deployment(1, Some(at(5))),
            failed,
            deployment(1, Some(at(8))),
        ] {
            store.note_deployment(REPO, &row).await.unwrap();
        }
        let compared =
            Compared { with: sha(2), relation: Relation::Ahead, commits: vec![], partial: true };
        store.put_comparison(REPO, (Source::Deployment, 1), &compared).await.unwrap();
        store.note_deployment(REPO, &deployment(1, Some(at(8)))).await.unwrap();
        let past = store.past(REPO, NOON).await.unwrap();
        let whole = DeploymentRow {
            failed: Some(at(9)),
            compared: Some(compared),
            ..deployment(1, Some(at(5)))
        };
        assert_eq!(past.deployments, [whole], "{}", db.kind);
        // The same number of another source is another deployment.
        let release = DeploymentRow { source: Source::Release, sha: None, ..deployment(1, None) };
        store.note_deployment(REPO, &release).await.unwrap();
        assert_eq!(store.past(REPO, NOON).await.unwrap().deployments.len(), 2);
        store.forget_deployment(REPO, Source::Release, 1).await.unwrap();
        assert_eq!(store.past(REPO, NOON).await.unwrap().deployments.len(), 1);
        assert_eq!(store.past(REPO, at(1)).await.unwrap().deployments.len(), 0, "begun before");
    }
}

#[tokio::test]
async fn what_was_deployed_last_is_what_succeeded_last_there() {
    for db in fresh_databases().await {
        let store = &db.store;
        known(store).await;
        let last = async |place: &str| store.last_deployed(REPO, place).await.unwrap();
        let place = deployment(1, None).environment;
        assert_eq!(last(&place).await, None, "{}", db.kind);
        let row = |id: i64, commit, succeeded| DeploymentRow {
            sha: Some(sha(commit)),
            ..deployment(id, succeeded)
        };
        let elsewhere =
            DeploymentRow { environment: "elsewhere".to_owned(), ..row(4, 4, Some(at(9))) };
        for row in [row(1, 1, Some(at(7))), row(2, 2, Some(at(5))), row(3, 3, None), elsewhere] {
            store.note_deployment(REPO, &row).await.unwrap();
        }
        assert_eq!(last(&place).await, Some(sha(1)));
        assert_eq!(last("elsewhere").await, Some(sha(4)));
        let release = DeploymentRow { source: Source::Release, ..row(5, 5, Some(at(10))) };
        store.note_deployment(REPO, &release).await.unwrap();
        assert_eq!(last(&place).await, Some(sha(1)), "a release reaches no place");
    }
}

#[tokio::test]
async fn older_news_change_nothing() {
    for db in fresh_databases().await {
        let store = &db.store;
        known(store).await;
        store.note_incident(REPO, &incident(5, at(2), false)).await.unwrap();
        store.note_incident(REPO, &incident(5, at(1), true)).await.unwrap();
        let past = store.past(REPO, NOON).await.unwrap();
        assert_eq!(past.incidents, [incident(5, at(2), false)], "{}", db.kind);
        assert!(store.knows_incident(REPO, 5).await.unwrap());
        assert!(!store.knows_incident(REPO, 6).await.unwrap());
        let run = |ms, success| Run { started: NOON, finished: at(ms), success };
        store.note_run(REPO, 1, &run(4, Some(true))).await.unwrap();
        store.note_run(REPO, 1, &run(3, Some(false))).await.unwrap();
        assert_eq!(store.past(REPO, NOON).await.unwrap().runs, [run(4, Some(true))]);
    }
}

#[tokio::test]
async fn a_past_is_read_once_and_a_refused_one_again() {
    for db in fresh_databases().await {
        let store = &db.store;
        known(store).await;
        let mut archived = repo(11);
        archived.archived = Some(true);
        store.upsert_repos(InstallationId(1), &[archived]).await.unwrap();
        let unread = async |again| {
            let found = store.unread_pasts(InstallationId(1), again, 9).await.unwrap();
            found.into_iter().map(|(id, _)| id.0).collect::<Vec<_>>()
        };
        assert_eq!(unread(NOON).await, [10], "{}", db.kind);
        let mut read = PastRead {
            at: at(5),
            first_production: Some(NOON),
            known_from: None,
            whole: true,
            problem: Some("refused".to_owned()),
        };
        store.put_past_read(REPO, &read).await.unwrap();
        assert_eq!(unread(at(4)).await, [0_i64; 0]);
        assert_eq!(unread(at(5)).await, [10]);
        read.problem = None;
        store.put_past_read(REPO, &read).await.unwrap();
        assert_eq!(unread(at(9)).await, [0_i64; 0]);
        store.note_created(REPO, at(1)).await.unwrap();
        let known = store.past(REPO, NOON).await.unwrap().repo;
        assert_eq!((known.created, known.read), (Some(at(1)), Some(read)));
    }
}

#[tokio::test]
async fn what_is_too_old_goes_and_open_incidents_stay() {
    for db in fresh_databases().await {
        let store = &db.store;
        known(store).await;
        store.note_deployment(REPO, &deployment(1, Some(NOON))).await.unwrap();
        store.note_incident(REPO, &incident(5, NOON, true)).await.unwrap();
        let run = Run { started: NOON, finished: NOON, success: None };
        store.note_run(REPO, 1, &run).await.unwrap();
        store.forget_pasts(at(1)).await.unwrap();
        let past = store.past(REPO, NOON).await.unwrap();
        assert_eq!((past.deployments.len(), past.runs.len(), past.incidents.len()), (0, 0, 1));
    }
}
