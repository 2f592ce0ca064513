//! How does every repository stand? One card each, and when its level changed.

use super::Store;
use super::database::values;
use super::error::{StoreError, contended};
use crate::domain::finding::Level;
use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::scorecard::history::LevelChange;
use crate::domain::time::Timestamp;

/// What is kept of a judgement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CardRow {
    /// The commit that was judged.
    pub sha: Sha,
    /// The caller's digest of everything else that the judgement depends on.
    pub digest: String,
    /// From when on it counts no more, although nothing was pushed.
    pub due: Option<Timestamp>,
    /// The highest level reached.
    pub level: Option<Level>,
    /// Whether the repository walks a golden path that it has chosen.
    pub on_path: bool,
    /// The card, in the caller's shape.
    pub json: String,
}

/// A repository that the scorecard counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ScoredRepo {
    /// Which.
    pub id: RepoId,
    /// Its name.
    pub name: RepoName,
    /// Whether it is private (or internal).
    pub private: bool,
    /// Its card; `None`: never judged, or empty.
    pub json: Option<String>,
}

const UPSERT: &str = "INSERT INTO card (repo, sha, digest, judged_ms, due_ms, json)
    VALUES ($1, $2, $3, $4, $5, $6)
    ON CONFLICT (repo) DO UPDATE SET sha = excluded.sha, digest = excluded.digest,
        judged_ms = excluded.judged_ms, due_ms = excluded.due_ms, json = excluded.json";

const LAST_LEVEL: &str = "SELECT level, on_path FROM level_history WHERE repo = $1
    ORDER BY since_ms DESC LIMIT 1";

/// Two changes of one moment are one.
const ADD_LEVEL: &str = "INSERT INTO level_history (repo, since_ms, level, on_path)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT (repo, since_ms) DO UPDATE SET level = excluded.level,
        on_path = excluded.on_path";

const SCORED: &str = "SELECT repo.id, repo.name, repo.private, card.json FROM repo
    LEFT JOIN card ON card.repo = repo.id
    WHERE repo.installation = $1 AND repo.id > $2
        AND (repo.archived IS NULL OR repo.archived = FALSE)
    ORDER BY repo.id LIMIT $3";

const ONE: &str = "SELECT card.json FROM card JOIN repo ON repo.id = card.repo
    WHERE card.repo = $1 AND repo.installation = $2";

/// GitHub's names know no case. A name is one repository's at a time; an old row may still bear it.
const NAMED: &str = "SELECT repo.id, repo.private, card.json FROM repo
    LEFT JOIN card ON card.repo = repo.id WHERE lower(repo.name) = lower($1)
    ORDER BY repo.id DESC LIMIT 1";

const HISTORY: &str = "SELECT level_history.repo, since_ms, level, on_path FROM level_history
    JOIN repo ON repo.id = level_history.repo
    WHERE repo.installation = $1 AND (repo.archived IS NULL OR repo.archived = FALSE)
    ORDER BY level_history.repo, since_ms";

impl Store {
    /// Stores a repository's card, and its level where that has changed.
    ///
    /// Fails with [`StoreError::Unknown`] when the repository is not (or no longer) known.
    pub async fn put_card(
        &self,
        repo: RepoId,
        row: &CardRow,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        contended!(async {
            let mut tx = self.database.begin().await?;
            let values = values![
                repo,
                &row.sha,
                row.digest.as_str(),
                now,
                row.due.map(|due| due.0),
                row.json.as_str(),
            ];
            tx.execute(UPSERT, values).await?;
            let level = row.level.map(Level::as_str);
            let last: Option<(Option<String>, bool)> = tx.one(LAST_LEVEL, values![repo]).await?;
            let same =
                |last: &(Option<String>, bool)| last.0.as_deref() == level && last.1 == row.on_path;
            if !last.as_ref().is_some_and(same) {
                tx.execute(ADD_LEVEL, values![repo, now, level, row.on_path]).await?;
            }
            tx.commit().await
        })
    }

    /// Repositories of an installation that are not archived, by id: at most `limit` behind
    /// `after`. Cards are a kilobyte or two each, so nobody needs all of them at once.
    pub async fn scored_after(
        &self,
        installation: InstallationId,
        after: RepoId,
        limit: i64,
    ) -> Result<Vec<ScoredRepo>, StoreError> {
        let rows: Vec<(i64, String, bool, Option<String>)> =
            self.database.all(SCORED, values![installation, after, limit]).await?;
        rows.into_iter()
            .map(|(id, name, private, json)| {
                let name = RepoName::parse(&name)
                    .map_err(|e| StoreError::corrupt(format!("repository {id}"), e))?;
                Ok(ScoredRepo { id: RepoId(id), name, private, json })
            })
            .collect()
    }

    /// The card of a repository of this installation.
    pub async fn card(
        &self,
        installation: InstallationId,
        repo: RepoId,
    ) -> Result<Option<String>, StoreError> {
        let row: Option<(String,)> = self.database.one(ONE, values![repo, installation]).await?;
        Ok(row.map(|(json,)| json))
    }

    /// Of the repository of this name, whoever's it is: whether it is private, and its card. For
    /// badges, whose addresses hold a name only: what may be shown is for the caller to decide.
    pub async fn card_named(
        &self,
        name: &RepoName,
    ) -> Result<Option<(RepoId, bool, Option<String>)>, StoreError> {
        let name = name.to_string();
        let row: Option<(i64, bool, Option<String>)> =
            self.database.one(NAMED, values![name.as_str()]).await?;
        Ok(row.map(|(id, private, json)| (RepoId(id), private, json)))
    }

    /// Every change of a level in an installation: by repository, oldest first.
    pub async fn level_history(
        &self,
        installation: InstallationId,
    ) -> Result<Vec<LevelChange>, StoreError> {
        let rows: Vec<(i64, i64, Option<String>, bool)> =
            self.database.all(HISTORY, values![installation]).await?;
        Ok(rows
            .into_iter()
            .map(|(repo, since, level, on_path)| LevelChange {
                repo: RepoId(repo),
                since: Timestamp(since),
                level: level.as_deref().and_then(Level::parse),
                on_path,
            })
            .collect())
    }
}
