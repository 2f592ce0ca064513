//! Who has adopted a golden path, and which version were they offered?

use super::Store;
use super::database::values;
use super::error::StoreError;
use crate::domain::ids::{InstallationId, RepoId, RepoName};
use crate::domain::time::Timestamp;

/// What is remembered of a repository's adoption.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AdoptionRow {
    /// Whether its default branch says that it adopted something.
    pub adopted: bool,
    /// The version that it holds; `None`: not known.
    pub settled: Option<String>,
    /// What was offered last.
    pub offer: Option<OfferRow>,
}

/// A version that was offered, or could not be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfferRow {
    /// The version.
    pub version: String,
    /// When.
    pub at: Timestamp,
    /// The pull request; `None`: there could be none.
    pub pull: Option<i64>,
    /// Whether it was merged.
    pub merged: bool,
    /// Whether the default branch failed before.
    pub was_red: bool,
    /// Why it could not be offered, or was not taken.
    pub problem: Option<String>,
}

/// A repository with what is remembered; `None`: nothing is known of an adoption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoAdoption {
    /// Which.
    pub repo: RepoId,
    /// Its name.
    pub name: RepoName,
    /// What is remembered.
    pub adoption: Option<AdoptionRow>,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    name: String,
    adopted: Option<bool>,
    settled: Option<String>,
    offered: Option<String>,
    offered_ms: Option<i64>,
    pull: Option<i64>,
    merged: Option<bool>,
    was_red: Option<bool>,
    problem: Option<String>,
}

const LIST: &str = "SELECT repo.id, repo.name, a.adopted, a.settled, a.offered, a.offered_ms,
        a.pull, a.merged, a.was_red, a.problem
    FROM repo LEFT JOIN adoption a ON a.repo = repo.id
    WHERE repo.installation = $1 AND (repo.archived IS NULL OR repo.archived = FALSE)
      AND (CAST($2 AS BIGINT) IS NULL OR repo.id = $2)
    ORDER BY repo.id LIMIT $3";

const NOTE: &str = "INSERT INTO adoption (repo, adopted, offered_ms, merged, was_red)
    VALUES ($1, $2, 0, FALSE, FALSE)
    ON CONFLICT (repo) DO UPDATE SET adopted = excluded.adopted";

const PUT: &str = "INSERT INTO adoption
        (repo, adopted, settled, offered, offered_ms, pull, merged, was_red, problem)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)
    ON CONFLICT (repo) DO UPDATE SET adopted = excluded.adopted, settled = excluded.settled,
        offered = excluded.offered, offered_ms = excluded.offered_ms, pull = excluded.pull,
        merged = excluded.merged, was_red = excluded.was_red, problem = excluded.problem";

impl Store {
    /// The repositories of an installation that are not archived; at most `limit`.
    pub async fn adoptions(
        &self,
        installation: InstallationId,
        limit: i64,
    ) -> Result<Vec<RepoAdoption>, StoreError> {
        let values = values![installation, None::<i64>, limit];
        let rows: Vec<Row> = self.database.all(LIST, values).await?;
        rows.into_iter().map(RepoAdoption::try_from).collect()
    }

    /// One repository of an installation, unless it is archived.
    pub async fn adoption(
        &self,
        installation: InstallationId,
        repo: RepoId,
    ) -> Result<Option<AdoptionRow>, StoreError> {
        let values = values![installation, Some(repo.0), 1];
        let row: Option<Row> = self.database.one(LIST, values).await?;
        Ok(row.map(RepoAdoption::try_from).transpose()?.and_then(|found| found.adoption))
    }

    /// Notes whether the default branch says that something was adopted; the rest stays.
    ///
    /// Fails with [`StoreError::Unknown`] when the repository is not (or no longer) known.
    pub async fn note_lock(&self, repo: RepoId, adopted: bool) -> Result<(), StoreError> {
        self.database.execute(NOTE, values![repo, adopted]).await.map(drop)
    }

    /// Replaces what is remembered; fails as [`Store::note_lock`].
    pub async fn put_adoption(&self, repo: RepoId, row: &AdoptionRow) -> Result<(), StoreError> {
        let offer = row.offer.as_ref();
        let values = values![
            repo,
            row.adopted,
            row.settled.as_deref(),
            offer.map(|offer| offer.version.as_str()),
            offer.map_or(Timestamp(0), |offer| offer.at),
            offer.and_then(|offer| offer.pull),
            offer.is_some_and(|offer| offer.merged),
            offer.is_some_and(|offer| offer.was_red),
            offer.and_then(|offer| offer.problem.as_deref()),
        ];
        self.database.execute(PUT, values).await.map(drop)
    }
}

impl TryFrom<Row> for RepoAdoption {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let name = RepoName::parse(&row.name)
            .map_err(|e| StoreError::corrupt(format!("repository {}", row.id), e))?;
        let offer = row.offered.map(|version| OfferRow {
            version,
            at: Timestamp(row.offered_ms.unwrap_or_default()),
            pull: row.pull,
            merged: row.merged.unwrap_or_default(),
            was_red: row.was_red.unwrap_or_default(),
            problem: row.problem,
        });
        let adoption =
            row.adopted.map(|adopted| AdoptionRow { adopted, settled: row.settled, offer });
        Ok(Self { repo: RepoId(row.id), name, adoption })
    }
}
