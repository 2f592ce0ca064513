//! Which issues do we keep up to date, and what did they say when we last looked?

use super::Store;
use super::database::values;
use super::error::StoreError;
use crate::domain::ids::{InstallationId, RepoId};
use crate::domain::time::Timestamp;

/// An issue of ours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptIssue {
    /// What it is about, within the installation: `scorecard`, `team:payments`.
    pub key: String,
    /// The repository that it is in.
    pub repo: RepoId,
    /// Its number; `None`: there is none.
    pub number: Option<i64>,
    /// Its address for people.
    pub url: Option<String>,
    /// The caller's digest of what it says.
    pub digest: String,
    /// When it was last written.
    pub edited: Timestamp,
    /// Why it cannot be kept, for the operator; `None` when it can.
    pub problem: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    key: String,
    repo: i64,
    number: Option<i64>,
    url: Option<String>,
    digest: String,
    edited_ms: i64,
    problem: Option<String>,
}

const SELECT: &str = "SELECT key, repo, number, url, digest, edited_ms, problem FROM kept_issue
    WHERE installation = $1 ORDER BY key";

const UPSERT: &str = "INSERT INTO kept_issue
    (installation, key, repo, number, url, digest, edited_ms, problem)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (installation, key) DO UPDATE SET repo = excluded.repo,
        number = excluded.number, url = excluded.url, digest = excluded.digest,
        edited_ms = excluded.edited_ms, problem = excluded.problem";

const FORGET: &str = "DELETE FROM kept_issue WHERE installation = $1 AND key = $2";

const PROBLEMS: &str = "SELECT installation, key, problem FROM kept_issue
    WHERE problem IS NOT NULL ORDER BY installation, key LIMIT 50";

impl Store {
    /// Every issue of ours in an installation, by key.
    pub async fn kept_issues(
        &self,
        installation: InstallationId,
    ) -> Result<Vec<KeptIssue>, StoreError> {
        let rows: Vec<Row> = self.database.all(SELECT, values![installation]).await?;
        Ok(rows.into_iter().map(KeptIssue::from).collect())
    }

    /// Notes what became of one.
    ///
    /// Fails with [`StoreError::Unknown`] when the installation is not (or no longer) known.
    pub async fn put_kept_issue(
        &self,
        installation: InstallationId,
        issue: &KeptIssue,
    ) -> Result<(), StoreError> {
        let values = values![
            installation,
            issue.key.as_str(),
            issue.repo,
            issue.number,
            issue.url.as_deref(),
            issue.digest.as_str(),
            issue.edited,
            issue.problem.as_deref(),
        ];
        self.database.execute(UPSERT, values).await.map(drop)
    }

    /// Forgets one; what stands on GitHub is not touched.
    pub async fn forget_kept_issue(
        &self,
        installation: InstallationId,
        key: &str,
    ) -> Result<(), StoreError> {
        self.database.execute(FORGET, values![installation, key]).await.map(drop)
    }

    /// Installation, key and reason of the issues that cannot be kept; at most 50.
    pub async fn issue_problems(&self) -> Result<Vec<(i64, String, String)>, StoreError> {
        self.database.all(PROBLEMS, &[]).await
    }
}

impl From<Row> for KeptIssue {
    fn from(row: Row) -> Self {
        Self {
            key: row.key,
            repo: RepoId(row.repo),
            number: row.number,
            url: row.url,
            digest: row.digest,
            edited: Timestamp(row.edited_ms),
            problem: row.problem,
        }
    }
}
