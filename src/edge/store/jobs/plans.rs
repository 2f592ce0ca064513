//! How do the databases mean to run the queue's statements? With 50,000 jobs queued, none may read
//! them all.

use sqlx::{AssertSqlSafe, Connection, Row};

use super::super::begin::Made;
use super::claim::{EXPIRED, PLACE, TURN};
use super::enqueue::ENQUEUE;
use crate::edge::store::Store;

const ROWS: &str = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < 50000)
    INSERT INTO job (id, kind, key, installation, repo, priority, vt, rt, state, run_after_ms,
                     attempts, max_attempts, coalesced, created_ms, payload, lease_until_ms)
    SELECT 'j' || n, 'check_commit', 'k' || n, n % 9, n % 700, (n % 2) * 10, n, n,
           CASE WHEN n % 5000 = 0 THEN 'running' WHEN n % 5000 = 1 THEN 'dead' ELSE 'queued' END,
           0, 0, 8, 0, 0, '{}', CASE WHEN n % 5000 = 0 THEN 9000000000000 ELSE NULL END FROM n";

/// What a queue held when PostgreSQL last counted.
const OTHERS: &str = "ALTER TABLE job SET (autovacuum_enabled = false);
    INSERT INTO job (id, kind, key, installation, repo, priority, vt, rt, state, run_after_ms,
                     attempts, max_attempts, coalesced, created_ms, payload)
    SELECT 'o' || n, 'check_commit', 'o' || n, 77 + n % 3, n, 20, n, n, 'queued', 0, 0, 8, 0, 0, '{}'
      FROM generate_series(1, 3000) AS n;
    ANALYZE job";

/// A statement and its parameters.
enum Bound {
    Ints(&'static str, &'static [i64]),
    Enqueue,
}

fn statements(database: usize) -> Vec<(&'static str, Bound)> {
    vec![
        ("expired", Bound::Ints(EXPIRED[database], &[1])),
        ("place", Bound::Ints(PLACE[database], &[1])),
        ("turn", Bound::Ints(TURN[database], &[1, 2, 10])),
        ("enqueue", Bound::Enqueue),
    ]
}

macro_rules! plan {
    ($connection:expr, $explain:literal, $bound:expr, $read:expr) => {{
        let sql = match $bound {
            Bound::Ints(sql, _) => sql,
            Bound::Enqueue => ENQUEUE,
        };
        let mut query = sqlx::query(AssertSqlSafe(format!("{} {sql}", $explain)));
        match $bound {
            Bound::Ints(_, values) => {
                for value in *values {
                    query = query.bind(*value);
                }
            }
            Bound::Enqueue => {
                query = query.bind("new").bind("check_commit").bind("new key").bind(1_i64);
                query = query.bind(10_i64).bind(1_i64).bind(1_i64).bind(8_i64);
                query = query.bind(None::<String>).bind("{}").bind(0_i64).bind(0_i64);
                query = query.bind(0_i64).bind(7_i64);
            }
        }
        let rows = query.fetch_all($connection).await.expect("a plan");
        rows.iter().map($read).collect::<Vec<String>>()
    }};
}

#[tokio::test]
async fn sqlite_looks_nothing_up_by_reading_everything() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}", folder.path().join("waymark.db").display());
    let store = Store::open(&url).await.expect("a store");
    let mut connection = sqlx::SqliteConnection::connect(&url).await.expect("a connection");
    sqlx::query(ROWS).execute(&mut connection).await.expect("rows");
    // SQLite plans without statistics, as in production: nobody runs ANALYZE there.
    for (name, bound) in statements(0) {
        let plan = plan!(&mut connection, "EXPLAIN QUERY PLAN", &bound, |row| {
            row.get::<String, _>("detail")
        });
        for step in &plan {
            // A scan through an index in the order that is wanted stops at the first row.
            let all = step.starts_with("SCAN") && !step.contains("USING");
            let reads_all =
                all && ["job", " j", " q", " r", " o", " d"].iter().any(|t| step.ends_with(t));
            assert!(!reads_all && !step.contains("TEMP B-TREE FOR ORDER"), "{name}: {plan:#?}");
        }
    }
    store.close().await;
}

#[tokio::test]
async fn postgres_looks_nothing_up_by_reading_everything() {
    let Ok(server) = std::env::var("WAYMARK_TEST_POSTGRES") else { return };
    // One schema of its own instead of a database: this test cannot reach `tests/support`.
    let schema = format!("plans_{}", uuid::Uuid::now_v7().simple());
    let mut connection = sqlx::PgConnection::connect(&server).await.expect("the server");
    let make = AssertSqlSafe(format!("CREATE SCHEMA {schema}; SET search_path = {schema}"));
    sqlx::raw_sql(make).execute(&mut connection).await.expect("a schema");
    let joint = if server.contains('?') { '&' } else { '?' };
    let url = format!("{server}{joint}options=-csearch_path%3D{schema}");
    let store = Store::open(&url).await.expect("a store");
    let mut wrong = Vec::new();
    // Counted when the queue held something else, and counted as it is.
    sqlx::raw_sql(OTHERS).execute(&mut connection).await.expect("other rows");
    sqlx::query(ROWS).execute(&mut connection).await.expect("rows");
    for statistics in ["stale", "fresh"] {
        sqlx::raw_sql(Made::Visible.begin_postgres())
            .execute(&mut connection)
            .await
            .expect("begun");
        for (name, bound) in statements(1) {
            let plan = plan!(&mut connection, "EXPLAIN", &bound, |row| row.get::<String, _>(0));
            let bad = |step: &String| {
                step.contains("Seq Scan on job") || step.trim_start().starts_with("->  Sort")
            };
            if plan.iter().any(bad) {
                wrong.push(format!("{name}, {statistics}:\n{}", plan.join("\n")));
            }
        }
        sqlx::query("ROLLBACK").execute(&mut connection).await.expect("ended");
        sqlx::query("ANALYZE job").execute(&mut connection).await.expect("statistics");
    }
    store.close().await;
    let drop = AssertSqlSafe(format!("DROP SCHEMA {schema} CASCADE"));
    sqlx::raw_sql(drop).execute(&mut connection).await.expect("dropped");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
