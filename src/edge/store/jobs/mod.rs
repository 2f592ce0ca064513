//! Which work do we owe, and who is doing it? The queue: at least once, one at a time per key,
//! newest wins, installations share fairly, and so do the repositories of each.
//!
//! A job is `queued`, `running` (under a lease that runs out) or `dead`; a done job is a deleted
//! row. Unique indexes allow one queued and one running row per key. A running job that must wait
//! again is deleted and inserted anew in one transaction, so that it melts into a newer queued
//! one of its key instead of colliding with it.

mod awake;
mod claim;
mod enqueue;
mod list;
#[cfg(test)]
mod plans;
mod set_back;
mod settle;
mod steer;

pub use claim::Claimed;
pub(super) use enqueue::{enqueue_in, enqueue_plan_in};
pub use list::{ClassCount, JobCount, JobFilter, JobRow};

use std::borrow::Cow;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::error::StoreError;
use crate::domain::job::{Cause, Job};

/// A job is tried this often before it is dead; the worker asks [`Claimed::is_final`].
pub const MAX_ATTEMPTS: u32 = 8;

/// Names one row of the queue; UUIDv7 text, so later jobs sort behind earlier ones.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct JobId(String);

impl JobId {
    /// Takes a job's id as a person typed it; that no such job exists shows when it is used.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for JobId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where a job stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum JobState {
    /// Waits for its time, its turn, or its key.
    Queued,
    /// A worker holds it.
    Running,
    /// Given up; kept with its error until somebody retries it.
    Dead,
}

impl JobState {
    /// The word in the row and in metrics: `queued`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Dead => "dead",
        }
    }

    fn parse(text: &str) -> Result<Self, StoreError> {
        [Self::Queued, Self::Running, Self::Dead]
            .into_iter()
            .find(|state| state.as_str() == text)
            .ok_or_else(|| StoreError::corrupt("job state", text))
    }
}

/// A row of the queue with all that it takes to run it or to queue it again.
#[derive(Debug, sqlx::FromRow)]
struct Row {
    id: String,
    kind: String,
    key: String,
    installation: i64,
    priority: i64,
    vt: i64,
    rt: i64,
    repo: i64,
    run_after_ms: i64,
    attempts: i64,
    max_attempts: i64,
    coalesced: i64,
    last_error: Option<String>,
    created_ms: i64,
    fresh: Option<String>,
    payload: String,
}

/// What a row's `payload` holds. The cause stands beside the job's own fields, so that a newer
/// payload brings its own; a row without one was made by an older version, or by nobody's doing.
#[derive(Debug, Serialize, Deserialize)]
struct Payload<'a> {
    #[serde(flatten)]
    job: Cow<'a, Job>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    cause: Option<Cause>,
}

/// The columns of [`Row`].
macro_rules! row_columns {
    () => {
        "id, kind, key, installation, priority, vt, rt, repo, run_after_ms, attempts, max_attempts, \
         coalesced, last_error, created_ms, fresh, payload"
    };
}
use row_columns;

/// The wish for a fresh run, which has a column of its own so that coalescing cannot lose it.
fn fresh_of(job: &Job) -> Option<&str> {
    match job {
        Job::CheckPull { fresh, .. }
        | Job::CheckCommit { fresh, .. }
        | Job::CheckPolicies { fresh, .. }
        | Job::CheckRisk { fresh, .. } => fresh.as_deref(),
        _ => None,
    }
}

fn with_fresh(mut job: Job, wish: Option<String>) -> Job {
    match &mut job {
        Job::CheckPull { fresh, .. }
        | Job::CheckCommit { fresh, .. }
        | Job::CheckPolicies { fresh, .. }
        | Job::CheckRisk { fresh, .. } => *fresh = wish,
        _ => {}
    }
    job
}

/// Errors are for people: their beginning is enough.
fn shortened(error: &str) -> String {
    const LONGEST: usize = 4_000;
    error.chars().take(LONGEST).collect()
}
