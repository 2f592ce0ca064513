//! Does every migration apply to a database that is in use? Each one has a file of sample rows of
//! its name in `tests/migrations/`, written as its version writes them; the next ones must carry
//! the rows along, on both databases.

#![allow(clippy::unwrap_used)]

#[path = "support/database.rs"]
mod database;

use std::path::{Path, PathBuf};

use sqlx::migrate::Migrator;
use sqlx::{AssertSqlSafe, Connection, PgConnection, SqliteConnection};
use waymark::domain::ids::RepoId;
use waymark::domain::risk::lineage::Stretch;
use waymark::domain::time::Timestamp;
use waymark::edge::store::{JobFilter, Store};

const MIGRATIONS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/edge/store/migrations");
const SAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/migrations");

/// Version, file name and text of every migration, in order.
fn migrations() -> Vec<(i64, String, String)> {
    let mut paths: Vec<PathBuf> =
        std::fs::read_dir(MIGRATIONS).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let read = |path: PathBuf| {
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let version = name.split('_').next().unwrap().parse().unwrap();
        (version, name, std::fs::read_to_string(path).unwrap())
    };
    paths.into_iter().map(read).collect()
}

#[tokio::test]
async fn every_migration_applies_on_top_of_rows_from_before() {
    let migrator = Migrator::new(Path::new(MIGRATIONS)).await.unwrap();
    for (kind, url, _place) in database::empty_databases().await {
        for (version, name, _) in migrations() {
            let rows = std::fs::read_to_string(Path::new(SAMPLES).join(&name))
                .unwrap_or_else(|e| panic!("tests/migrations/{name} holds sample rows: {e}"));
            let rows = AssertSqlSafe(rows);
            if kind == "SQLite" {
                let url = format!("{url}?mode=rwc");
                let mut connection = SqliteConnection::connect(&url).await.unwrap();
                migrator.run_to(version, &mut connection).await.unwrap();
                sqlx::raw_sql(rows).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            } else {
                let mut connection = PgConnection::connect(&url).await.unwrap();
                migrator.run_to(version, &mut connection).await.unwrap();
                sqlx::raw_sql(rows).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            }
        }
        // And the store of today reads what they have become.
        let store = Store::open(&url).await.unwrap();
        assert_eq!(store.list_jobs(JobFilter::All, 9).await.unwrap().len(), 3, "{kind}");
        assert!(store.delivery("g1").await.unwrap().is_some());
        let known = store.pull(RepoId(10), 1).await.unwrap().unwrap();
        assert_eq!(known.name.to_string(), "acme/api");
        let judged = store.judgement(RepoId(10), "u1").await.unwrap().unwrap();
        assert_eq!(judged.json, "{}", "what an older version has stored is read");
        assert_eq!(store.evaluation(RepoId(10), "k").await.unwrap().as_deref(), Some("{}"));
        assert_eq!(store.installations().await.unwrap().len(), 2);
        let later = Timestamp(1_795_000_060_000);
        assert_eq!(store.unconcluded_check_runs(later).await.unwrap().len(), 1);
        assert_eq!(repairs(&store).await, [Some(1), Some(1), None, Some(0)], "{kind}");
        assert!(store.claim("worker", later, 60_000).await.unwrap().is_some());
        store.close().await;
    }
}

/// How often four files were repaired: noted; known by the features of the change; of a change that is
/// not known; and no repair, by its features.
async fn repairs(store: &Store) -> Vec<Option<u64>> {
    let now = Timestamp(1_795_000_000_000);
    let stretch = |path| vec![Stretch { path, from: None, until: (now, 0) }];
    let files: Vec<Vec<Stretch<i64>>> = [96, 97, 98, 99].map(stretch).into();
    let found = store.risk_file_pasts(RepoId(10), &files, now).await.unwrap();
    found.into_iter().map(|file| file.repairs).collect()
}

/// The statement, if any, that older rows (or an older version that still runs) would not survive:
/// a new column of an old table that is NOT NULL without a DEFAULT.
fn offence(sql: &str) -> Option<String> {
    let bare: Vec<&str> =
        sql.lines().map(|line| line.split("--").next().unwrap_or_default()).collect();
    bare.join(" ").split(';').find_map(|statement| {
        let words: Vec<String> = statement.split_whitespace().map(str::to_uppercase).collect();
        let statement = words.join(" ");
        let adds = statement.starts_with("ALTER TABLE") && statement.contains(" ADD ");
        let strict = statement.contains("NOT NULL") && !statement.contains(" DEFAULT ");
        let tightens = statement.contains("SET NOT NULL");
        (adds && strict || tightens).then_some(statement)
    })
}

#[test]
fn no_migration_demands_what_older_rows_do_not_have() {
    for (_, name, sql) in migrations() {
        assert_eq!(offence(&sql), None, "{name}");
    }
}

#[test]
fn the_rule_about_not_null_recognises_an_offence() {
    let bad = [
        "ALTER TABLE job ADD COLUMN x BIGINT NOT NULL",
        "CREATE TABLE t (a BIGINT);\nalter table job\n  add x text not null -- DEFAULT later\n;",
        "ALTER TABLE job ALTER COLUMN x SET NOT NULL",
    ];
    for sql in bad {
        assert!(offence(sql).is_some(), "{sql}");
    }
    let good = [
        "CREATE TABLE t (a BIGINT NOT NULL)",
        "ALTER TABLE job ADD COLUMN x BIGINT",
        "ALTER TABLE job ADD COLUMN x BIGINT NOT NULL DEFAULT 0",
        "-- ALTER TABLE job ADD x TEXT NOT NULL",
    ];
    for sql in good {
        assert_eq!(offence(sql), None);
    }
}
