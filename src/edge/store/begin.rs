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

    fn begin_postgres(self) -> &'static str {
        match self {
            Self::Durable => "BEGIN",
            Self::Visible => "BEGIN; SET LOCAL synchronous_commit = off",
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
