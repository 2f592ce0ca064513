//! Which check runs have we started, and did we conclude them?

use super::Store;
use super::begin::Made;
use super::database::values;
use super::error::StoreError;
use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::time::Timestamp;

/// The check run that we made last under one name on one commit: its natural key, by which
/// performing twice is noticed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckRunRow {
    /// The repository.
    pub repo: RepoId,
    /// The commit.
    pub head_sha: Sha,
    /// `waymark / golden path`.
    pub name: String,
    /// The `external_id` that it was made with.
    pub external_id: String,
    /// The caller's digest of what it says.
    pub digest: String,
    /// GitHub's id; `None` while it is not known whether GitHub has it.
    pub github_id: Option<i64>,
    /// Whether its conclusion has been posted.
    pub concluded: bool,
    /// How many annotations have been posted.
    pub annotations_sent: i64,
}

/// A check run that still owes its conclusion, with what posting one needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OpenCheckRun {
    /// Whose token to use.
    pub installation: InstallationId,
    /// The repository's name.
    pub repo_name: RepoName,
    /// The check run.
    pub run: CheckRunRow,
    /// When it was last written.
    pub updated: Timestamp,
}

#[derive(sqlx::FromRow)]
struct Row {
    repo: i64,
    head_sha: String,
    name: String,
    external_id: String,
    digest: String,
    github_id: Option<i64>,
    concluded: bool,
    annotations_sent: i64,
}

#[derive(sqlx::FromRow)]
struct OpenRow {
    #[sqlx(flatten)]
    run: Row,
    installation: i64,
    repo_name: String,
    updated_ms: i64,
}

const SELECT: &str = "SELECT repo, head_sha, name, external_id, digest, github_id, concluded,
        annotations_sent
    FROM check_run WHERE repo = $1 AND head_sha = $2 AND name = $3";

const UPSERT: &str = "INSERT INTO check_run (repo, head_sha, name, external_id, digest, github_id,
                                             concluded, annotations_sent, updated_ms)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (repo, head_sha, name) DO UPDATE SET external_id = excluded.external_id,
        digest = excluded.digest, github_id = excluded.github_id,
        concluded = excluded.concluded, annotations_sent = excluded.annotations_sent,
        updated_ms = excluded.updated_ms";

const OPEN: &str = "SELECT c.repo, c.head_sha, c.name, c.external_id, c.digest, c.github_id,
        c.concluded, c.annotations_sent, c.updated_ms, r.installation, r.name AS repo_name
    FROM check_run c JOIN repo r ON r.id = c.repo
    WHERE c.concluded = FALSE AND c.updated_ms < $1
    ORDER BY c.updated_ms, c.repo, c.head_sha, c.name LIMIT 1000";

impl Store {
    /// The check run under a name on a commit.
    pub async fn check_run(
        &self,
        repo: RepoId,
        head: &Sha,
        name: &str,
    ) -> Result<Option<CheckRunRow>, StoreError> {
        let row: Option<Row> = self.database.one(SELECT, values![repo, head, name]).await?;
        row.map(CheckRunRow::try_from).transpose()
    }

    /// Stores a check run in place of the one under the same name on the same commit.
    ///
    /// Fails with [`StoreError::Unknown`] when the repository is not (or no longer) known.
    pub async fn put_check_run(&self, run: &CheckRunRow, now: Timestamp) -> Result<(), StoreError> {
        let values = values![
            run.repo,
            &run.head_sha,
            run.name.as_str(),
            run.external_id.as_str(),
            run.digest.as_str(),
            run.github_id,
            run.concluded,
            run.annotations_sent,
            now,
        ];
        // Noted before it is posted: durable, or a power cut would have it posted twice. Behind
        // that GitHub knows it.
        let made = if run.concluded { Made::Visible } else { Made::Durable };
        self.database.execute_made(made, UPSERT, values).await.map(drop)
    }

    /// The check runs that were last written before `before` and still owe their conclusion,
    /// oldest first, at most 1000.
    pub async fn unconcluded_check_runs(
        &self,
        before: Timestamp,
    ) -> Result<Vec<OpenCheckRun>, StoreError> {
        let rows: Vec<OpenRow> = self.database.all(OPEN, values![before]).await?;
        rows.into_iter().map(OpenCheckRun::try_from).collect()
    }
}

impl TryFrom<Row> for CheckRunRow {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let head_sha = Sha::parse(&row.head_sha)
            .map_err(|e| StoreError::corrupt(format!("check run of {}", row.repo), e))?;
        Ok(Self {
            repo: RepoId(row.repo),
            head_sha,
            name: row.name,
            external_id: row.external_id,
            digest: row.digest,
            github_id: row.github_id,
            concluded: row.concluded,
            annotations_sent: row.annotations_sent,
        })
    }
}

impl TryFrom<OpenRow> for OpenCheckRun {
    type Error = StoreError;

    fn try_from(row: OpenRow) -> Result<Self, StoreError> {
        let repo_name = RepoName::parse(&row.repo_name)
            .map_err(|e| StoreError::corrupt(format!("repository {}", row.run.repo), e))?;
        Ok(Self {
            installation: InstallationId(row.installation),
            repo_name,
            run: row.run.try_into()?,
            updated: Timestamp(row.updated_ms),
        })
    }
}
