//! What was written down is read again, repository by repository.

use super::notes::{DeploymentRow, IncidentRow};
use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::metrics::{Run, Source};
use crate::domain::time::Timestamp;
use crate::edge::store::Store;
use crate::edge::store::database::values;
use crate::edge::store::error::StoreError;

/// What is known of a repository as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DoraRepo {
    /// When GitHub made it.
    pub created: Option<Timestamp>,
    /// How its past was read; `None`: not yet.
    pub read: Option<PastRead>,
}

/// How a repository's past was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastRead {
    /// When.
    pub at: Timestamp,
    /// The earliest production deployment that was found.
    pub first_production: Option<Timestamp>,
    /// Deployments are known from then on; `None`: all.
    pub known_from: Option<Timestamp>,
    /// Whether that goes back to the repository's creation.
    pub whole: bool,
    /// Why it could not be read, or not whole.
    pub problem: Option<String>,
}

/// Everything that is kept of one repository's deliveries.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// The repository as a whole.
    pub repo: DoraRepo,
    /// Deployments to any environment, by the time they began.
    pub deployments: Vec<DeploymentRow>,
    /// Issues that are or were incidents.
    pub incidents: Vec<IncidentRow>,
    /// Runs on the default branch.
    pub runs: Vec<Run>,
}

#[derive(sqlx::FromRow)]
struct RepoRow {
    created_ms: Option<i64>,
    first_production_ms: Option<i64>,
    known_from_ms: Option<i64>,
    whole: bool,
    read_ms: Option<i64>,
    problem: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Deployed {
    source: String,
    id: i64,
    environment: String,
    git_ref: Option<String>,
    sha: Option<String>,
    created_ms: i64,
    succeeded_ms: Option<i64>,
    failed_ms: Option<i64>,
    compared: Option<String>,
}

const REPO: &str = "SELECT created_ms, first_production_ms, known_from_ms, whole,
        read_ms, problem FROM dora_repo WHERE repo = $1";

const DEPLOYMENTS: &str = "SELECT source, id, environment, git_ref, sha, created_ms, succeeded_ms,
        failed_ms, compared
    FROM dora_deployment WHERE repo = $1 AND created_ms >= $2 ORDER BY created_ms, source, id";

const INCIDENTS: &str = "SELECT number, opened_ms, closed_ms, updated_ms, counts FROM dora_incident
    WHERE repo = $1 AND (closed_ms IS NULL OR closed_ms >= $2) ORDER BY number";

const RUNS: &str = "SELECT started_ms, finished_ms, success FROM dora_run
    WHERE repo = $1 AND finished_ms >= $2 ORDER BY finished_ms, id";

const READ: &str =
    "INSERT INTO dora_repo (repo, first_production_ms, known_from_ms, whole, read_ms,
        problem)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (repo) DO UPDATE SET first_production_ms = excluded.first_production_ms,
        known_from_ms = excluded.known_from_ms, whole = excluded.whole,
        read_ms = excluded.read_ms, problem = excluded.problem";

/// A later status of the same deployment does not make it younger, and a re-run is a deployment of
/// its own.
const LAST: &str = "SELECT sha FROM dora_deployment
    WHERE repo = $1 AND source = 'deployment' AND environment = $2 AND sha IS NOT NULL
        AND succeeded_ms IS NOT NULL
    ORDER BY succeeded_ms DESC, created_ms DESC, id DESC LIMIT 1";

const CREATED: &str = "SELECT r.id FROM repo r JOIN dora_repo d ON d.repo = r.id
    WHERE r.installation = $1 AND d.created_ms > $2 AND d.created_ms <= $3
        AND (r.archived IS NULL OR r.archived = FALSE)
    ORDER BY r.id";

/// Archived ones deploy no more.
const UNREAD: &str = "SELECT r.id, r.name FROM repo r LEFT JOIN dora_repo d ON d.repo = r.id
    WHERE r.installation = $1 AND (r.archived IS NULL OR r.archived = FALSE)
        AND (d.read_ms IS NULL OR d.problem IS NOT NULL AND d.read_ms <= $2)
    ORDER BY r.id LIMIT $3";

const OLD: [&str; 3] = [
    "DELETE FROM dora_deployment WHERE created_ms < $1",
    "DELETE FROM dora_run WHERE finished_ms < $1",
    "DELETE FROM dora_incident WHERE closed_ms < $1",
];

impl Store {
    /// What is kept of a repository's deliveries since a time (incidents: those open or closed
    /// since).
    pub async fn past(&self, repo: RepoId, since: Timestamp) -> Result<Past, StoreError> {
        let whole: Option<RepoRow> = self.database.one(REPO, values![repo]).await?;
        let deployed: Vec<Deployed> = self.database.all(DEPLOYMENTS, values![repo, since]).await?;
        let incidents: Vec<(i64, i64, Option<i64>, i64, bool)> =
            self.database.all(INCIDENTS, values![repo, since]).await?;
        let runs: Vec<(i64, i64, Option<bool>)> =
            self.database.all(RUNS, values![repo, since]).await?;
        let deployments: Result<Vec<_>, _> =
            deployed.into_iter().map(|row| row.read(repo)).collect();
        Ok(Past {
            repo: whole.map(DoraRepo::from).unwrap_or_default(),
            deployments: deployments?,
            incidents: incidents
                .into_iter()
                .map(|(number, opened, closed, updated, counts)| IncidentRow {
                    number,
                    opened: Timestamp(opened),
                    closed: closed.map(Timestamp),
                    updated: Timestamp(updated),
                    counts,
                })
                .collect(),
            runs: runs
                .into_iter()
                .map(|(started, finished, success)| Run {
                    started: Timestamp(started),
                    finished: Timestamp(finished),
                    success,
                })
                .collect(),
        })
    }

    /// The commit that was last deployed to an environment with success; `None` when no such
    /// deployment is known. Only production environments are kept.
    pub async fn last_deployed(
        &self,
        repo: RepoId,
        environment: &str,
    ) -> Result<Option<Sha>, StoreError> {
        let row: Option<(String,)> = self.database.one(LAST, values![repo, environment]).await?;
        let sha = row.map(|(sha,)| Sha::parse(&sha)).transpose();
        sha.map_err(|e| StoreError::corrupt(format!("deployments of repository {repo}"), e))
    }

    /// Repositories of an installation that were created in a time (its beginning excluded) and
    /// are not archived, by id.
    pub async fn repos_created(
        &self,
        installation: InstallationId,
        since: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<RepoId>, StoreError> {
        let rows: Vec<(i64,)> =
            self.database.all(CREATED, values![installation, since, until]).await?;
        Ok(rows.into_iter().map(|(id,)| RepoId(id)).collect())
    }

    /// Notes how a repository's past was read.
    ///
    /// Fails with [`StoreError::Unknown`] when the repository is not (or no longer) known.
    pub async fn put_past_read(&self, repo: RepoId, read: &PastRead) -> Result<(), StoreError> {
        let values = values![
            repo,
            read.first_production.map(|t| t.0),
            read.known_from.map(|t| t.0),
            read.whole,
            read.at,
            read.problem.as_deref(),
        ];
        self.database.execute(READ, values).await.map(drop)
    }

    /// Repositories whose past nobody has read, by id; also those where that failed before `again`.
    pub async fn unread_pasts(
        &self,
        installation: InstallationId,
        again: Timestamp,
        at_most: i64,
    ) -> Result<Vec<(RepoId, RepoName)>, StoreError> {
        let rows: Vec<(i64, String)> =
            self.database.all(UNREAD, values![installation, again, at_most]).await?;
        let name = |(id, name): (i64, String)| {
            let name = RepoName::parse(&name)
                .map_err(|e| StoreError::corrupt(format!("repository {id}"), e))?;
            Ok((RepoId(id), name))
        };
        rows.into_iter().map(name).collect()
    }

    /// Forgets what is older, of every tenant. Open incidents stay.
    pub async fn forget_pasts(&self, before: Timestamp) -> Result<(), StoreError> {
        let mut tx = self.database.begin().await?;
        for sql in OLD {
            tx.execute(sql, values![before]).await?;
        }
        tx.commit().await
    }
}

impl From<RepoRow> for DoraRepo {
    fn from(row: RepoRow) -> Self {
        let read = row.read_ms.map(|at| PastRead {
            at: Timestamp(at),
            first_production: row.first_production_ms.map(Timestamp),
            known_from: row.known_from_ms.map(Timestamp),
            whole: row.whole,
            problem: row.problem,
        });
        Self { created: row.created_ms.map(Timestamp), read }
    }
}

impl Deployed {
    fn read(self, repo: RepoId) -> Result<DeploymentRow, StoreError> {
        let what = || format!("deployment {} of repository {repo}", self.id);
        let source = Source::parse(&self.source).ok_or_else(|| {
            StoreError::corrupt(what(), format!("unknown source {}", self.source))
        })?;
        let sha = self.sha.as_deref().map(Sha::parse).transpose();
        let compared = self.compared.as_deref().map(serde_json::from_str).transpose();
        Ok(DeploymentRow {
            source,
            id: self.id,
            sha: sha.map_err(|e| StoreError::corrupt(what(), e))?,
            compared: compared.map_err(|e| StoreError::corrupt(what(), e))?,
            environment: self.environment,
            git_ref: self.git_ref,
            created: Timestamp(self.created_ms),
            succeeded: self.succeeded_ms.map(Timestamp),
            failed: self.failed_ms.map(Timestamp),
        })
    }
}
