//! How does an installation move from one database to another? As lines of JSON that name every
//! table, column and row, with a count and a hash for each table.
//!
//! Tables and columns are read from the schema itself, so a new migration needs nothing here.
//!
//! ```text
//! {"waymark":"export/v1","migrations":[1,2,3]}
//! {"table":"pause","columns":[["installation","int"],["until_ms","int"]]}
//! [7,1795000000000]
//! {"end":"pause","rows":1,"hash":"9f…"}
//! {"tables":19,"rows":1}
//! ```

mod cell;
mod export;
mod import;
mod schema;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::error::StoreError;
pub(super) use schema::{applied, tables};

/// The first line's word; another one is another format.
const FORMAT: &str = "export/v1";

/// Rows that are read or written at once.
const BATCH: usize = 100;

/// Why an export or an import failed. An import that failed has changed nothing.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    /// The database did.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Reading or writing the lines did.
    #[error("the export cannot be read or written: {0}")]
    Io(#[from] std::io::Error),
    /// The lines are not what they should be.
    #[error("line {line} of the export: {why}")]
    Format {
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        why: String,
    },
    /// The database is not one to import into.
    #[error("{0}")]
    Target(String),
}

impl From<sqlx::Error> for TransferError {
    fn from(error: sqlx::Error) -> Self {
        Self::Store(error.into())
    }
}

/// What was moved: tables with their rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Moved(pub Vec<(String, u64)>);

#[derive(Debug, Serialize, Deserialize)]
struct Head {
    waymark: String,
    migrations: Vec<i64>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Begin {
    table: String,
    columns: Vec<(String, cell::Kind)>,
}

#[derive(Debug, Serialize, Deserialize)]
struct End {
    end: String,
    rows: u64,
    hash: String,
}

#[derive(Debug, Serialize, Deserialize)]
struct Foot {
    tables: u64,
    rows: u64,
}

/// Counts rows and hashes them in no order: databases sort texts differently. Rows differ from
/// each other by their primary key, so none can cancel another.
#[derive(Debug, Default, PartialEq, Eq)]
struct Tally {
    rows: u64,
    sum: [u8; 32],
}

impl Tally {
    fn add(&mut self, line: &str) {
        self.rows += 1;
        for (sum, byte) in self.sum.iter_mut().zip(Sha256::digest(line.as_bytes())) {
            *sum ^= byte;
        }
    }

    fn end(&self, table: &str) -> End {
        End { end: table.to_owned(), rows: self.rows, hash: hex::encode(self.sum) }
    }
}
