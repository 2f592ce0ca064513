//! Who else spends GitHub's limits? GitHub counts per installation, every process for itself; so
//! each takes an equal share of what it allows.

use crate::edge::store::StoreError;

use super::App;

impl App {
    /// Says that the process `replica` lives, and plans with its share of GitHub's limits from now
    /// on. Tells how many processes share.
    pub async fn count_replicas(&self, replica: &str) -> Result<u32, StoreError> {
        let alive = self.store.note_replica(replica, self.clock.now()).await?;
        let before = self.github.share_among(alive);
        if before != alive {
            tracing::info!(alive, before, "processes that share GitHub's limits");
        }
        Ok(alive)
    }

    /// The process ends: the others need not wait until it is missed.
    pub async fn leave_replicas(&self, replica: &str) {
        if let Err(error) = self.store.leave_replicas(replica).await {
            tracing::warn!(%error, "the others will miss this process for a minute");
        }
    }
}
