//! How does one SQL text run on two databases? An enum of the two pools, values as plain data.
//!
//! `sqlx::Any` is not used: it fails on booleans and cannot choose how a transaction begins.

use std::borrow::Cow;
use std::sync::Arc;

use sqlx::postgres::{PgPool, PgRow, Postgres};
use sqlx::sqlite::{Sqlite, SqlitePool, SqliteRow};
use sqlx::{FromRow, Transaction};
use tokio::sync::Mutex;

use super::begin::{Made, begin_postgres, begin_sqlite};
use super::error::StoreError;
use crate::domain::ids::{InstallationId, RepoId, Sha};
use crate::domain::time::Timestamp;

/// The two databases that we know.
#[derive(Debug, Clone)]
pub(super) enum Database {
    /// One connection that writes (SQLite has one writer anyway: waiting in our queue is fairer
    /// than its busy loop), four that read beside it.
    Sqlite { writer: SqlitePool, reader: SqlitePool, door: Door },
    /// Many of both; a few of them for intake alone.
    Postgres { pool: PgPool, intake: PgPool },
}

/// Where all who write wait but intake, so that one of them at most stands before a delivery in
/// the line for the writer: GitHub waits for its answer, thirty workers can.
pub(super) type Door = Arc<Mutex<()>>;

/// A parameter of a statement.
#[derive(Debug, Clone)]
pub(super) enum Value<'a> {
    Int(Option<i64>),
    Text(Option<Cow<'a, str>>),
    Bool(Option<bool>),
    Bytes(Option<&'a [u8]>),
}

/// A row type that reads from both databases; `#[derive(FromRow)]` is enough.
pub(super) trait Record:
    for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

impl<T> Record for T where
    T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin
{
}

/// A transaction. Dropped without [`Tx::commit`] it is rolled back. Never hold one across a
/// network call to anybody else.
pub(super) enum Tx {
    Sqlite(Transaction<'static, Sqlite>),
    Postgres(Transaction<'static, Postgres>),
}

macro_rules! bound {
    ($query:expr, $values:expr) => {{
        let mut query = $query;
        for value in $values {
            query = match value {
                Value::Int(v) => query.bind(*v),
                Value::Text(v) => query.bind(v.as_deref()),
                Value::Bool(v) => query.bind(*v),
                Value::Bytes(v) => query.bind(*v),
            };
        }
        query
    }};
}

macro_rules! run {
    (execute, $on:expr, $sql:expr, $values:expr) => {
        bound!(sqlx::query($sql), $values).execute($on).await?.rows_affected()
    };
    ($fetch:ident, $on:expr, $sql:expr, $values:expr) => {
        bound!(sqlx::query_as::<_, R>($sql), $values).$fetch($on).await?
    };
}

impl Database {
    /// Begins a transaction that writes, durably.
    pub(super) async fn begin(&self) -> Result<Tx, StoreError> {
        self.begin_made(Made::Durable).await
    }

    /// Begins a transaction that writes.
    pub(super) async fn begin_made(&self, made: Made) -> Result<Tx, StoreError> {
        Ok(match self {
            Self::Sqlite { writer, door, .. } => {
                let _first_in_line = door.lock().await;
                begin_sqlite(writer, made).await?
            }
            Self::Postgres { pool, .. } => begin_postgres(pool, made).await?,
        })
    }

    /// The same for intake, which others let pass: durably.
    pub(super) async fn begin_first(&self) -> Result<Tx, StoreError> {
        Ok(match self {
            Self::Sqlite { writer, .. } => begin_sqlite(writer, Made::Durable).await?,
            Self::Postgres { intake, .. } => begin_postgres(intake, Made::Durable).await?,
        })
    }

    /// Runs one writing statement on its own, durably; tells how many rows it touched.
    pub(super) async fn execute(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        // On SQLite the connection may have been told to be quick.
        match self {
            Self::Sqlite { .. } => self.execute_made(Made::Durable, sql, values).await,
            Self::Postgres { pool, .. } => Ok(run!(execute, pool, sql, values)),
        }
    }

    /// Runs one writing statement on its own; tells how many rows it touched.
    pub(super) async fn execute_made(
        &self,
        made: Made,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        let mut tx = self.begin_made(made).await?;
        let touched = tx.execute(sql, values).await?;
        tx.commit().await?;
        Ok(touched)
    }

    /// Reads every row.
    pub(super) async fn all<R: Record>(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<R>, StoreError> {
        Ok(match self {
            Self::Sqlite { reader, .. } => run!(fetch_all, reader, sql, values),
            Self::Postgres { pool, .. } => run!(fetch_all, pool, sql, values),
        })
    }

    /// Reads the first row, if there is one.
    pub(super) async fn one<R: Record>(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Option<R>, StoreError> {
        Ok(match self {
            Self::Sqlite { reader, .. } => run!(fetch_optional, reader, sql, values),
            Self::Postgres { pool, .. } => run!(fetch_optional, pool, sql, values),
        })
    }
}

impl Tx {
    /// Runs a statement; tells how many rows it touched.
    pub(super) async fn execute(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<u64, StoreError> {
        Ok(match self {
            Self::Sqlite(tx) => run!(execute, &mut **tx, sql, values),
            Self::Postgres(tx) => run!(execute, &mut **tx, sql, values),
        })
    }

    /// Reads every row (of a SELECT, or of a change with RETURNING).
    pub(super) async fn all<R: Record>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<R>, StoreError> {
        Ok(match self {
            Self::Sqlite(tx) => run!(fetch_all, &mut **tx, sql, values),
            Self::Postgres(tx) => run!(fetch_all, &mut **tx, sql, values),
        })
    }

    /// Reads the first row, if there is one.
    pub(super) async fn one<R: Record>(
        &mut self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Option<R>, StoreError> {
        Ok(match self {
            Self::Sqlite(tx) => run!(fetch_optional, &mut **tx, sql, values),
            Self::Postgres(tx) => run!(fetch_optional, &mut **tx, sql, values),
        })
    }

    /// Chooses between the texts of a statement that must differ.
    pub(super) fn choose(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self {
            Self::Sqlite(_) => sqlite,
            Self::Postgres(_) => postgres,
        }
    }

    /// Makes it durable.
    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(tx) => tx.commit().await?,
            Self::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}

/// PostgreSQL refuses U+0000 in text; we replace it, so that both databases hold the same.
fn storable(text: &str) -> Cow<'_, str> {
    if text.contains('\0') {
        Cow::Owned(text.replace('\0', "\u{fffd}"))
    } else {
        Cow::Borrowed(text)
    }
}

impl From<i64> for Value<'_> {
    fn from(value: i64) -> Self {
        Self::Int(Some(value))
    }
}

impl From<Option<i64>> for Value<'_> {
    fn from(value: Option<i64>) -> Self {
        Self::Int(value)
    }
}

impl From<bool> for Value<'_> {
    fn from(value: bool) -> Self {
        Self::Bool(Some(value))
    }
}

impl From<Option<bool>> for Value<'_> {
    fn from(value: Option<bool>) -> Self {
        Self::Bool(value)
    }
}

impl<'a> From<&'a str> for Value<'a> {
    fn from(value: &'a str) -> Self {
        Self::Text(Some(storable(value)))
    }
}

impl<'a> From<Option<&'a str>> for Value<'a> {
    fn from(value: Option<&'a str>) -> Self {
        Self::Text(value.map(storable))
    }
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(value: &'a [u8]) -> Self {
        Self::Bytes(Some(value))
    }
}

impl<'a> From<Option<&'a [u8]>> for Value<'a> {
    fn from(value: Option<&'a [u8]>) -> Self {
        Self::Bytes(value)
    }
}

impl From<Timestamp> for Value<'_> {
    fn from(value: Timestamp) -> Self {
        Self::Int(Some(value.0))
    }
}

impl From<RepoId> for Value<'_> {
    fn from(value: RepoId) -> Self {
        Self::Int(Some(value.0))
    }
}

impl From<InstallationId> for Value<'_> {
    fn from(value: InstallationId) -> Self {
        Self::Int(Some(value.0))
    }
}

impl<'a> From<&'a Sha> for Value<'a> {
    fn from(value: &'a Sha) -> Self {
        Self::Text(Some(Cow::Borrowed(value.as_str())))
    }
}

/// Parameters in the order of `$1`, `$2`, …
macro_rules! values {
    ($($value:expr),* $(,)?) => {
        &[$($crate::edge::store::database::Value::from($value)),*]
    };
}
pub(super) use values;
