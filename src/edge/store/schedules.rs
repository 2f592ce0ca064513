//! When is what due that nobody asks for?

use super::Store;
use super::database::values;
use super::error::{StoreError, contended};
use super::jobs::enqueue_in;
use crate::domain::job::Job;
use crate::domain::schedule::AHEAD_MS;
use crate::domain::time::Timestamp;

/// Touches a row only when it is due: of two replicas, one does. Due later than the next time from
/// now, it was fired before the clock went back; `$4` lets another replica's clock be ahead.
const TAKE: &str = "INSERT INTO schedule (name, due_ms) VALUES ($1, $2)
    ON CONFLICT (name) DO UPDATE SET due_ms = excluded.due_ms
    WHERE schedule.due_ms <= $3 OR schedule.due_ms > $4";

const DUE: &str = "SELECT due_ms FROM schedule WHERE name = $1";

impl Store {
    /// When the schedule is due; `None`: it was never fired, so now.
    pub async fn schedule_due(&self, name: &str) -> Result<Option<Timestamp>, StoreError> {
        let row: Option<(i64,)> = self.database.one(DUE, values![name]).await?;
        Ok(row.map(|(ms,)| Timestamp(ms)))
    }

    /// Queues a schedule's jobs and moves it on to `next`, both or neither. False: it is not due,
    /// or another replica was first, and nothing was queued.
    pub async fn fire_schedule(
        &self,
        name: &str,
        jobs: &[Job],
        now: Timestamp,
        next: Timestamp,
    ) -> Result<bool, StoreError> {
        contended!(async {
            let mut tx = self.database.begin().await?;
            let values = values![name, next, now, next.plus_ms(AHEAD_MS)];
            let taken = tx.execute(TAKE, values).await? > 0;
            if taken {
                enqueue_in(&mut tx, jobs, now, now).await?;
            }
            tx.commit().await.map(|()| taken)
        })
    }
}
