//! How far has a repository's past been read, and what was found so far?

use crate::domain::ids::RepoId;
use crate::domain::time::Timestamp;
use crate::edge::store::Store;
use crate::edge::store::database::values;
use crate::edge::store::error::{StoreError, contended};

/// Whoever asked so long ago, in milliseconds, and has found nothing yet, has given up.
const PATIENCE_MS: i64 = 24 * 60 * 60 * 1000;

const BEGIN: &str = "INSERT INTO risk_history (repo, state, since_ms, whole, filled_ms)
    VALUES ($1, 'asked', $2, FALSE, $2)
    ON CONFLICT (repo) DO UPDATE SET filled_ms = excluded.filled_ms
        WHERE risk_history.state = 'asked' AND risk_history.filled_ms < $3";
/// Asked anew at most once in so long, in milliseconds: some branches are rewritten every day.
const AGAIN_MS: i64 = PATIENCE_MS;

const REOPEN: &str = "UPDATE risk_history SET whole = FALSE WHERE repo = $1 AND state = 'filled'";
const FILLED: &str = "SELECT filled_ms FROM risk_history WHERE repo = $1 AND state = 'filled'";
/// Commits that a branch no longer holds, after it was rewritten, are in no pull request.
const GONE_TOUCHES: &str = "DELETE FROM risk_touch WHERE repo = $1 AND change < 0
    AND at_ms >= $2 AND at_ms <= $3";
const GONE: &str = "DELETE FROM risk_change WHERE repo = $1 AND id < 0
    AND at_ms >= $2 AND at_ms <= $3";
const FILL: &str = "UPDATE risk_history SET state = 'filled', since_ms = $2, whole = $3,
    filled_ms = $4, cursor = NULL WHERE repo = $1";
const CURSOR: &str = "SELECT cursor FROM risk_history WHERE repo = $1";
const MOVE: &str = "UPDATE risk_history SET cursor = $2 WHERE repo = $1";
const STAGE: &str = "INSERT INTO risk_reading (repo, place, json) VALUES ($1, $2, $3)
    ON CONFLICT (repo, place) DO UPDATE SET json = excluded.json";
const STAGED: &str = "SELECT place, json FROM risk_reading WHERE repo = $1 ORDER BY place";
const COUNT: &str = "SELECT COUNT(*) FROM risk_reading WHERE repo = $1";
const CLEAR: &str = "DELETE FROM risk_reading WHERE repo = $1";

impl Store {
    /// History begins to be known. False: it was known already, or somebody reads it.
    pub async fn begin_risk_history(
        &self,
        repo: RepoId,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let values = values![repo, now, now.plus_ms(-PATIENCE_MS)];
        Ok(self.database.execute(BEGIN, values).await? == 1)
    }

    /// Something landed that was not learned: from now on history is not whole. From when on it may be
    /// read again; `None`: it was never read, so that reading it is owed already.
    pub async fn reopen_risk_history(&self, repo: RepoId) -> Result<Option<Timestamp>, StoreError> {
        self.database.execute(REOPEN, values![repo]).await?;
        let row: Option<(i64,)> = self.database.one(FILLED, values![repo]).await?;
        Ok(row.map(|(filled,)| Timestamp(filled).plus_ms(AGAIN_MS)))
    }

    /// Forgets commits without a pull request of a span of time that is about to be noted anew.
    pub async fn forget_risk_commits(
        &self,
        repo: RepoId,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        contended!(async {
            let mut tx = self.database.begin().await?;
            tx.execute(GONE_TOUCHES, values![repo, from, until]).await?;
            tx.execute(GONE, values![repo, from, until]).await?;
            tx.commit().await
        })
    }

    /// Where reading goes on; `None`: at the beginning.
    pub async fn risk_cursor(&self, repo: RepoId) -> Result<Option<String>, StoreError> {
        let row: Option<(Option<String>,)> = self.database.one(CURSOR, values![repo]).await?;
        Ok(row.and_then(|(cursor,)| cursor))
    }

    /// Keeps what was read, by place, and where reading goes on: both or neither.
    ///
    /// Fails with [`StoreError::Unknown`] when the repository is not (or no longer) known.
    pub async fn stage_risk_reading(
        &self,
        repo: RepoId,
        rows: &[(String, String)],
        cursor: &str,
    ) -> Result<(), StoreError> {
        contended!(async {
            let mut tx = self.database.begin().await?;
            for (place, json) in rows {
                tx.execute(STAGE, values![repo, place.as_str(), json.as_str()]).await?;
            }
            tx.execute(MOVE, values![repo, cursor]).await?;
            tx.commit().await
        })
    }

    /// What was read so far: place and JSON.
    pub async fn staged_risk_reading(
        &self,
        repo: RepoId,
    ) -> Result<Vec<(String, String)>, StoreError> {
        self.database.all(STAGED, values![repo]).await
    }

    /// How many rows were read so far.
    pub async fn count_risk_reading(&self, repo: RepoId) -> Result<i64, StoreError> {
        let row: Option<(i64,)> = self.database.one(COUNT, values![repo]).await?;
        Ok(row.map_or(0, |(count,)| count))
    }

    /// The past before we came was read, and is kept elsewhere by now.
    pub async fn fill_risk_history(
        &self,
        repo: RepoId,
        since: Timestamp,
        whole: bool,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        contended!(async {
            let mut tx = self.database.begin().await?;
            tx.execute(FILL, values![repo, since, whole, now]).await?;
            tx.execute(CLEAR, values![repo]).await?;
            tx.commit().await
        })
    }
}
