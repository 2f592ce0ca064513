//! Which pull requests do we know to be open, and at which head?
//!
//! Events arrive late and out of order: GitHub's `updated_at` decides which one is believed.

use super::Store;
use super::begin::Made;
use super::database::{Value, values};
use super::error::StoreError;
use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::time::Timestamp;

/// Whether a pull request may still be merged.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PullState {
    /// It may.
    Open,
    /// Closed or merged.
    Closed,
}

/// A pull request as GitHub last told of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRow {
    /// The base repository.
    pub repo: RepoId,
    /// Its number there.
    pub number: i64,
    /// The head commit.
    pub head_sha: Sha,
    /// The head branch, without `refs/heads/`.
    pub head_ref: String,
    /// The head's repository: the base repository, a fork, or `None` when the fork is gone.
    pub head_repo: Option<RepoId>,
    /// The commit of the base branch.
    pub base_sha: Sha,
    /// The base branch, without `refs/heads/`.
    pub base_ref: String,
    /// Whether it is a draft.
    pub draft: bool,
    /// Open or closed.
    pub state: PullState,
    /// GitHub's `updated_at` (whole seconds, as it sends them).
    pub updated: Timestamp,
}

/// A pull request with what a job about it needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownPull {
    /// The installation of the base repository: whose token to use.
    pub installation: InstallationId,
    /// The base repository's name.
    pub name: RepoName,
    /// The pull request.
    pub pull: PullRow,
}

#[derive(sqlx::FromRow)]
struct Row {
    installation: i64,
    name: String,
    repo: i64,
    number: i64,
    head_sha: String,
    head_ref: String,
    head_repo: Option<i64>,
    base_sha: String,
    base_ref: String,
    draft: bool,
    state: String,
    updated_ms: i64,
}

const UPSERT: &str = "INSERT INTO pull (repo, number, head_sha, head_ref, head_repo, base_sha,
                                        base_ref, draft, state, updated_ms)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
    ON CONFLICT (repo, number) DO UPDATE SET head_sha = excluded.head_sha,
        head_ref = excluded.head_ref, head_repo = excluded.head_repo,
        base_sha = excluded.base_sha, base_ref = excluded.base_ref, draft = excluded.draft,
        state = excluded.state, updated_ms = excluded.updated_ms
    WHERE excluded.updated_ms >= pull.updated_ms";

macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT r.installation, r.name, p.repo, p.number, p.head_sha, p.head_ref, p.head_repo,
                    p.base_sha, p.base_ref, p.draft, p.state, p.updated_ms
               FROM pull p JOIN repo r ON r.id = p.repo WHERE ",
            $where,
            " ORDER BY p.repo, p.number"
        )
    };
}

const ONE: &str = select!("p.repo = $1 AND p.number = $2");
const WITH_HEAD: &str = select!("p.repo = $1 AND p.head_sha = $2 AND p.state = 'open'");
const WITH_HEAD_REF: &str = select!("p.head_repo = $1 AND p.head_ref = $2 AND p.state = 'open'");
const OPEN: &str = select!("p.repo = $1 AND p.state = 'open'");
const SET_HEAD: &str =
    "UPDATE pull SET head_sha = $3 WHERE repo = $1 AND number = $2 AND state = 'open'";
const OF_INSTALLATION: &str = select!("r.installation = $1 AND p.state = 'open'");
const CLOSE: &str = "UPDATE pull SET state = 'closed' WHERE repo = $1 AND number = $2";

impl Store {
    /// Stores what an event or the API tells of a pull request. Older news than what is stored
    /// are ignored; as old ones are believed (`updated_at` counts whole seconds). Tells whether
    /// they were believed.
    ///
    /// Fails with [`StoreError::Unknown`] when the base repository is not (or no longer) known.
    pub async fn upsert_pull(&self, pull: &PullRow) -> Result<bool, StoreError> {
        let values = values![
            pull.repo,
            pull.number,
            &pull.head_sha,
            pull.head_ref.as_str(),
            pull.head_repo.map(|id| id.0),
            &pull.base_sha,
            pull.base_ref.as_str(),
            pull.draft,
            pull.state.as_str(),
            pull.updated,
        ];
        Ok(self.database.execute_made(Made::Visible, UPSERT, values).await? == 1)
    }

    /// One pull request, open or closed.
    pub async fn pull(&self, repo: RepoId, number: i64) -> Result<Option<KnownPull>, StoreError> {
        Ok(self.pulls(ONE, values![repo, number]).await?.pop())
    }

    /// The open pull requests of a base repository at one head commit, by number.
    pub async fn open_pulls_with_head(
        &self,
        repo: RepoId,
        head: &Sha,
    ) -> Result<Vec<KnownPull>, StoreError> {
        self.pulls(WITH_HEAD, values![repo, head]).await
    }

    /// The open pull requests of a base repository, by number.
    pub async fn open_pulls(&self, repo: RepoId) -> Result<Vec<KnownPull>, StoreError> {
        self.pulls(OPEN, values![repo]).await
    }

    /// The open pull requests of an installation, by repository and number.
    pub async fn open_pulls_of(
        &self,
        installation: InstallationId,
    ) -> Result<Vec<KnownPull>, StoreError> {
        self.pulls(OF_INSTALLATION, values![installation]).await
    }

    /// The open pull requests that a push to `branch` (without `refs/heads/`) of `head_repo`
    /// changes, in whichever base repository.
    pub async fn open_pulls_with_head_ref(
        &self,
        head_repo: RepoId,
        branch: &str,
    ) -> Result<Vec<KnownPull>, StoreError> {
        self.pulls(WITH_HEAD_REF, values![head_repo, branch]).await
    }

    /// Moves the head of an open pull request, as a push tells. A push carries no `updated_at`,
    /// so that of the row stays: the pull request's own news are believed next. Tells whether
    /// there was such an open pull request.
    pub async fn set_pull_head(
        &self,
        repo: RepoId,
        number: i64,
        head: &Sha,
    ) -> Result<bool, StoreError> {
        Ok(self.database.execute(SET_HEAD, values![repo, number, head]).await? == 1)
    }

    /// Closes a pull request that GitHub no longer shows; a closing event goes through
    /// [`Store::upsert_pull`].
    pub async fn close_pull(&self, repo: RepoId, number: i64) -> Result<(), StoreError> {
        self.database.execute(CLOSE, values![repo, number]).await.map(drop)
    }

    async fn pulls(
        &self,
        sql: &'static str,
        values: &[Value<'_>],
    ) -> Result<Vec<KnownPull>, StoreError> {
        let rows: Vec<Row> = self.database.all(sql, values).await?;
        rows.into_iter().map(KnownPull::try_from).collect()
    }
}

impl PullState {
    /// The word in the row: `open`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Closed => "closed",
        }
    }
}

impl TryFrom<Row> for KnownPull {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let what = format!("pull request {}#{}", row.repo, row.number);
        let sha = |text: &str| Sha::parse(text).map_err(|e| StoreError::corrupt(what.as_str(), e));
        let state = match row.state.as_str() {
            "open" => PullState::Open,
            "closed" => PullState::Closed,
            other => return Err(StoreError::corrupt(what, format!("state {other:?}"))),
        };
        let name = RepoName::parse(&row.name).map_err(|e| StoreError::corrupt(what.as_str(), e))?;
        let pull = PullRow {
            repo: RepoId(row.repo),
            number: row.number,
            head_sha: sha(&row.head_sha)?,
            head_ref: row.head_ref,
            head_repo: row.head_repo.map(RepoId),
            base_sha: sha(&row.base_sha)?,
            base_ref: row.base_ref,
            draft: row.draft,
            state,
            updated: Timestamp(row.updated_ms),
        };
        Ok(Self { installation: InstallationId(row.installation), name, pull })
    }
}
