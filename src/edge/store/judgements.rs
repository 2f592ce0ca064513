//! What have we told the world about a commit? The JSON reports.

use std::fmt;

use super::Store;
use super::begin::Made;
use super::database::values;
use super::error::StoreError;
use super::packed::{pack, unpack};
use crate::domain::ids::{RepoId, Sha};
use crate::domain::job::Occasion;
use crate::domain::time::Timestamp;

/// What a judgement was made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subject {
    /// A pull request, by number.
    Pull(i64),
    /// A commit that no pull request stands for.
    Commit(Occasion),
}

/// A stored judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgementRow {
    /// Names it in URLs and in a check run's `external_id`; UUIDv7 text.
    pub id: String,
    /// The repository.
    pub repo: RepoId,
    /// The commit that was judged.
    pub sha: Sha,
    /// What for: `pull:12`, `default_branch`, `merge_group`.
    pub subject: String,
    /// The caller's digest of what was judged and said.
    pub digest: String,
    /// When it was made, or made again with the same digest.
    pub judged: Timestamp,
    /// The report (`waymark.dev/report/v1`).
    pub json: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    id: String,
    repo: i64,
    sha: String,
    subject: String,
    digest: String,
    judged_ms: i64,
    json: String,
    packed: Option<Vec<u8>>,
}

const UPSERT: &str = "INSERT INTO judgement
    (id, repo, sha, subject, digest, judged_ms, json, packed)
    VALUES ($1, $2, $3, $4, $5, $6, '', $7)
    ON CONFLICT (repo, sha, subject, digest) DO UPDATE SET judged_ms = excluded.judged_ms,
        json = excluded.json, packed = excluded.packed
    RETURNING id";

const LATEST: &str = "SELECT id, repo, sha, subject, digest, judged_ms, json, packed FROM judgement
    WHERE repo = $1 AND sha = $2 ORDER BY judged_ms DESC, id DESC LIMIT 1";

const ONE: &str = "SELECT id, repo, sha, subject, digest, judged_ms, json, packed FROM judgement
    WHERE repo = $1 AND id = $2";

impl Store {
    /// Stores a judgement and tells its id. Storing it again (same commit, subject and digest)
    /// keeps the id.
    ///
    /// Fails with [`StoreError::Unknown`] when the repository is not (or no longer) known.
    pub async fn put_judgement(
        &self,
        repo: RepoId,
        sha: &Sha,
        subject: Subject,
        json: &str,
        digest: &str,
        now: Timestamp,
    ) -> Result<String, StoreError> {
        let id = uuid::Uuid::now_v7().to_string();
        let subject = subject.to_string();
        let packed = pack(json);
        let values =
            values![id.as_str(), repo, sha, subject.as_str(), digest, now, packed.as_slice()];
        let mut tx = self.database.begin_made(Made::Visible).await?;
        let row: Option<(String,)> = tx.one(UPSERT, values).await?;
        tx.commit().await?;
        Ok(row.map_or(id, |(id,)| id))
    }

    /// The latest judgement of a commit, whatever it was made for.
    pub async fn latest_judgement(
        &self,
        repo: RepoId,
        sha: &Sha,
    ) -> Result<Option<JudgementRow>, StoreError> {
        let row: Option<Row> = self.database.one(LATEST, values![repo, sha]).await?;
        row.map(JudgementRow::try_from).transpose()
    }

    /// A judgement by its id; of this repository, or none.
    pub async fn judgement(
        &self,
        repo: RepoId,
        id: &str,
    ) -> Result<Option<JudgementRow>, StoreError> {
        let row: Option<Row> = self.database.one(ONE, values![repo, id]).await?;
        row.map(JudgementRow::try_from).transpose()
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pull(number) => write!(f, "pull:{number}"),
            Self::Commit(Occasion::DefaultBranch) => f.write_str("default_branch"),
            Self::Commit(Occasion::MergeGroup) => f.write_str("merge_group"),
        }
    }
}

impl TryFrom<Row> for JudgementRow {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let sha = Sha::parse(&row.sha)
            .map_err(|e| StoreError::corrupt(format!("judgement {}", row.id), e))?;
        let json = match row.packed {
            Some(packed) => unpack(&packed)
                .map_err(|e| StoreError::corrupt(format!("judgement {}", row.id), e))?,
            None => row.json,
        };
        Ok(Self {
            id: row.id,
            repo: RepoId(row.repo),
            sha,
            subject: row.subject,
            digest: row.digest,
            judged: Timestamp(row.judged_ms),
            json,
        })
    }
}
