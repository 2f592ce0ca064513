//! Which index does SQLite take for what every risk check asks, and every job before it? It plans
//! without statistics, as in production, and more than once it chose to read a whole repository's
//! history.

use sqlx::{AssertSqlSafe, Connection, Row};

use super::counted::{LATELY, PEOPLE, REPAIRS, REVERTED};
use super::relations::{FROM, TOWARD};
use super::touches::RENAMES;
use crate::edge::store::Store;
use crate::edge::store::organisation::NAMED;

#[tokio::test]
async fn each_question_takes_its_index() {
    let folder = tempfile::tempdir().expect("a folder");
    let url = format!("sqlite://{}", folder.path().join("waymark.db").display());
    let store = Store::open(&url).await.expect("a store");
    let mut connection = sqlx::SqliteConnection::connect(&url).await.expect("a connection");
    let expected: [(&str, &[&str]); 8] = [
        (NAMED, &["repo_name (<expr>=? AND installation=?)"]),
        (PEOPLE.as_str(), &["risk_touch_author (repo=? AND path=?"]),
        (LATELY.as_str(), &["risk_touch_path (repo=? AND path=? AND (at_ms,change)>"]),
        (REPAIRS.as_str(), &["risk_touch_repair (repo=? AND path=? AND (at_ms,change)>"]),
        (RENAMES.as_str(), &["risk_touch_renamed (repo=? AND path=?"]),
        (REVERTED, &["risk_change_reverted (repo=? AND reverted_ms>", "(repo=? AND change=?)"]),
        (TOWARD.as_str(), &["relation_object (object=? AND verb=?)", "repo_1 (id=?)"]),
        (FROM.as_str(), &["relation_subject (subject=? AND verb=?)", "repo_1 (id=?)"]),
    ];
    for (sql, indexes) in expected {
        let explain = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
        let rows = sqlx::query(explain).fetch_all(&mut connection).await.expect("a plan");
        let plan: Vec<String> = rows.iter().map(|row| row.get("detail")).collect();
        let reads: Vec<&String> =
            plan.iter().filter(|s| s.starts_with("SEARCH") || s.starts_with("SCAN")).collect();
        // A part of a UNION takes the same as the others.
        for (n, step) in reads.iter().enumerate() {
            assert!(step.contains(indexes[n % indexes.len()]), "{sql}: {plan:#?}");
        }
        assert!(!plan.iter().any(|s| s.contains("FOR GROUP")), "{sql}: {plan:#?}");
    }
    store.close().await;
}
