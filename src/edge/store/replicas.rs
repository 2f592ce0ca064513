//! How many processes work on this database? Each says now and then that it lives.

use super::Store;
use super::begin::Made;
use super::database::{Database, values};
use super::error::StoreError;
use crate::domain::time::Timestamp;

/// Who has said nothing for so long is gone: three rounds of the calendar.
const LIVES_MS: i64 = 60_000;

const SEEN: &str = "INSERT INTO replica (id, seen_ms) VALUES ($1, $2)
    ON CONFLICT (id) DO UPDATE SET seen_ms = excluded.seen_ms";

/// The second: from before a clock went back. Whoever lives says so again.
const FORGET: &str = "DELETE FROM replica WHERE seen_ms <= $1 OR seen_ms > $2";

const COUNT: &str = "SELECT COUNT(*) FROM replica";

const LEAVE: &str = "DELETE FROM replica WHERE id = $1";

impl Store {
    /// Notes that the process `id` lives, and counts those that do, itself included. An SQLite file
    /// has one, and one that was killed leaves nobody behind there.
    pub async fn note_replica(&self, id: &str, now: Timestamp) -> Result<u32, StoreError> {
        let Database::Postgres { .. } = &self.database else { return Ok(1) };
        self.database.execute_made(Made::Visible, SEEN, values![id, now]).await?;
        let gone = values![now.plus_ms(-LIVES_MS), now.plus_ms(LIVES_MS)];
        self.database.execute_made(Made::Visible, FORGET, gone).await?;
        let row: Option<(i64,)> = self.database.one(COUNT, &[]).await?;
        let count = row.map_or(1, |(count,)| count.max(1));
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// The process `id` ends: its share goes to the others.
    pub async fn leave_replicas(&self, id: &str) -> Result<(), StoreError> {
        self.database.execute_made(Made::Visible, LEAVE, values![id]).await.map(drop)
    }
}
