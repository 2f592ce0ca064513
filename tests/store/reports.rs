//! Judgements and check runs.

use waymark::domain::ids::{InstallationId, RepoId};
use waymark::domain::job::Occasion;
use waymark::edge::store::{CheckRunRow, Subject};

use crate::database::fresh_databases;
use crate::given::*;

fn run(head: u32, concluded: bool) -> CheckRunRow {
    CheckRunRow {
        repo: RepoId(10),
        head_sha: sha(head),
        name: "waymark / golden path".to_owned(),
        external_id: "e1".to_owned(),
        digest: "d1".to_owned(),
        github_id: None,
        concluded,
        annotations_sent: 0,
    }
}

#[tokio::test]
async fn the_same_judgement_twice_is_one() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.upsert_repos(InstallationId(1), &[repo(10)]).await.unwrap();
        let put = async |subject, json: &str, digest: &str, now| {
            store.put_judgement(RepoId(10), &sha(1), subject, json, digest, now).await.unwrap()
        };
        let first = put(Subject::Pull(3), "{}", "d1", NOON).await;
        let other = put(Subject::Commit(Occasion::MergeGroup), "{\"o\":1}", "d1", at(5)).await;
        assert_ne!(first, other, "{}", db.kind);
        let latest = store.latest_judgement(RepoId(10), &sha(1)).await.unwrap().unwrap();
        assert_eq!((latest.id.as_str(), latest.subject.as_str()), (other.as_str(), "merge_group"));

        assert_eq!(put(Subject::Pull(3), "{}", "d1", at(9)).await, first);
        let latest = store.latest_judgement(RepoId(10), &sha(1)).await.unwrap().unwrap();
        assert_eq!((latest.id.as_str(), latest.judged), (first.as_str(), at(9)));
        assert_eq!(store.latest_judgement(RepoId(10), &sha(2)).await.unwrap(), None);

        assert_eq!(store.judgement(RepoId(10), &first).await.unwrap(), Some(latest));
        assert_eq!(store.judgement(RepoId(11), &first).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_check_run_is_remembered_by_commit_and_name() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.upsert_repos(InstallationId(1), &[repo(10)]).await.unwrap();
        let mut wanted = run(1, false);
        store.put_check_run(&wanted, NOON).await.unwrap();
        wanted.github_id = Some(i64::MAX);
        wanted.annotations_sent = 50;
        wanted.external_id = "e2".to_owned();
        store.put_check_run(&wanted, at(1)).await.unwrap();
        let found = store.check_run(RepoId(10), &sha(1), &wanted.name).await.unwrap();
        assert_eq!(found, Some(wanted), "{}", db.kind);
        assert_eq!(store.check_run(RepoId(10), &sha(1), "other").await.unwrap(), None);
    }
}

#[tokio::test]
async fn old_check_runs_that_owe_a_conclusion_are_found() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.upsert_repos(InstallationId(1), &[repo(10)]).await.unwrap();
        store.put_check_run(&run(1, false), at(1)).await.unwrap();
        store.put_check_run(&run(2, true), at(0)).await.unwrap();
        store.put_check_run(&run(3, false), at(0)).await.unwrap();
        store.put_check_run(&run(4, false), at(2)).await.unwrap();
        let found = store.unconcluded_check_runs(at(2)).await.unwrap();
        let runs: Vec<_> = found.iter().map(|open| open.run.clone()).collect();
        assert_eq!(runs, [run(3, false), run(1, false)], "{}", db.kind);
        assert_eq!(found[0].installation, InstallationId(1));
        assert_eq!((&found[0].repo_name, found[0].updated), (&name("acme/api"), at(0)));
    }
}
