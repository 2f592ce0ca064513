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
    /// When GitHub was asked last what became of it; zero: never.
    pub asked: Timestamp,
    /// Whether the default branch failed then, after it was merged.
    pub fails: bool,
}

/// What the last look at an installation's upgrades came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WaveRow {
    /// When.
    pub at: Timestamp,
    /// In words, one line; names repositories and quotes nothing else of theirs.
    pub said: String,
}

/// A repository with what is remembered of its adoption.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoAdoption {
    /// Which.
    pub repo: RepoId,
    /// Its name.
    pub name: RepoName,
    /// What is remembered.
    pub adoption: AdoptionRow,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: i64,
    name: String,
    adopted: bool,
    settled: Option<String>,
    offered: Option<String>,
    offered_ms: i64,
    pull: Option<i64>,
    merged: bool,
    was_red: bool,
    problem: Option<String>,
    asked_ms: i64,
    fails: bool,
}

#[derive(sqlx::FromRow)]
struct Said {
    at_ms: i64,
    said: String,
}

const LIST: &str = "SELECT repo.id, repo.name, a.adopted, a.settled, a.offered, a.offered_ms,
        a.pull, a.merged, a.was_red, a.problem, a.asked_ms, a.fails
    FROM repo JOIN adoption a ON a.repo = repo.id
    WHERE repo.installation = $1 AND (repo.archived IS NULL OR repo.archived = FALSE)
      AND a.adopted = TRUE
    ORDER BY repo.id LIMIT $2";

const ONE: &str = "SELECT repo.id, repo.name, a.adopted, a.settled, a.offered, a.offered_ms,
        a.pull, a.merged, a.was_red, a.problem, a.asked_ms, a.fails
    FROM repo JOIN adoption a ON a.repo = repo.id
    WHERE repo.installation = $1 AND (repo.archived IS NULL OR repo.archived = FALSE)
      AND repo.id = $2";

const NOT_LOOKED_AT: &str = "SELECT repo.id, repo.name FROM repo
    WHERE repo.installation = $1 AND (repo.archived IS NULL OR repo.archived = FALSE)
      AND EXISTS (SELECT 1 FROM snapshot s WHERE s.repo = repo.id)
      AND NOT EXISTS (SELECT 1 FROM adoption a WHERE a.repo = repo.id)
    ORDER BY repo.id LIMIT $2";

const NOTE: &str = "INSERT INTO adoption (repo, adopted, offered_ms, merged, was_red)
    VALUES ($1, $2, 0, FALSE, FALSE)
    ON CONFLICT (repo) DO UPDATE SET adopted = excluded.adopted";

const PUT: &str = "INSERT INTO adoption
        (repo, adopted, settled, offered, offered_ms, pull, merged, was_red, problem, asked_ms,
         fails)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
    ON CONFLICT (repo) DO UPDATE SET adopted = excluded.adopted, settled = excluded.settled,
        offered = excluded.offered, offered_ms = excluded.offered_ms, pull = excluded.pull,
        merged = excluded.merged, was_red = excluded.was_red, problem = excluded.problem,
        asked_ms = excluded.asked_ms, fails = excluded.fails";

const SAY: &str = "INSERT INTO upgrade_wave (installation, at_ms, said) VALUES ($1, $2, $3)
    ON CONFLICT (installation) DO UPDATE SET at_ms = excluded.at_ms, said = excluded.said";

const SAID: &str = "SELECT at_ms, said FROM upgrade_wave WHERE installation = $1";

impl Store {
    /// The repositories of an installation that have adopted a golden path and are not archived;
    /// at most `limit`.
    pub async fn adoptions(
        &self,
        installation: InstallationId,
        limit: i64,
    ) -> Result<Vec<RepoAdoption>, StoreError> {
        let rows: Vec<Row> = self.database.all(LIST, values![installation, limit]).await?;
        rows.into_iter().map(RepoAdoption::try_from).collect()
    }

    /// Those that are kept and not archived, and of which nobody has looked whether they adopted
    /// something; at most `limit`.
    pub async fn not_looked_at(
        &self,
        installation: InstallationId,
        limit: i64,
    ) -> Result<Vec<(RepoId, RepoName)>, StoreError> {
        let rows: Vec<(i64, String)> =
            self.database.all(NOT_LOOKED_AT, values![installation, limit]).await?;
        rows.into_iter().map(|(id, name)| Ok((RepoId(id), name_of(id, &name)?))).collect()
    }

    /// One repository of an installation, unless it is archived.
    pub async fn adoption(
        &self,
        installation: InstallationId,
        repo: RepoId,
    ) -> Result<Option<AdoptionRow>, StoreError> {
        let row: Option<Row> = self.database.one(ONE, values![installation, repo]).await?;
        Ok(row.map(RepoAdoption::try_from).transpose()?.map(|found| found.adoption))
    }

    /// Notes what a look at an installation's upgrades came to; fails as [`Store::note_lock`].
    pub async fn note_wave(
        &self,
        installation: InstallationId,
        row: &WaveRow,
    ) -> Result<(), StoreError> {
        let values = values![installation, row.at, row.said.as_str()];
        self.database.execute(SAY, values).await.map(drop)
    }

    /// What the last look came to; `None` before the first.
    pub async fn wave(&self, installation: InstallationId) -> Result<Option<WaveRow>, StoreError> {
        let row: Option<Said> = self.database.one(SAID, values![installation]).await?;
        Ok(row.map(|row| WaveRow { at: Timestamp(row.at_ms), said: row.said }))
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
            offer.map_or(Timestamp(0), |offer| offer.asked),
            offer.is_some_and(|offer| offer.fails),
        ];
        self.database.execute(PUT, values).await.map(drop)
    }
}

impl TryFrom<Row> for RepoAdoption {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let name = name_of(row.id, &row.name)?;
        let offer = row.offered.map(|version| OfferRow {
            version,
            at: Timestamp(row.offered_ms),
            pull: row.pull,
            merged: row.merged,
            was_red: row.was_red,
            problem: row.problem,
            asked: Timestamp(row.asked_ms),
            fails: row.fails,
        });
        let adoption = AdoptionRow { adopted: row.adopted, settled: row.settled, offer };
        Ok(Self { repo: RepoId(row.id), name, adoption })
    }
}

fn name_of(id: i64, name: &str) -> Result<RepoName, StoreError> {
    RepoName::parse(name).map_err(|e| StoreError::corrupt(format!("repository {id}"), e))
}
