//! Is there work? Replicas on one PostgreSQL tell each other, so that nobody waits for the next
//! look at the queue. A call may get lost; looking remains.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use sqlx::postgres::PgListener;

use super::Store;
use super::database::Database;
use super::error::StoreError;

const CHANNEL: &str = "waymark_work";

/// Calls are gathered for so long: PostgreSQL lets one commit with a notification through at a
/// time, and a hundred calls a second say no more than one.
const GATHER: Duration = Duration::from_millis(10);

/// Hears the calls of every replica, its own too.
pub struct Bell(PgListener);

/// Whether a call is about to be made.
#[derive(Debug, Default)]
pub(super) struct Ringing(AtomicBool);

impl Store {
    /// Calls the other replicas, soon, without waiting. On SQLite there are none.
    pub fn ring(&self) {
        let Database::Postgres { pool, .. } = &self.database else { return };
        if self.ringing.0.swap(true, Ordering::SeqCst) {
            // That call is still to come, and what it calls for is stored.
            return;
        }
        let (pool, ringing) = (pool.clone(), self.ringing.clone());
        tokio::spawn(async move {
            tokio::time::sleep(GATHER).await;
            ringing.0.store(false, Ordering::SeqCst);
            let call = sqlx::query("SELECT pg_notify($1, '')").bind(CHANNEL);
            if let Err(error) = call.execute(&pool).await {
                tracing::debug!(%error, "the other replicas were not called");
            }
        });
    }

    /// Begins to hear calls; `None` on SQLite. It takes one connection of its own.
    pub async fn listen(&self) -> Result<Option<Bell>, StoreError> {
        let Database::Postgres { pool, .. } = &self.database else { return Ok(None) };
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen(CHANNEL).await?;
        Ok(Some(Bell(listener)))
    }
}

impl Bell {
    /// Returns when there may be work: somebody called, or the connection was renewed, when calls
    /// may have been missed.
    pub async fn rung(&mut self) -> Result<(), StoreError> {
        self.0.try_recv().await.map(drop).map_err(StoreError::from)
    }
}
