//! Nothing grows for ever: what is older than the settings keep is deleted, a little at a time.

use crate::domain::job::Job;

use super::App;
use super::fate::Fate;

/// Small transactions per table and job.
const BATCHES: u32 = 25;

impl App {
    /// Deletes what is old; when there is more, another job follows, behind everything urgent.
    pub(super) async fn clean_up(&self) -> Result<String, Fate> {
        let now = self.clock.now();
        let cleaned = self.store.clean_up(&self.keep.cutoff(now), BATCHES).await?;
        if cleaned.more {
            self.store.enqueue(&[Job::CleanUp], now).await?;
        }
        let rows: Vec<String> =
            cleaned.rows.iter().map(|(table, rows)| format!("{rows} of {table}")).collect();
        Ok(if rows.is_empty() { "nothing is old".to_owned() } else { rows.join(", ") })
    }
}
