//! An installation moves to another database and back, and nothing is lost.

use std::io::Cursor;

use waymark::domain::ids::{InstallationId, RepoId};
use waymark::edge::store::{JobFilter, Moved, Store, TransferError};

use crate::database::{empty_databases, fresh_databases};
use crate::given::*;
use crate::tenants::settle_in;

/// Everything that there is to lose: every table with rows, odd bytes and letters, nulls.
async fn furnish(store: &Store) {
    settle_in(store, 1).await;
    settle_in(store, 2).await;
    for n in 0..250 {
        store.accept(delivery(&format!("guid-{n:03} Ä\u{202e}'\"\\")), None).await.unwrap();
    }
    store.mark_planned("guid-000 Ä\u{202e}'\"\\", "judged \u{1f600}").await.unwrap();
    let everything: Vec<u8> = (0..=255).collect();
    store.put_blobs(InstallationId(1), &[(sha(9), everything)], NOON).await.unwrap();
    let claimed = claim_at(store, at(5)).await.unwrap();
    store.bury(&claimed, "no\nmore").await.unwrap();
    claim_at(store, at(5)).await.unwrap();
    assert!(store.fire_schedule("sync", &[], NOON, at(1_000)).await.unwrap());
    store.pause_installation(InstallationId(2), at(10)).await.unwrap();
    let through = Some(NOON);
    let state = waymark::edge::store::Recovery { through, ..Default::default() };
    store.put_recovery(&state).await.unwrap();
}

async fn export(store: &Store) -> (String, Moved) {
    let mut out = Vec::new();
    let moved = store.export(&mut out).await.unwrap();
    (String::from_utf8(out).unwrap(), moved)
}

async fn import(store: &Store, text: &str) -> Result<Moved, TransferError> {
    store.import(&mut Cursor::new(text.as_bytes())).await
}

/// Lines in one order: databases sort texts differently.
fn sorted(text: &str) -> Vec<&str> {
    let mut lines: Vec<&str> = text.lines().collect();
    lines.sort_unstable();
    lines
}

#[tokio::test]
async fn everything_moves_there_and_back() {
    for from in fresh_databases().await {
        furnish(&from.store).await;
        let (text, moved) = export(&from.store).await;
        // Who works on a database is not known on SQLite.
        assert!(moved.0.iter().all(|(table, rows)| *rows > 0 || table == "replica"), "{moved:?}");
        for to in fresh_databases().await {
            assert_eq!(import(&to.store, &text).await.unwrap(), moved, "{}", to.kind);
            let (again, _) = export(&to.store).await;
            assert_eq!(sorted(&again), sorted(&text), "{} to {}", from.kind, to.kind);
            // It is used as if nothing had happened.
            let jobs = |store: &Store| {
                let store = store.clone();
                async move { store.list_jobs(JobFilter::All, 999).await.unwrap() }
            };
            assert_eq!(jobs(&to.store).await.len(), jobs(&from.store).await.len());
            let next = claim_at(&to.store, at(90_000)).await.unwrap();
            let there = claim_at(&from.store, at(90_000)).await.unwrap();
            assert_eq!((next.id, next.job), (there.id.clone(), there.job.clone()));
            from.store.release(&there, at(90_000)).await.unwrap();
            let blobs = to.store.blobs(InstallationId(1), &[sha(9)]).await.unwrap();
            assert_eq!(blobs[&sha(9)], (0..=255).collect::<Vec<u8>>());
            assert!(to.store.pull(RepoId(10), 1).await.unwrap().is_some());
            assert_eq!(to.store.check().await.unwrap().problems, Vec::<String>::new());
        }
    }
}

#[tokio::test]
async fn a_damaged_export_changes_nothing() {
    let from = fresh_databases().await.remove(0);
    furnish(&from.store).await;
    let (text, _) = export(&from.store).await;
    let lines: Vec<&str> = text.lines().collect();
    let job = lines.iter().position(|line| line.contains("\"table\":\"job\"")).unwrap();
    let without_a_row = [&lines[..=job], &lines[job + 2..]].concat().join("\n");
    let cut = lines[..lines.len() - 1].join("\n");
    let altered = text.replace("judged", "fudged");
    let older = text.replacen("\"migrations\":[1,", "\"migrations\":[", 1);
    let foreign = text.replacen("export/v1", "export/v9", 1);
    let odd = text.replacen("\n[10,", "\n[\"ten\",", 1);
    for to in fresh_databases().await {
        for (damage, says) in [
            (&without_a_row, "table `job` holds"),
            (&cut, "is not complete"),
            (&altered, "table `delivery` holds"),
            (&older, "waymark db migrate"),
            (&foreign, "is not `export/v1`"),
            (&odd, "not of its column's kind"),
            (&String::new(), "is not complete"),
            (&"[]".to_owned(), "line 1"),
        ] {
            assert_ne!(*damage, text, "{says}");
            let error = import(&to.store, damage).await.expect_err(says).to_string();
            assert!(error.contains(says), "{error}");
            assert!(to.store.list_jobs(JobFilter::All, 1).await.unwrap().is_empty());
            assert!(to.store.installations().await.unwrap().is_empty(), "{}", to.kind);
        }
        import(&to.store, &text).await.unwrap();
        let error = import(&to.store, &text).await.expect_err("it is not empty").to_string();
        assert!(error.contains("import into a new one"), "{error}");
    }
}

#[tokio::test]
async fn a_look_at_a_database_changes_nothing_and_finds_what_is_wrong() {
    for (kind, url, _place) in empty_databases().await {
        let store = Store::open(&url).await.unwrap();
        furnish(&store).await;
        let seen = store.check().await.unwrap();
        assert_eq!((seen.kind, &seen.problems, &seen.pending), (kind, &vec![], &vec![]));
        let rows = |name: &str| seen.tables.iter().find(|(table, _)| table == name).unwrap().1;
        assert_eq!((rows("installation"), rows("delivery")), (2, 250));
        crate::raw::execute(&url, "UPDATE job SET payload = '{}' WHERE state = 'dead'").await;
        crate::raw::execute(&url, "DELETE FROM _sqlx_migrations WHERE version = 10").await;
        store.close().await;
        let store = Store::open_as_is(&url).await.unwrap();
        let seen = store.check().await.unwrap();
        assert_eq!(seen.pending, [10], "it was not applied by looking");
        assert_eq!(seen.problems.len(), 1, "{:?}", seen.problems);
        assert!(seen.problems[0].contains("cannot be read"));
        store.close().await;
    }
}
