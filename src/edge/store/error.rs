//! What went wrong with the store, and what can the caller do about it?

use sqlx::error::{DatabaseError, ErrorKind};

/// Why the store did not do as asked. No message holds a password.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StoreError {
    /// The store cannot be opened as configured: a person must act, and the text says how.
    #[error("cannot open the database {target}: {reason}; {remedy}")]
    Open {
        /// The database's URL without its password, or its file.
        target: String,
        /// What was seen.
        reason: String,
        /// What to do about it.
        remedy: String,
    },
    /// Nothing was changed; the same call may succeed a moment later: no free connection, a
    /// locked file, a deadlock, a lost connection.
    #[error("the database is busy or away ({0}); nothing was changed, try again shortly")]
    Busy(String),
    /// Somebody else changed the same rows at the same moment, three times over; nothing was
    /// changed, and the same call may succeed a moment later.
    #[error("others changed the same rows at once ({0}); nothing was changed, try again shortly")]
    Conflict(String),
    /// The row names a repository or an installation that the store does not hold. Either it was
    /// removed meanwhile, then the work has no purpose any more, or nobody has called
    /// `upsert_repos` first.
    #[error("the store does not know {0} (removed meanwhile, or never told of)")]
    Unknown(String),
    /// A stored row does not mean what this version expects.
    #[error("the stored {what} cannot be read: {reason}")]
    Corrupt {
        /// Which row: `job 0198…`.
        what: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The database refused for a reason that trying again does not mend: a full disk, a missing
    /// privilege, a defect of ours.
    #[error("the database failed: {0}")]
    Failed(String),
}

impl StoreError {
    /// Whether the same call may succeed a moment later.
    pub fn is_busy(&self) -> bool {
        matches!(self, Self::Busy(_) | Self::Conflict(_))
    }

    pub(super) fn corrupt(what: impl Into<String>, reason: impl ToString) -> Self {
        Self::Corrupt { what: what.into(), reason: reason.to_string() }
    }
}

impl From<sqlx::Error> for StoreError {
    fn from(error: sqlx::Error) -> Self {
        match &error {
            sqlx::Error::Database(cause) => from_database(cause.as_ref()),
            sqlx::Error::PoolTimedOut
            | sqlx::Error::PoolClosed
            | sqlx::Error::Io(_)
            | sqlx::Error::WorkerCrashed
            | sqlx::Error::BeginFailed => Self::Busy(error.to_string()),
            sqlx::Error::ColumnDecode { index, source } => {
                Self::corrupt(format!("column {index}"), source)
            }
            _ => Self::Failed(error.to_string()),
        }
    }
}

/// PostgreSQL: serialization failure, deadlock.
const CONFLICT: [&str; 2] = ["40001", "40P01"];
/// PostgreSQL: lock timeout, too many connections, shutting down, crashed, starting up, read-only
/// after a failover. SQLite: BUSY and LOCKED, plain and extended.
const BUSY: [&str; 12] =
    ["55P03", "53300", "57P01", "57P02", "57P03", "25006", "5", "261", "517", "773", "6", "262"];

fn from_database(cause: &dyn DatabaseError) -> StoreError {
    let text = cause.message().to_owned();
    let code = cause.code().unwrap_or_default();
    if cause.kind() == ErrorKind::ForeignKeyViolation {
        StoreError::Unknown("the repository or installation of this row".to_owned())
    } else if cause.kind() == ErrorKind::UniqueViolation || CONFLICT.contains(&code.as_ref()) {
        // The queue's unique indexes are the last guard of its races: the loser tries again.
        StoreError::Conflict(text)
    } else if BUSY.contains(&code.as_ref()) {
        StoreError::Busy(text)
    } else {
        StoreError::Failed(text)
    }
}

/// Runs a transaction up to three times while others get in its way.
macro_rules! contended {
    ($attempt:expr) => {{
        let mut tries = 0;
        loop {
            tries += 1;
            match $attempt.await {
                Err(StoreError::Conflict(_)) if tries < 3 => {}
                result => break result,
            }
        }
    }};
}
pub(super) use contended;
