//! What landed, and what became of it?

use serde::{Deserialize, Serialize};

use super::people::note;
use super::touches::INSERT as TOUCH;
use super::{RiskTouch, mark};
use crate::domain::ids::{RepoId, Sha};
use crate::domain::risk::history::is_repair;
use crate::domain::risk::labels::Target;
use crate::domain::risk::model::Vector;
use crate::domain::risk::people::Called;
use crate::domain::time::Timestamp;
use crate::edge::store::Store;
use crate::edge::store::database::values;
use crate::edge::store::error::{StoreError, contended};

/// A change that landed.
#[derive(Debug, Clone)]
pub struct RiskChange {
    /// The pull request; negative for a commit that came without one ([`RiskChange::of_commit`]).
    pub id: i64,
    /// The commit on the branch, when it is known.
    pub sha: Option<Sha>,
    /// Its title; stored as a digest.
    pub title: String,
    /// When.
    pub at: Timestamp,
    /// Who wrote it.
    pub author: Called,
    /// Whether it takes another change back.
    pub revert: bool,
    /// What it takes back.
    pub takes_back: Vec<Target>,
    /// x and e^S as they were then.
    pub features: Option<(Vector, f64)>,
    /// Files: path and path before.
    pub touches: Vec<RiskTouch>,
}

impl RiskChange {
    /// The id of a commit that came without a pull request.
    pub fn of_commit(sha: &Sha) -> i64 {
        -(mark(sha.as_str()) >> 1) - 1
    }

    /// Whether it counts: programs' changes and reverts do not.
    pub fn counts(&self) -> bool {
        !self.revert && !self.author.is_bot()
    }
}

/// How far history is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RiskHistory {
    /// Whether the past before we came was read.
    pub filled: bool,
    /// The first change that is known.
    pub since: Timestamp,
    /// Whether the repository began there.
    pub whole: bool,
    /// Changes known.
    pub changes: i64,
}

/// Changes that are old enough to tell and young enough to count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ripe {
    /// How many.
    pub changes: u64,
    /// How many of them were reverted soon after.
    pub reverted: u64,
}

#[derive(Serialize, Deserialize)]
pub(super) struct Features {
    x: Vector,
    weight: f64,
}

impl Features {
    /// x and e^S.
    pub(super) fn read(text: &str) -> Result<(Vector, f64), StoreError> {
        let found: Self = serde_json::from_str(text)
            .map_err(|e| StoreError::corrupt("features of a change", e))?;
        Ok((found.x, found.weight))
    }
}

const INSERT: &str = "INSERT INTO risk_change (repo, id, sha, title, at_ms, counts, features)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (repo, id) DO UPDATE SET sha = COALESCE(excluded.sha, risk_change.sha),
        title = excluded.title, at_ms = excluded.at_ms, counts = excluded.counts,
        features = COALESCE(excluded.features, risk_change.features)";
const BY_PULL: &str = "UPDATE risk_change SET reverted_ms = $3, label = 'pull'
    WHERE repo = $1 AND id = $2 AND at_ms <= $3 AND (reverted_ms IS NULL OR reverted_ms > $3)";
const BY_COMMIT: &str = "UPDATE risk_change SET reverted_ms = $3, label = 'commit'
    WHERE repo = $1 AND sha LIKE $2 AND at_ms <= $3 AND (reverted_ms IS NULL OR reverted_ms > $3)";
const BY_TITLE: &str = "UPDATE risk_change SET reverted_ms = $3, label = 'title'
    WHERE repo = $1 AND at_ms <= $3 AND (reverted_ms IS NULL OR reverted_ms > $3)
      AND id = (SELECT id FROM risk_change WHERE repo = $1 AND title = $2 AND at_ms < $3
                ORDER BY at_ms DESC LIMIT 1)";
/// What was taken for a commit without a pull request turns out to be one.
const NO_COMMIT: &str = "DELETE FROM risk_change WHERE repo = $1 AND id = $2";
const NO_TOUCHES: &str = "DELETE FROM risk_touch WHERE repo = $1 AND change = $2";
const OF_SHA: &str = "SELECT id FROM risk_change WHERE repo = $1 AND sha = $2 LIMIT 1";
const HISTORY: &str = "SELECT h.state, h.since_ms, h.whole,
        (SELECT COUNT(*) FROM risk_change c WHERE c.repo = h.repo) AS changes
    FROM risk_history h WHERE h.repo = $1";
const RIPE: &str = "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN reverted_ms IS NOT NULL
        AND reverted_ms <= at_ms + $4 THEN 1 ELSE 0 END), 0) AS BIGINT)
    FROM risk_change WHERE repo = $1 AND counts AND at_ms >= $2 AND at_ms <= $3";
const WINDOW: &str = "SELECT features FROM risk_change
    WHERE repo = $1 AND counts AND features IS NOT NULL AND at_ms < $2
    ORDER BY at_ms DESC, id DESC LIMIT $3";

impl Store {
    /// Notes changes that landed, with their files, and what they take back: all or none. Those
    /// that are known already are brought up to date.
    ///
    /// Fails with [`StoreError::Unknown`] when the repository is not (or no longer) known.
    pub async fn note_risk_changes(
        &self,
        repo: RepoId,
        changes: &[RiskChange],
    ) -> Result<(), StoreError> {
        contended!(async {
            let mut tx = self.database.begin().await?;
            for change in changes {
                let author = note(&mut tx, repo, &change.author).await?;
                let author = author.filter(|_| !change.author.is_bot());
                let features = change.features.map(|(x, weight)| Features { x, weight });
                let json = features.and_then(|f| serde_json::to_string(&f).ok());
                let values = values![
                    repo,
                    change.id,
                    change.sha.as_ref().map(Sha::as_str),
                    mark(&change.title),
                    change.at,
                    change.counts(),
                    json.as_deref(),
                ];
                tx.execute(INSERT, values).await?;
                if let Some(sha) = change.sha.as_ref().filter(|_| change.id > 0) {
                    let commit = RiskChange::of_commit(sha);
                    tx.execute(NO_COMMIT, values![repo, commit]).await?;
                    tx.execute(NO_TOUCHES, values![repo, commit]).await?;
                }
                let repair = is_repair(&change.title, change.counts());
                for touch in &change.touches {
                    let (id, at) = (change.id, change.at);
                    let values = values![repo, id, touch.path, touch.was, at, author, repair];
                    tx.execute(TOUCH, values).await?;
                }
            }
            for change in changes.iter().filter(|change| change.revert) {
                for target in &change.takes_back {
                    let found = match target {
                        Target::Pull(number) => {
                            tx.execute(BY_PULL, values![repo, *number, change.at]).await?
                        }
                        Target::Commit(digits) => {
                            let pattern = format!("{digits}%");
                            tx.execute(BY_COMMIT, values![repo, pattern.as_str(), change.at])
                                .await?
                        }
                        Target::Title(title) => {
                            tx.execute(BY_TITLE, values![repo, mark(title), change.at]).await?
                        }
                    };
                    if found > 0 {
                        break;
                    }
                }
            }
            tx.commit().await
        })
    }

    /// Whether what landed with this commit is known.
    pub async fn knows_risk_change(&self, repo: RepoId, sha: &Sha) -> Result<bool, StoreError> {
        Ok(self.risk_change(repo, sha).await?.is_some())
    }

    /// What landed with this commit: [`RiskChange::id`], which is negative where no pull request
    /// brought it.
    pub async fn risk_change(&self, repo: RepoId, sha: &Sha) -> Result<Option<i64>, StoreError> {
        let row: Option<(i64,)> = self.database.one(OF_SHA, values![repo, sha]).await?;
        Ok(row.map(|(id,)| id))
    }

    /// How far history is known.
    pub async fn risk_history(&self, repo: RepoId) -> Result<Option<RiskHistory>, StoreError> {
        let row: Option<(String, i64, bool, i64)> =
            self.database.one(HISTORY, values![repo]).await?;
        Ok(row.map(|(state, since, whole, changes)| RiskHistory {
            filled: state == "filled",
            since: Timestamp(since),
            whole,
            changes,
        }))
    }

    /// How many changes of a span of time there are, and how many were reverted within `label_ms`.
    pub async fn risk_ripe(
        &self,
        repo: RepoId,
        from: Timestamp,
        to: Timestamp,
        label_ms: i64,
    ) -> Result<Ripe, StoreError> {
        let values = values![repo, from, to, label_ms];
        let row: Option<(i64, i64)> = self.database.one(RIPE, values).await?;
        let (changes, reverted) = row.unwrap_or_default();
        Ok(Ripe { changes: changes.unsigned_abs(), reverted: reverted.unsigned_abs() })
    }

    /// x and e^S of the changes before `now`, the youngest first, at most `most`.
    pub async fn risk_window(
        &self,
        repo: RepoId,
        now: Timestamp,
        most: i64,
    ) -> Result<Vec<(Vector, f64)>, StoreError> {
        let rows: Vec<(String,)> = self.database.all(WINDOW, values![repo, now, most]).await?;
        rows.into_iter().map(|(text,)| Features::read(&text)).collect()
    }
}
