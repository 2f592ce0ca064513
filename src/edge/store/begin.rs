//! How does a transaction begin, and when does it count?

use sqlx::postgres::PgPool;
use sqlx::sqlite::SqlitePool;

use super::database::Tx;
use super::error::StoreError;

/// When a change counts as made. SQLite's `synchronous` and PostgreSQL's `synchronous_commit`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Made {
    /// Once it is on the disk: a power cut does not take it back.
    Durable,
    /// Once everybody sees it: `kill -9` does not take it back. A power cut (or the crash of
    /// PostgreSQL) may, but then everything behind it, too: what is durable makes all before it
    /// durable. For what is done again from a delivery that is kept, and does no harm then.
    Visible,
}

impl Made {
    fn begin_sqlite(self) -> &'static str {
        // IMMEDIATE: a deferred one that reads first may find at its first write that it must not
        // go on (SQLITE_BUSY), and no timeout helps.
        match self {
            Self::Durable => "PRAGMA synchronous = FULL; BEGIN IMMEDIATE",
            Self::Visible => "PRAGMA synchronous = NORMAL; BEGIN IMMEDIATE",
        }
    }

    /// Without sorting where an index has the order: what is counted of the queue is of some minute
    /// ago. Where a full queue was counted as nearly empty, PostgreSQL would rather sort all of an
    /// installation's jobs, for each job that is queued, than walk to the first by the index.
    pub(super) fn begin_postgres(self) -> &'static str {
        match self {
            Self::Durable => "BEGIN; SET LOCAL enable_sort = off",
            Self::Visible => {
                "BEGIN; SET LOCAL enable_sort = off; SET LOCAL synchronous_commit = off"
            }
        }
    }
}

/// Begins on SQLite's one connection that writes.
pub(super) async fn begin_sqlite(writer: &SqlitePool, made: Made) -> Result<Tx, StoreError> {
    let writer = writer.clone();
    let begin = async move { writer.begin_with(made.begin_sqlite()).await };
    Ok(Tx::Sqlite(to_its_end(begin).await?))
}

/// Begins on a connection of a pool.
pub(super) async fn begin_postgres(pool: &PgPool, made: Made) -> Result<Tx, StoreError> {
    let pool = pool.clone();
    let begin = async move { pool.begin_with(made.begin_postgres()).await };
    Ok(Tx::Postgres(to_its_end(begin).await?))
}

/// Begins to the end, also when nobody waits for it any more: a `BEGIN` that is dropped half-way
/// would be open on a connection that goes back to the pool (sqlx 0.9 rolls back only what it
/// knows to have begun), and whatever is written there next would never be committed.
async fn to_its_end<T: Send + 'static>(
    begin: impl Future<Output = Result<T, sqlx::Error>> + Send + 'static,
) -> Result<T, StoreError> {
    let begun = tokio::spawn(begin).await;
    Ok(begun.map_err(|_| StoreError::Busy("the service is stopping".to_owned()))??)
}

#[cfg(test)]
mod tests {
    use super::super::connect::open;
    use super::super::database::Database;
    use super::*;

    /// What a transaction of a kind, and one behind it that is durable, say of themselves.
    async fn said(database: &Database, sql: &'static str) -> [String; 3] {
        let mut said = Vec::new();
        for made in [Made::Durable, Made::Visible, Made::Durable] {
            let mut tx = database.begin_made(made).await.expect("it begins");
            let row: Option<(String,)> = tx.one(sql, &[]).await.expect("it answers");
            tx.commit().await.expect("it ends");
            said.extend(row.map(|(word,)| word));
        }
        said.try_into().expect("three answers")
    }

    #[tokio::test]
    async fn only_what_is_durable_waits_for_the_disk() {
        let folder = tempfile::tempdir().expect("a folder");
        let url = format!("sqlite://{}", folder.path().join("waymark.db").display());
        let database = open(&url).await.expect("a database");
        let sql = "SELECT CAST(synchronous AS TEXT) FROM pragma_synchronous";
        assert_eq!(said(&database, sql).await, ["2", "1", "2"]);
        let Ok(server) = std::env::var("WAYMARK_TEST_POSTGRES") else { return };
        let database = super::super::connect::open_as_is(&server).await.expect("a database");
        // Whatever the server's own setting; that of the tests is `off`.
        assert_eq!(said(&database, "SHOW synchronous_commit").await, ["on", "off", "on"]);
    }
}
