//! How do people and GitHub's limits steer the queue? Pause, cancel, retry the dead.

use super::super::Store;
use super::super::database::values;
use super::super::error::{StoreError, contended};
use super::enqueue::requeue_in;
use super::{JobId, Row, row_columns};
use crate::domain::ids::InstallationId;
use crate::domain::time::Timestamp;

const PAUSE: &str = "INSERT INTO pause (installation, until_ms) VALUES ($1, $2)
    ON CONFLICT (installation) DO UPDATE SET until_ms = excluded.until_ms
    WHERE excluded.until_ms > pause.until_ms";

const WAKE: &str = "UPDATE pause SET until_ms = 0 WHERE installation = $1";

const CANCEL: &str = "DELETE FROM job WHERE key = $1 AND state = 'queued'";

const TAKE_DEAD: &str =
    concat!("DELETE FROM job WHERE id = $1 AND state = 'dead' RETURNING ", row_columns!());

const DEAD: &str = "SELECT id FROM job
    WHERE state = 'dead' AND id > $1 AND (CAST($2 AS TEXT) IS NULL OR kind = $2)
    ORDER BY id LIMIT 200";

/// Three cheap looks instead of one exact one: what may become claimable without anybody's doing
/// is a job whose time comes, an installation that wakes, or a lease that runs out.
const NEXT_DUE: &str = "SELECT MIN(t.ms) FROM (
        SELECT MIN(run_after_ms) AS ms FROM job WHERE state = 'queued' AND run_after_ms > $1
        UNION ALL
        SELECT MIN(until_ms) FROM pause WHERE until_ms > $1
        UNION ALL
        SELECT MIN(lease_until_ms) FROM job WHERE state = 'running') t";

impl Store {
    /// Lets every job of an installation wait until `until`; a longer pause is never shortened.
    pub async fn pause_installation(
        &self,
        installation: InstallationId,
        until: Timestamp,
    ) -> Result<(), StoreError> {
        self.database.execute(PAUSE, values![installation, until]).await.map(drop)
    }

    /// Ends an installation's pause, however long it was to be: the next claim wakes it.
    pub async fn wake_installation(&self, installation: InstallationId) -> Result<(), StoreError> {
        self.database.execute(WAKE, values![installation]).await.map(drop)
    }

    /// Removes the queued job of a key; a running one goes on. Tells whether there was one.
    pub async fn cancel(&self, key: &str) -> Result<bool, StoreError> {
        Ok(self.database.execute(CANCEL, values![key]).await? > 0)
    }

    /// Queues a dead job again with all its tries, or lets it melt into the job of its key that
    /// is queued already. Tells whether there was such a dead job.
    pub async fn retry_dead(&self, id: &JobId, now: Timestamp) -> Result<bool, StoreError> {
        contended!(async {
            let mut tx = self.database.begin().await?;
            let Some(mut row) = tx.one::<Row>(TAKE_DEAD, values![id.as_str()]).await? else {
                return Ok(false);
            };
            row.attempts = 0;
            requeue_in(&mut tx, &row, now, now).await?;
            tx.commit().await?;
            Ok(true)
        })
    }

    /// The same for every dead job, or for those of one kind (`check_pull`); tells how many there
    /// were. Each is a transaction of its own: half of them queued again is no harm.
    pub async fn retry_all_dead(
        &self,
        kind: Option<&str>,
        now: Timestamp,
    ) -> Result<u64, StoreError> {
        let mut queued = 0;
        let mut last = String::new();
        loop {
            let ids: Vec<(String,)> = self.database.all(DEAD, values![last.as_str(), kind]).await?;
            let Some((newest,)) = ids.last() else { return Ok(queued) };
            // What dies once more meanwhile keeps its id and is not taken twice.
            last.clone_from(newest);
            for (id,) in ids {
                queued += u64::from(self.retry_dead(&JobId(id), now).await?);
            }
        }
    }

    /// After [`Store::claim`] found nothing: the moment from which it may find something without
    /// a job being queued or settled meanwhile. `None`: never. Not after `now` when a lease has
    /// run out already.
    pub async fn next_due(&self, now: Timestamp) -> Result<Option<Timestamp>, StoreError> {
        let row: Option<(Option<i64>,)> = self.database.one(NEXT_DUE, values![now]).await?;
        Ok(row.and_then(|(ms,)| ms).map(Timestamp))
    }
}
