//! What was seen is written down.

use crate::domain::ids::{RepoId, Sha};
use crate::domain::metrics::{Compared, Run, Source};
use crate::domain::time::Timestamp;
use crate::edge::store::Store;
use crate::edge::store::database::values;
use crate::edge::store::error::StoreError;

/// A deployment as some source tells of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentRow {
    /// What told of it.
    pub source: Source,
    /// GitHub's id.
    pub id: i64,
    /// The environment; empty where the source has none.
    pub environment: String,
    /// A release's tag.
    pub git_ref: Option<String>,
    /// The commit; `None`: the tag has not been looked up.
    pub sha: Option<Sha>,
    /// When it began.
    pub created: Timestamp,
    /// A success.
    pub succeeded: Option<Timestamp>,
    /// A failure.
    pub failed: Option<Timestamp>,
    /// What it ships, when that was asked.
    pub compared: Option<Compared>,
}

/// An issue that is, or was taken for, an incident.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IncidentRow {
    /// Its number.
    pub number: i64,
    /// When it was opened.
    pub opened: Timestamp,
    /// When it was closed.
    pub closed: Option<Timestamp>,
    /// GitHub's `updated_at`.
    pub updated: Timestamp,
    /// Whether it is one.
    pub counts: bool,
}

/// The earliest success and failure stay: later ones are of re-runs and repeated statuses.
const DEPLOYMENT: &str = "INSERT INTO dora_deployment (repo, source, id, environment, git_ref, sha,
        created_ms, succeeded_ms, failed_ms, compared)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, NULL)
    ON CONFLICT (repo, source, id) DO UPDATE SET
        environment = excluded.environment,
        git_ref = COALESCE(excluded.git_ref, dora_deployment.git_ref),
        sha = COALESCE(excluded.sha, dora_deployment.sha),
        succeeded_ms = CASE WHEN dora_deployment.succeeded_ms IS NULL
            OR excluded.succeeded_ms < dora_deployment.succeeded_ms
            THEN excluded.succeeded_ms ELSE dora_deployment.succeeded_ms END,
        failed_ms = CASE WHEN dora_deployment.failed_ms IS NULL
            OR excluded.failed_ms < dora_deployment.failed_ms
            THEN excluded.failed_ms ELSE dora_deployment.failed_ms END";

const FORGET_DEPLOYMENT: &str =
    "DELETE FROM dora_deployment WHERE repo = $1 AND source = $2 AND id = $3";

const COMPARED: &str =
    "UPDATE dora_deployment SET compared = $4 WHERE repo = $1 AND source = $2 AND id = $3";

const INCIDENT: &str = "INSERT INTO dora_incident (repo, number, opened_ms, closed_ms, updated_ms,
        counts)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (repo, number) DO UPDATE SET opened_ms = excluded.opened_ms,
        closed_ms = excluded.closed_ms, updated_ms = excluded.updated_ms,
        counts = excluded.counts
        WHERE excluded.updated_ms >= dora_incident.updated_ms";

const IS_KNOWN: &str = "SELECT number FROM dora_incident WHERE repo = $1 AND number = $2";

/// Nothing is known before the past was read.
const OPEN: &str = "SELECT (SELECT COUNT(*) FROM dora_incident i
        WHERE i.repo = d.repo AND i.counts AND i.closed_ms IS NULL)
    FROM dora_repo d WHERE d.repo = $1 AND d.read_ms IS NOT NULL AND d.problem IS NULL";

/// A re-run keeps its id and ends later.
const RUN: &str = "INSERT INTO dora_run (repo, id, started_ms, finished_ms, success)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (repo, id) DO UPDATE SET started_ms = excluded.started_ms,
        finished_ms = excluded.finished_ms, success = excluded.success
        WHERE excluded.finished_ms >= dora_run.finished_ms";

const CREATED: &str = "INSERT INTO dora_repo (repo, created_ms, whole) VALUES ($1, $2, FALSE)
    ON CONFLICT (repo) DO UPDATE SET created_ms = excluded.created_ms
        WHERE dora_repo.created_ms IS NULL OR dora_repo.created_ms <> excluded.created_ms";

impl Store {
    /// Merges a deployment with what is known of it. [`DeploymentRow::compared`] is not written:
    /// see [`Store::put_comparison`].
    ///
    /// Fails with [`StoreError::Unknown`] when the repository is not (or no longer) known; so do
    /// the others here.
    pub async fn note_deployment(
        &self,
        repo: RepoId,
        row: &DeploymentRow,
    ) -> Result<(), StoreError> {
        let values = values![
            repo,
            row.source.as_str(),
            row.id,
            row.environment.as_str(),
            row.git_ref.as_deref(),
            row.sha.as_ref().map(Sha::as_str),
            row.created,
            row.succeeded.map(|t| t.0),
            row.failed.map(|t| t.0),
        ];
        self.database.execute(DEPLOYMENT, values).await.map(drop)
    }

    /// A release was withdrawn.
    pub async fn forget_deployment(
        &self,
        repo: RepoId,
        source: Source,
        id: i64,
    ) -> Result<(), StoreError> {
        self.database.execute(FORGET_DEPLOYMENT, values![repo, source.as_str(), id]).await.map(drop)
    }

    /// Stores what a deployment ships.
    pub async fn put_comparison(
        &self,
        repo: RepoId,
        (source, id): (Source, i64),
        compared: &Compared,
    ) -> Result<(), StoreError> {
        let json = serde_json::to_string(compared)
            .map_err(|e| StoreError::corrupt(format!("comparison of deployment {id}"), e))?;
        let values = values![repo, source.as_str(), id, json.as_str()];
        self.database.execute(COMPARED, values).await.map(drop)
    }

    /// Merges an incident with what is known of it; older news than the known change nothing.
    pub async fn note_incident(&self, repo: RepoId, row: &IncidentRow) -> Result<(), StoreError> {
        let values = values![
            repo,
            row.number,
            row.opened,
            row.closed.map(|t| t.0),
            row.updated,
            row.counts,
        ];
        self.database.execute(INCIDENT, values).await.map(drop)
    }

    /// Whether an issue is, or was once taken for, an incident.
    pub async fn knows_incident(&self, repo: RepoId, number: i64) -> Result<bool, StoreError> {
        let row: Option<(i64,)> = self.database.one(IS_KNOWN, values![repo, number]).await?;
        Ok(row.is_some())
    }

    /// Whether no incident is open; `None`: not every incident is known.
    pub async fn knows_no_open_incident(&self, repo: RepoId) -> Result<Option<bool>, StoreError> {
        let row: Option<(i64,)> = self.database.one(OPEN, values![repo]).await?;
        Ok(row.map(|(open,)| open == 0))
    }

    /// Merges a finished run of the default branch with what is known of it.
    pub async fn note_run(&self, repo: RepoId, id: i64, run: &Run) -> Result<(), StoreError> {
        let values = values![repo, id, run.started, run.finished, run.success];
        self.database.execute(RUN, values).await.map(drop)
    }

    /// Notes when GitHub made a repository.
    pub async fn note_created(&self, repo: RepoId, at: Timestamp) -> Result<(), StoreError> {
        self.database.execute(CREATED, values![repo, at]).await.map(drop)
    }
}
