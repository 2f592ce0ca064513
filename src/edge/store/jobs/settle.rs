//! How does a claimed job end? Done, tried again, given up, or handed back.
//!
//! Every method here is fenced: it tells `false` and changes nothing when the lease had run out
//! and the job is somebody else's by now.

use super::super::Store;
use super::super::begin::Made;
use super::super::database::{Tx, values};
use super::super::error::{StoreError, contended};
use super::enqueue::{enqueue_for, requeue_in};
use super::{Claimed, Row, row_columns, shortened};
use crate::domain::job::Job;
use crate::domain::time::Timestamp;

const EXTEND: &str = "UPDATE job SET lease_until_ms = $3
    WHERE id = $1 AND lease = $2 AND state = 'running'";

const REMOVE: &str = "DELETE FROM job WHERE id = $1 AND lease = $2 AND state = 'running'";

const TAKE_BACK: &str = concat!(
    "DELETE FROM job WHERE id = $1 AND lease = $2 AND state = 'running' RETURNING ",
    row_columns!()
);

const BURY: &str = "UPDATE job SET state = 'dead', lease = NULL, lease_until_ms = NULL, vt = 0,
    last_error = $3 WHERE id = $1 AND lease = $2 AND state = 'running'";

const MARK_PLANNED: &str = "UPDATE delivery SET outcome = $2 WHERE guid = $1";

impl Store {
    /// Keeps a job until `lease_until`; `claimed` is told when it is still ours.
    pub async fn extend_lease(
        &self,
        claimed: &mut Claimed,
        lease_until: Timestamp,
    ) -> Result<bool, StoreError> {
        let values = values![claimed.id.as_str(), claimed.lease.as_str(), lease_until];
        let held = self.database.execute_made(Made::Visible, EXTEND, values).await? == 1;
        if held {
            claimed.lease_until = lease_until;
        }
        Ok(held)
    }

    /// The job is done: its row goes.
    pub async fn complete(&self, claimed: &Claimed) -> Result<bool, StoreError> {
        let values = values![claimed.id.as_str(), claimed.lease.as_str()];
        Ok(self.database.execute_made(Made::Visible, REMOVE, values).await? == 1)
    }

    /// The plan job is done: its row goes, the jobs that follow from it are queued, and its
    /// delivery is marked with `outcome`, all or nothing.
    pub async fn plan_done(
        &self,
        claimed: &Claimed,
        jobs: &[Job],
        outcome: &str,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        contended!(async {
            let mut tx = self.database.begin_made(Made::Visible).await?;
            let values = values![claimed.id.as_str(), claimed.lease.as_str()];
            if tx.execute(REMOVE, values).await? == 0 {
                return Ok(false);
            }
            enqueue_for(&mut tx, jobs, (claimed.cause.as_ref(), None), now, now).await?;
            if let Job::Plan { delivery } = &claimed.job {
                tx.execute(MARK_PLANNED, values![delivery.as_str(), outcome]).await?;
            }
            tx.commit().await?;
            Ok(true)
        })
    }

    /// The try failed: the job waits until `not_before`, unless a newer one of its key is queued
    /// already, which then takes its place (and its wish for a fresh run). The tries are not
    /// limited here: ask [`Claimed::is_final`] and [`Store::bury`] it.
    pub async fn retry(
        &self,
        claimed: &Claimed,
        error: &str,
        not_before: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let error = shortened(error);
        contended!(self.put_back(claimed, not_before, now, |row| {
            row.last_error = Some(error.clone());
        }))
    }

    /// Hands the job back as if it had never been claimed: this try does not count. For a
    /// graceful end of the process, and for an installation that was just paused.
    pub async fn release(&self, claimed: &Claimed, now: Timestamp) -> Result<bool, StoreError> {
        contended!(self.put_back(claimed, now, now, |row| row.attempts -= 1))
    }

    /// Hands the job back as [`Store::release`] does, to be run at `not_before` or later: somebody
    /// asked for patience, which is not the job's fault.
    pub async fn postpone(
        &self,
        claimed: &Claimed,
        reason: &str,
        not_before: Timestamp,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let reason = shortened(reason);
        contended!(self.put_back(claimed, not_before, now, |row| {
            row.attempts -= 1;
            row.last_error = Some(reason.clone());
        }))
    }

    /// The job is given up: it stays as a dead letter with `error`, until somebody retries it.
    pub async fn bury(&self, claimed: &Claimed, error: &str) -> Result<bool, StoreError> {
        let error = shortened(error);
        let values = values![claimed.id.as_str(), claimed.lease.as_str(), error.as_str()];
        Ok(self.database.execute(BURY, values).await? == 1)
    }

    async fn put_back(
        &self,
        claimed: &Claimed,
        run_after: Timestamp,
        now: Timestamp,
        change: impl Fn(&mut Row),
    ) -> Result<bool, StoreError> {
        let mut tx: Tx = self.database.begin().await?;
        let values = values![claimed.id.as_str(), claimed.lease.as_str()];
        let Some(mut row) = tx.one::<Row>(TAKE_BACK, values).await? else {
            return Ok(false);
        };
        change(&mut row);
        requeue_in(&mut tx, &row, run_after, now).await?;
        tx.commit().await?;
        Ok(true)
    }
}
