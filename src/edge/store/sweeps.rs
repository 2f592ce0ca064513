//! How far is the sweep? What was last seen of each repository, and the place to go on from.

use super::Store;
use super::database::values;
use super::error::StoreError;
use super::repos::RepoRow;
use crate::domain::config::Labels;
use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::time::Timestamp;

/// A sweep through an installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SweepRow {
    /// When it began.
    pub started: Timestamp,
    /// When it ended; `None` while it goes on.
    pub finished: Option<Timestamp>,
    /// The last repository that was compared.
    pub cursor: RepoId,
    /// Repositories at the start.
    pub total: i64,
    /// Compared so far.
    pub seen: i64,
    /// Of these to be judged.
    pub changed: i64,
    /// Of these gone, empty or not to be read.
    pub unreadable: i64,
}

/// A repository, and what is kept of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweptRepo {
    /// The repository.
    pub repo: RepoRow,
    /// Its labels, as far as they were told.
    pub labels: Labels,
    /// What its card was made of: commit, digest, and until when it counts.
    pub card: Option<(Sha, String, Option<Timestamp>)>,
    /// Head and ETag of the last answer, where heads are asked for one by one.
    pub etag: Option<(Sha, String)>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    name: String,
    default_branch: Option<String>,
    archived: Option<bool>,
    private: bool,
    labels: Option<String>,
    sha: Option<String>,
    digest: Option<String>,
    due_ms: Option<i64>,
    head: Option<String>,
    etag: Option<String>,
}

const NEXT: &str = "SELECT repo.id, repo.name, repo.default_branch, repo.archived, repo.private,
        repo_labels.json AS labels, card.sha, card.digest, card.due_ms,
        head_etag.sha AS head, head_etag.etag
    FROM repo LEFT JOIN repo_labels ON repo_labels.repo = repo.id
        LEFT JOIN card ON card.repo = repo.id
        LEFT JOIN head_etag ON head_etag.repo = repo.id
    WHERE repo.installation = $1 AND repo.id > $2
        AND (repo.archived IS NULL OR repo.archived = FALSE)
    ORDER BY repo.id LIMIT $3";

const TOTAL: &str = "SELECT COUNT(*) FROM repo WHERE installation = $1
    AND (archived IS NULL OR archived = FALSE)";

const SELECT: &str = "SELECT started_ms, finished_ms, cursor, total, seen, changed, unreadable
    FROM sweep WHERE installation = $1";

const UPSERT: &str = "INSERT INTO sweep
    (installation, started_ms, finished_ms, cursor, total, seen, changed, unreadable)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
    ON CONFLICT (installation) DO UPDATE SET started_ms = excluded.started_ms,
        finished_ms = excluded.finished_ms, cursor = excluded.cursor, total = excluded.total,
        seen = excluded.seen, changed = excluded.changed, unreadable = excluded.unreadable";

const SET_ETAG: &str = "INSERT INTO head_etag (repo, sha, etag) VALUES ($1, $2, $3)
    ON CONFLICT (repo) DO UPDATE SET sha = excluded.sha, etag = excluded.etag";

const DUE_JOBS: &str = "SELECT COUNT(*) FROM job WHERE installation = $1 AND kind = $2
    AND (state = 'running' OR (state = 'queued' AND run_after_ms <= $3))";

/// Those that have not failed yet, whenever they may run.
const UNTRIED_JOBS: &str = "SELECT COUNT(*) FROM job WHERE installation = $1 AND kind = $2
    AND (state = 'running' OR (state = 'queued' AND attempts = 0))";

const OWED_JOBS: &str = "SELECT COUNT(*) FROM job WHERE installation = $1 AND kind = $2
    AND state <> 'dead'";

impl Store {
    /// The next repositories behind `after`, by id; archived ones are left out.
    pub async fn next_to_sweep(
        &self,
        installation: InstallationId,
        after: RepoId,
        limit: i64,
    ) -> Result<Vec<SweptRepo>, StoreError> {
        let rows: Vec<Row> = self.database.all(NEXT, values![installation, after, limit]).await?;
        rows.into_iter().map(SweptRepo::try_from).collect()
    }

    /// How many repositories a sweep will compare.
    pub async fn count_to_sweep(&self, installation: InstallationId) -> Result<i64, StoreError> {
        let row: Option<(i64,)> = self.database.one(TOTAL, values![installation]).await?;
        Ok(row.map_or(0, |(n,)| n))
    }

    /// The sweep that goes on, or the last one.
    pub async fn sweep(
        &self,
        installation: InstallationId,
    ) -> Result<Option<SweepRow>, StoreError> {
        type Raw = (i64, Option<i64>, i64, i64, i64, i64, i64);
        let row: Option<Raw> = self.database.one(SELECT, values![installation]).await?;
        Ok(row.map(|(started, finished, cursor, total, seen, changed, unreadable)| SweepRow {
            started: Timestamp(started),
            finished: finished.map(Timestamp),
            cursor: RepoId(cursor),
            total,
            seen,
            changed,
            unreadable,
        }))
    }

    /// Notes how far a sweep is.
    ///
    /// Fails with [`StoreError::Unknown`] when the installation is not (or no longer) known.
    pub async fn put_sweep(
        &self,
        installation: InstallationId,
        row: &SweepRow,
    ) -> Result<(), StoreError> {
        let values = values![
            installation,
            row.started,
            row.finished.map(|at| at.0),
            row.cursor,
            row.total,
            row.seen,
            row.changed,
            row.unreadable,
        ];
        self.database.execute(UPSERT, values).await.map(drop)
    }

    /// Notes the head that GitHub told, and how to ask whether it still is.
    pub async fn put_head_etag(
        &self,
        repo: RepoId,
        sha: &Sha,
        etag: &str,
    ) -> Result<(), StoreError> {
        self.database.execute(SET_ETAG, values![repo, sha, etag]).await.map(drop)
    }

    /// How many jobs of a kind run or could run now.
    pub async fn due_jobs(
        &self,
        installation: InstallationId,
        kind: &str,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        let row: Option<(i64,)> =
            self.database.one(DUE_JOBS, values![installation, kind, now]).await?;
        Ok(row.map_or(0, |(n,)| n))
    }

    /// How many jobs of a kind are still owed and have not failed yet.
    pub async fn untried_jobs(
        &self,
        installation: InstallationId,
        kind: &str,
    ) -> Result<i64, StoreError> {
        let row: Option<(i64,)> =
            self.database.one(UNTRIED_JOBS, values![installation, kind]).await?;
        Ok(row.map_or(0, |(n,)| n))
    }

    /// How many jobs of a kind are still owed, whenever they may run.
    pub async fn owed_jobs(
        &self,
        installation: InstallationId,
        kind: &str,
    ) -> Result<i64, StoreError> {
        let row: Option<(i64,)> = self.database.one(OWED_JOBS, values![installation, kind]).await?;
        Ok(row.map_or(0, |(n,)| n))
    }
}

impl TryFrom<Row> for SweptRepo {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let name = RepoName::parse(&row.name)
            .map_err(|e| StoreError::corrupt(format!("repository {}", row.id), e))?;
        // What another version wrote is as good as not known.
        let sha = |text: Option<String>| text.and_then(|text| Sha::parse(&text).ok());
        let labels = row.labels.and_then(|json| serde_json::from_str(&json).ok());
        let card = sha(row.sha).zip(row.digest);
        Ok(Self {
            repo: RepoRow {
                id: RepoId(row.id),
                name,
                default_branch: row.default_branch,
                archived: row.archived,
                private: row.private,
            },
            labels: labels.unwrap_or_default(),
            card: card.map(|(sha, digest)| (sha, digest, row.due_ms.map(Timestamp))),
            etag: sha(row.head).zip(row.etag),
        })
    }
}
