//! Is the database whole? Looked at without changing it.

use super::Store;
use super::connect;
use super::database::{Database, values};
use super::error::StoreError;
use super::transfer::{applied, tables};
use crate::domain::job::Job;

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// `SQLite` or `PostgreSQL`.
    pub kind: &'static str,
    /// Migrations that the database has seen.
    pub applied: Vec<i64>,
    /// Those that this version of Waymark brings and the database lacks.
    pub pending: Vec<i64>,
    /// Tables with their rows.
    pub tables: Vec<(String, i64)>,
    /// What is wrong, in words; empty: nothing.
    pub problems: Vec<String>,
}

/// Problems that are listed; more say nothing new.
const MOST: usize = 20;

const WHOLE: &str = "PRAGMA integrity_check";
const ORPHANS: &str = "SELECT \"table\", CAST(COUNT(*) AS BIGINT) FROM pragma_foreign_key_check
    GROUP BY \"table\" ORDER BY \"table\"";
const JOBS: &str = "SELECT id, payload FROM job WHERE id > $1 ORDER BY id LIMIT 500";

impl Store {
    /// Opens a database without bringing its schema up to date, to look at it.
    pub async fn open_as_is(url: &str) -> Result<Self, StoreError> {
        Ok(Self::on(connect::open_as_is(url).await?))
    }

    /// Looks at everything: the schema, the file's own structure, references, stored jobs.
    pub async fn check(&self) -> Result<Health, StoreError> {
        let mut tx = self.database.begin().await?;
        let applied = applied(&mut tx).await?;
        let known = connect::known_migrations();
        let mut problems = Vec::new();
        for version in applied.iter().filter(|version| !known.contains(version)) {
            problems.push(format!("migration {version} is of a newer version of Waymark"));
        }
        let mut counted = Vec::new();
        for table in tables(&mut tx).await? {
            counted.push((table.name.clone(), table.count(&mut tx).await?));
        }
        let kind = match &self.database {
            Database::Sqlite { .. } => {
                let rows: Vec<(String,)> = tx.all(WHOLE, &[]).await?;
                problems.extend(rows.into_iter().map(|(text,)| text).filter(|text| text != "ok"));
                let rows: Vec<(String, i64)> = tx.all(ORPHANS, &[]).await?;
                problems.extend(rows.into_iter().map(|(table, rows)| {
                    format!("{rows} rows of {table} belong to something that is not there")
                }));
                "SQLite"
            }
            Database::Postgres { .. } => "PostgreSQL",
        };
        let mut last = String::new();
        loop {
            let rows: Vec<(String, String)> = tx.all(JOBS, values![last.as_str()]).await?;
            let Some((id, _)) = rows.last() else { break };
            last = id.clone();
            for (id, payload) in rows {
                if let Err(error) = serde_json::from_str::<Job>(&payload) {
                    problems.push(format!("job {id} cannot be read: {error}"));
                }
            }
        }
        let pending = known.into_iter().filter(|version| !applied.contains(version)).collect();
        problems.truncate(MOST);
        Ok(Health { kind, applied, pending, tables: counted, problems })
    }
}
