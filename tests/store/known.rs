//! What GitHub has told us: installations, repositories, pull requests.

use waymark::domain::ids::{InstallationId, RepoId};
use waymark::edge::store::{InstallationRow, KnownRepo, PullState, RepoRow, StoreError};

use crate::database::fresh_databases;
use crate::given::*;

const ONE: InstallationId = InstallationId(1);
const TWO: InstallationId = InstallationId(2);

#[tokio::test]
async fn an_installation_is_known_by_its_repositories_until_it_speaks_itself() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.upsert_repos(ONE, &[repo(10)]).await.unwrap();
        assert_eq!(store.installation(ONE).await.unwrap().unwrap().account, None);
        let told = InstallationRow {
            id: ONE,
            account: Some("acme".to_owned()),
            permissions: r#"{"checks":"write"}"#.to_owned(),
            events: r#"["push"]"#.to_owned(),
            suspended: true,
        };
        store.upsert_installation(&told).await.unwrap();
        store.upsert_repos(ONE, &[repo(10)]).await.unwrap();
        assert_eq!(store.installation(ONE).await.unwrap(), Some(told.clone()), "{}", db.kind);
        assert_eq!(store.installations().await.unwrap(), [told]);
        assert_eq!(store.installation(TWO).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_short_payload_does_not_forget_what_a_long_one_told() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.upsert_repos(ONE, &[repo(10)]).await.unwrap();
        let short = RepoRow {
            name: name("acme/renamed"),
            default_branch: None,
            archived: None,
            ..repo(10)
        };
        store.upsert_repos(ONE, &[short]).await.unwrap();
        let expected = RepoRow { name: name("acme/renamed"), ..repo(10) };
        let known = store.repo(RepoId(10)).await.unwrap();
        assert_eq!(known, Some(KnownRepo { installation: ONE, repo: expected }), "{}", db.kind);
    }
}

#[tokio::test]
async fn a_transferred_repository_is_not_removed_by_its_old_owner() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.upsert_repos(ONE, &[repo(10), repo(11)]).await.unwrap();
        store.upsert_repos(TWO, &[repo(10)]).await.unwrap();
        store.remove_repos(ONE, &[RepoId(10), RepoId(11)]).await.unwrap();
        assert_eq!(store.repos(ONE).await.unwrap(), [], "{}", db.kind);
        assert_eq!(store.repos(TWO).await.unwrap(), [repo(10)]);
    }
}

#[tokio::test]
async fn older_news_of_a_pull_request_are_not_believed() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.upsert_repos(ONE, &[repo(10)]).await.unwrap();
        let head = async || store.pull(RepoId(10), 1).await.unwrap().unwrap().pull.head_sha;

        assert!(store.upsert_pull(&pull(10, 1, 0xb, at(2_000))).await.unwrap());
        assert!(!store.upsert_pull(&pull(10, 1, 0xa, at(1_000))).await.unwrap());
        assert_eq!(head().await, sha(0xb), "{}", db.kind);
        // As old: GitHub counts seconds, and within one the later arrival is the better guess.
        assert!(store.upsert_pull(&pull(10, 1, 0xc, at(2_000))).await.unwrap());
        assert_eq!(head().await, sha(0xc));

        let mut closed = pull(10, 1, 0xc, at(3_000));
        closed.state = PullState::Closed;
        closed.head_repo = None;
        closed.draft = true;
        assert!(store.upsert_pull(&closed).await.unwrap());
        assert!(!store.upsert_pull(&pull(10, 1, 0xd, at(2_999))).await.unwrap());
        let known = store.pull(RepoId(10), 1).await.unwrap().unwrap();
        assert_eq!((known.installation, known.name), (ONE, name("acme/api")));
        assert_eq!(known.pull, closed);
    }
}

#[tokio::test]
async fn open_pull_requests_are_found_by_head_commit_and_head_branch() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.upsert_repos(ONE, &[repo(10), repo(11)]).await.unwrap();
        let mut fork = pull(10, 3, 0xa, NOON);
        fork.head_repo = Some(RepoId(999));
        let pulls = [pull(10, 1, 0xa, NOON), pull(10, 2, 0xa, NOON), fork, pull(11, 1, 0xa, NOON)];
        for pull in &pulls {
            store.upsert_pull(pull).await.unwrap();
        }
        store.close_pull(RepoId(10), 2).await.unwrap();

        let numbers = |found: Vec<waymark::edge::store::KnownPull>| {
            found.into_iter().map(|k| (k.pull.repo.0, k.pull.number)).collect::<Vec<_>>()
        };
        let same_head = store.open_pulls_with_head(RepoId(10), &sha(0xa)).await.unwrap();
        assert_eq!(numbers(same_head), [(10, 1), (10, 3)], "{}", db.kind);
        let of_branch = store.open_pulls_with_head_ref(RepoId(10), "topic").await.unwrap();
        assert_eq!(numbers(of_branch), [(10, 1)]);
        let of_fork = store.open_pulls_with_head_ref(RepoId(999), "topic").await.unwrap();
        assert_eq!(numbers(of_fork), [(10, 3)]);
    }
}

#[tokio::test]
async fn a_push_moves_the_head_of_an_open_pull_request_only() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.upsert_repos(ONE, &[repo(10)]).await.unwrap();
        store.upsert_pull(&pull(10, 1, 0xa, NOON)).await.unwrap();
        assert!(store.set_pull_head(RepoId(10), 1, &sha(0xb)).await.unwrap());
        let known = store.pull(RepoId(10), 1).await.unwrap().unwrap().pull;
        assert_eq!((known.head_sha, known.updated), (sha(0xb), NOON), "{}", db.kind);
        store.close_pull(RepoId(10), 1).await.unwrap();
        assert!(!store.set_pull_head(RepoId(10), 1, &sha(0xc)).await.unwrap());
        assert!(!store.set_pull_head(RepoId(10), 9, &sha(0xc)).await.unwrap());
    }
}

#[tokio::test]
async fn nothing_is_stored_about_a_repository_that_is_not_known() {
    for db in fresh_databases().await {
        let store = &db.store;
        let refused = [
            store.upsert_pull(&pull(10, 1, 0xa, NOON)).await.map(drop),
            store.put_evaluation(RepoId(10), "k", "{}", NOON).await,
            store.put_blobs(ONE, &[(sha(1), vec![1])], NOON).await,
        ];
        for result in refused {
            assert!(matches!(result, Err(StoreError::Unknown(_))), "{}: {result:?}", db.kind);
        }
    }
}
