//! The clock went back: what was to be soon would now be late.
//!
//! Times are stored as moments. After a step back by an hour a lease of 90 s would hold for an hour
//! and 90 s, and what was queued a moment ago would wait for an hour. So what lies further ahead than
//! anything of now can is moved to where it would be, had it been stored now.

use super::super::Store;
use super::super::database::values;
use super::super::error::{StoreError, contended};
use crate::domain::budget::LONGEST_WAIT_MS;
use crate::domain::schedule::AHEAD_MS;
use crate::domain::time::Timestamp;

const LEASES: &str = "UPDATE job SET lease_until_ms = $1
    WHERE state = 'running' AND lease_until_ms > $2";

/// They wait as long as they were to wait when they were queued.
const QUEUED: &str =
    "UPDATE job SET run_after_ms = run_after_ms - (created_ms - $1), created_ms = $1
    WHERE state = 'queued' AND created_ms > $2";

/// What waits for another try was queued long ago, and put back while the clock was ahead.
const PUT_BACK: &str = "UPDATE job SET run_after_ms = $1
    WHERE state = 'queued' AND last_error IS NOT NULL AND run_after_ms > $1";

const PAUSES: &str = "UPDATE pause SET until_ms = $1 WHERE until_ms > $1";

impl Store {
    /// Moves what was stored before the clock went back to `now`; tells how many rows that were.
    /// `lease_ms` is how long leases are. Safe to repeat, and changes nothing in ordinary times.
    pub async fn set_back(&self, now: Timestamp, lease_ms: i64) -> Result<u64, StoreError> {
        let lease = now.plus_ms(lease_ms);
        contended!(async {
            let mut tx = self.database.begin().await?;
            let mut moved = tx.execute(LEASES, values![lease, lease.plus_ms(AHEAD_MS)]).await?;
            moved += tx.execute(QUEUED, values![now, now.plus_ms(AHEAD_MS)]).await?;
            let longest = now.plus_ms(LONGEST_WAIT_MS);
            moved += tx.execute(PUT_BACK, values![longest]).await?;
            moved += tx.execute(PAUSES, values![longest]).await?;
            tx.commit().await?;
            Ok(moved)
        })
    }
}
