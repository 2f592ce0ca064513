//! What do we remember? Deliveries, jobs, caches, and what GitHub has told us: in SQLite (the
//! default) or PostgreSQL, with one SQL text for both.
//!
//! - Times are passed in; the store has no clock and waits for nothing.
//! - A method is one transaction: it has happened, or it has not.
//! - Tenants are apart: what belongs to a repository hangs on its row, that on its
//!   installation's, and goes with it (foreign keys). So tell of a repository
//!   ([`Store::upsert_repos`]) before storing anything about it.
//! - Rows of other versions are reported ([`StoreError::Corrupt`]), never a panic.

mod adoptions;
mod begin;
mod blobs;
mod budgets;
mod campaigns;
mod cards;
mod check;
mod checks;
mod connect;
mod database;
mod deliveries;
mod dora;
mod error;
mod evaluations;
mod gates;
mod installations;
mod intake;
mod jobs;
mod judgements;
mod kept_issues;
mod organisation;
mod packed;
mod pulls;
mod recovery;
mod replicas;
mod repos;
mod retention;
mod risk;
mod satisfaction;
mod schedules;
mod snapshots;
mod sweeps;
mod told;
mod transfer;
mod turns;
mod wake;

pub use check::Health;

pub use adoptions::{AdoptionRow, OfferRow, RepoAdoption, WaveRow};
pub use cards::{CardRow, ScoredRepo};
pub use checks::{CheckRunRow, OpenCheckRun};
pub use deliveries::Received;
pub use dora::{DeploymentRow, DoraRepo, IncidentRow, Past, PastRead};
pub use error::StoreError;
pub use evaluations::BROKEN;
pub use gates::{AcknowledgementRow, GateKey, GateRow};
pub use installations::InstallationRow;
pub use intake::Accepted;
pub use jobs::{Claimed, ClassCount, JobCount, JobFilter, JobId, JobRow, JobState, MAX_ATTEMPTS};
pub use judgements::{JudgementRow, Subject};
pub use kept_issues::KeptIssue;
pub use organisation::OrganisationFile;
pub use pulls::{KnownPull, PullRow, PullState};
pub use recovery::Recovery;
pub use repos::{KnownRepo, RepoRow};
pub use retention::Cleaned;
pub use risk::{
    CoverageRow, Harm, PutCoverage, QuarterCount, Ripe, RiskChange, RiskHistory, RiskPull,
    RiskTouch, mark,
};
pub use satisfaction::Satisfaction;
pub use snapshots::{PoliciesRow, SnapshotRow};
pub use transfer::{Moved, TransferError};
pub use turns::Turn;
pub use wake::Bell;

use std::sync::Arc;
pub use sweeps::{SweepRow, SweptRepo};

use database::Database;
use intake::Intake;
use turns::Turns;
use wake::Ringing;

/// Connections to the database at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Connections {
    /// That somebody holds, or that are on their way back: what a dropped caller had begun is
    /// rolled back first.
    pub busy: usize,
    /// That wait for somebody.
    pub idle: usize,
}

/// The store; cheap to clone, clones share their connections.
#[derive(Debug, Clone)]
pub struct Store {
    database: Database,
    intake: Arc<Intake>,
    ringing: Arc<Ringing>,
    turns: Turns,
}

impl Store {
    /// Opens `sqlite://path/to/file` (made when missing) or `postgres://…` and brings the schema
    /// up to date; several replicas may do so at once on PostgreSQL.
    ///
    /// Fails with [`StoreError::Open`], whose text says what to do.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Ok(Self::on(connect::open(url).await?))
    }

    fn on(database: Database) -> Self {
        Self { database, intake: Arc::default(), ringing: Arc::default(), turns: Turns::default() }
    }

    /// Asks the database for an answer, for readiness probes.
    pub async fn ping(&self) -> Result<(), StoreError> {
        self.database.one::<(i64,)>("SELECT CAST(1 AS BIGINT)", &[]).await.map(drop)
    }

    /// How many connections are in use, over all pools of this process.
    pub fn connections(&self) -> Connections {
        let (open, idle) = match &self.database {
            Database::Sqlite { writer, reader, .. } => {
                (writer.size() + reader.size(), writer.num_idle() + reader.num_idle())
            }
            Database::Postgres { pool, intake } => {
                (pool.size() + intake.size(), pool.num_idle() + intake.num_idle())
            }
        };
        Connections { busy: (open as usize).saturating_sub(idle), idle }
    }

    /// Waits until running statements are done, then closes every connection. Later calls fail
    /// with [`StoreError::Busy`].
    pub async fn close(&self) {
        match &self.database {
            // The writer last: the last connection out folds the journal into the file.
            Database::Sqlite { writer, reader, .. } => {
                reader.close().await;
                writer.close().await;
            }
            Database::Postgres { pool, intake } => {
                intake.close().await;
                pool.close().await;
            }
        }
    }
}
