//! Blobs and evaluations.

use waymark::domain::ids::{InstallationId, RepoId};

use crate::database::fresh_databases;
use crate::given::*;

#[tokio::test]
async fn blobs_are_found_again_whatever_their_bytes() {
    for db in fresh_databases().await {
        let store = &db.store;
        let one = InstallationId(1);
        store.upsert_repos(one, &[repo(10)]).await.unwrap();
        let every: Vec<u8> = (0..=255).collect();
        let blobs = [(sha(1), vec![]), (sha(2), every), (sha(3), vec![0; 1 << 20])];
        store.put_blobs(one, &blobs, NOON).await.unwrap();
        // Again, and with one of them twice: content does not change.
        store.put_blobs(one, &[blobs[0].clone(), blobs[0].clone()], NOON).await.unwrap();

        let found = store.blobs(one, &[sha(1), sha(2), sha(3), sha(4)]).await.unwrap();
        assert_eq!(found.len(), 3, "{}", db.kind);
        assert!(blobs.iter().all(|(sha, bytes)| &found[sha] == bytes));
        assert!(store.blobs(one, &[]).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn many_blobs_are_found_in_batches() {
    for db in fresh_databases().await {
        let store = &db.store;
        let one = InstallationId(1);
        store.upsert_repos(one, &[repo(10)]).await.unwrap();
        let blobs: Vec<_> = (0..200).map(|n| (sha(n), n.to_string().into_bytes())).collect();
        store.put_blobs(one, &blobs, NOON).await.unwrap();
        for count in [1, 63, 64, 65, 128, 200] {
            let shas: Vec<_> = (0..count).map(sha).collect();
            let found = store.blobs(one, &shas).await.unwrap();
            assert_eq!(found.len(), count as usize, "{}", db.kind);
        }
    }
}

#[tokio::test]
async fn a_blob_is_reachable_only_through_its_installation() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.upsert_repos(InstallationId(1), &[repo(10)]).await.unwrap();
        store.upsert_repos(InstallationId(2), &[repo(20)]).await.unwrap();
        let secret = [(sha(1), b"secret".to_vec())];
        store.put_blobs(InstallationId(1), &secret, NOON).await.unwrap();
        assert!(store.blobs(InstallationId(2), &[sha(1)]).await.unwrap().is_empty(), "{}", db.kind);
    }
}

#[tokio::test]
async fn an_evaluation_is_found_by_repository_and_key() {
    for db in fresh_databases().await {
        let store = &db.store;
        store.upsert_repos(InstallationId(1), &[repo(10), repo(11)]).await.unwrap();
        store.put_evaluation(RepoId(10), "k", "{\"v\":1}", NOON).await.unwrap();
        store.put_evaluation(RepoId(10), "k", "{\"v\":2}", at(1)).await.unwrap();
        let found = store.evaluation(RepoId(10), "k").await.unwrap();
        assert_eq!(found.as_deref(), Some("{\"v\":2}"), "{}", db.kind);
        assert_eq!(store.evaluation(RepoId(10), "l").await.unwrap(), None);
        assert_eq!(store.evaluation(RepoId(11), "k").await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_snapshot_is_the_newest_one_and_no_larger_than_it_may_be() {
    for db in fresh_databases().await {
        let store = &db.store;
        let one = InstallationId(1);
        store.upsert_repos(one, &[repo(10), repo(20)]).await.unwrap();
        assert!(store.put_snapshot(RepoId(10), &sha(1), "first", NOON).await.unwrap());
        assert!(store.put_snapshot(RepoId(10), &sha(2), "second", NOON).await.unwrap());
        assert_eq!(store.snapshot(RepoId(10)).await.unwrap().as_deref(), Some("second"));
        assert_eq!(store.snapshot_sha(RepoId(10)).await.unwrap(), Some(sha(2)));
        let rows = store.snapshots(one, 9).await.unwrap();
        let known: Vec<_> = rows.into_iter().map(|row| (row.repo.0, row.sha)).collect();
        assert_eq!(known, [(10, Some(sha(2))), (20, None)], "{}", db.kind);
        assert!(store.snapshots(InstallationId(2), 9).await.unwrap().is_empty());

        // Too large to be kept: then nothing is known, rather than something old.
        let mut noise = String::new();
        let mut seed = 1_u64;
        while noise.len() < 12 << 20 {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            noise.push_str(&format!("{seed:x}"));
        }
        assert!(!store.put_snapshot(RepoId(10), &sha(3), &noise, NOON).await.unwrap());
        assert_eq!(store.snapshot(RepoId(10)).await.unwrap(), None);
    }
}
