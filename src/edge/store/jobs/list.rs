//! What is in the queue? For people and for metrics.

use super::super::Store;
use super::super::database::values;
use super::super::error::StoreError;
use super::{JobId, JobState};
use crate::domain::ids::{InstallationId, RepoId};
use crate::domain::job::{Job, Priority};
use crate::domain::time::Timestamp;

/// Which jobs to list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobFilter {
    /// Every job.
    All,
    /// Those in one state.
    In(JobState),
}

/// One job as people see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobRow {
    /// Its row; what `waymark jobs retry` takes.
    pub id: JobId,
    /// Its kind: `check_pull`.
    pub kind: String,
    /// Its key: `check:42:pull:3`.
    pub key: String,
    /// Whose it is; `None` for plans.
    pub installation: Option<InstallationId>,
    /// Where it stands.
    pub state: JobState,
    /// How often it was tried.
    pub attempts: i64,
    /// How often it may be tried.
    pub max_attempts: i64,
    /// How many older jobs it has replaced.
    pub coalesced: i64,
    /// Since when the work is owed.
    pub created: Timestamp,
    /// When it may run (again).
    pub run_after: Timestamp,
    /// Until when a worker holds it.
    pub lease_until: Option<Timestamp>,
    /// Why the last try failed; may quote what others wrote: escape it.
    pub last_error: Option<String>,
}

/// How many jobs of one kind stand in one state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobCount {
    /// Where they stand.
    pub state: JobState,
    /// Their kind.
    pub kind: String,
    /// How many.
    pub count: i64,
    /// Since when the oldest of them is owed.
    pub oldest: Timestamp,
    /// When the first of them may run; now minus this is how far we are behind.
    pub first_due: Timestamp,
}

/// How one class of the queue stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClassCount {
    /// The class.
    pub priority: Priority,
    /// How many wait, due or not.
    pub queued: i64,
    /// Since when the oldest of those that are due could have been run.
    pub due_since: Option<Timestamp>,
}

#[derive(sqlx::FromRow)]
struct Listed {
    id: String,
    kind: String,
    key: String,
    installation: i64,
    state: String,
    attempts: i64,
    max_attempts: i64,
    coalesced: i64,
    created_ms: i64,
    run_after_ms: i64,
    lease_until_ms: Option<i64>,
    last_error: Option<String>,
}

const LIST: &str = "SELECT id, kind, key, installation, state, attempts, max_attempts, coalesced,
        created_ms, run_after_ms, lease_until_ms, last_error
    FROM job WHERE (CAST($1 AS TEXT) IS NULL OR state = $1)
    ORDER BY state, priority, vt, id LIMIT $2";

const COUNTS: &str = "SELECT state, kind, COUNT(*), MIN(created_ms), MIN(run_after_ms)
    FROM job GROUP BY state, kind ORDER BY state, kind";

const CLASSES: &str = "SELECT priority, COUNT(*),
        MIN(CASE WHEN run_after_ms <= $1 THEN run_after_ms END)
    FROM job WHERE state = 'queued' GROUP BY priority";

const PAUSED: &str = "SELECT COUNT(*) FROM pause WHERE until_ms > $1";

const NEWEST_COMMITS: &str = "SELECT payload FROM job
    WHERE state = 'queued' AND installation = $1 AND priority = 10 AND repo = $2
        AND kind = 'check_commit'
    ORDER BY rt DESC, id DESC LIMIT $3";

impl Store {
    /// How each class stands, also one in which nothing waits. A priority between two classes
    /// counts with the more urgent one.
    pub async fn classes(&self, now: Timestamp) -> Result<Vec<ClassCount>, StoreError> {
        let rows: Vec<(i64, i64, Option<i64>)> = self.database.all(CLASSES, values![now]).await?;
        let class = |priority: Priority| {
            let class_of = |p: i64| Priority::ALL.into_iter().rfind(|c| *c as i64 <= p);
            let mine = rows.iter().filter(|(p, ..)| class_of(*p) == Some(priority));
            ClassCount {
                priority,
                queued: mine.clone().map(|(_, count, _)| count).sum(),
                due_since: mine.filter_map(|(_, _, due)| *due).min().map(Timestamp),
            }
        };
        Ok(Priority::ALL.map(class).to_vec())
    }

    /// How many installations wait because GitHub asked for patience.
    pub async fn paused_installations(&self, now: Timestamp) -> Result<i64, StoreError> {
        let row: Option<(i64,)> = self.database.one(PAUSED, values![now]).await?;
        Ok(row.map_or(0, |(count,)| count))
    }

    /// Lists jobs: by state, then in the order in which they would run (the dead: by age).
    pub async fn list_jobs(
        &self,
        filter: JobFilter,
        limit: u32,
    ) -> Result<Vec<JobRow>, StoreError> {
        let state = match filter {
            JobFilter::All => None,
            JobFilter::In(state) => Some(state.as_str()),
        };
        let rows: Vec<Listed> = self.database.all(LIST, values![state, i64::from(limit)]).await?;
        rows.into_iter().map(JobRow::try_from).collect()
    }

    /// How many checks of a branch's commits wait, as far as `most`, and the newest of them.
    pub async fn branch_backlog(
        &self,
        installation: InstallationId,
        repo: RepoId,
        git_ref: &str,
        most: usize,
    ) -> Result<(usize, Option<Job>), StoreError> {
        // Other branches' jobs of the repository may be among them.
        let values = values![installation, repo, (4 * most) as i64];
        let rows: Vec<(String,)> = self.database.all(NEWEST_COMMITS, values).await?;
        let jobs = rows.iter().filter_map(|(payload,)| {
            let job: Job = serde_json::from_str(payload).ok()?;
            matches!(&job, Job::CheckCommit { git_ref: at, .. } if at == git_ref).then_some(job)
        });
        let mut jobs: Vec<Job> = jobs.collect();
        let count = jobs.len();
        jobs.truncate(1);
        Ok((count, jobs.pop()))
    }

    /// Counts jobs per state and kind; what is not there is not counted.
    pub async fn counts(&self) -> Result<Vec<JobCount>, StoreError> {
        type Counted = (String, String, i64, i64, i64);
        let rows: Vec<Counted> = self.database.all(COUNTS, &[]).await?;
        rows.into_iter()
            .map(|(state, kind, count, oldest, due)| {
                Ok(JobCount {
                    state: JobState::parse(&state)?,
                    kind,
                    count,
                    oldest: Timestamp(oldest),
                    first_due: Timestamp(due),
                })
            })
            .collect()
    }
}

impl TryFrom<Listed> for JobRow {
    type Error = StoreError;

    fn try_from(row: Listed) -> Result<Self, StoreError> {
        Ok(Self {
            state: JobState::parse(&row.state)?,
            id: JobId(row.id),
            kind: row.kind,
            key: row.key,
            installation: (row.installation != 0).then_some(InstallationId(row.installation)),
            attempts: row.attempts,
            max_attempts: row.max_attempts,
            coalesced: row.coalesced,
            created: Timestamp(row.created_ms),
            run_after: Timestamp(row.run_after_ms),
            lease_until: row.lease_until_ms.map(Timestamp),
            last_error: row.last_error,
        })
    }
}
