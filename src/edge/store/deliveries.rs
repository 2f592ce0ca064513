//! What did GitHub send us? The inbox: a delivery is durable before it is acknowledged.

use super::Store;
use super::database::values;
use super::error::{StoreError, contended};
use super::jobs::enqueue_in;
use crate::domain::job::{Delivery, Job};
use crate::domain::time::Timestamp;

/// What became of a delivery that was handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Accepted {
    /// It is stored, and its plan job is queued.
    New,
    /// Its GUID is known; nothing was changed.
    Repeat,
}

const INSERT: &str = "INSERT INTO delivery (guid, event, received_ms, body)
    VALUES ($1, $2, $3, $4) ON CONFLICT (guid) DO NOTHING";
const SELECT: &str = "SELECT guid, event, received_ms, body FROM delivery WHERE guid = $1";
const MARK_PLANNED: &str = "UPDATE delivery SET outcome = $2 WHERE guid = $1";
const OUTCOME: &str = "SELECT outcome FROM delivery WHERE guid = $1";

#[derive(sqlx::FromRow)]
struct Row {
    guid: String,
    event: String,
    received_ms: i64,
    body: Vec<u8>,
}

impl Store {
    /// Stores a delivery and its plan job, both or none; durable when this returns.
    pub async fn accept(&self, delivery: &Delivery) -> Result<Accepted, StoreError> {
        contended!(async {
            let mut tx = self.database.begin().await?;
            let values = values![
                delivery.guid.as_str(),
                delivery.event.as_str(),
                delivery.received,
                delivery.body.as_slice(),
            ];
            if tx.execute(INSERT, values).await? == 0 {
                return Ok(Accepted::Repeat);
            }
            let plan = Job::Plan { delivery: delivery.guid.clone() };
            enqueue_in(&mut tx, &[plan], delivery.received, delivery.received).await?;
            tx.commit().await?;
            Ok(Accepted::New)
        })
    }

    /// A delivery as received.
    pub async fn delivery(&self, guid: &str) -> Result<Option<Delivery>, StoreError> {
        let row: Option<Row> = self.database.one(SELECT, values![guid]).await?;
        Ok(row.map(|row| Delivery {
            guid: row.guid,
            event: row.event,
            received: Timestamp(row.received_ms),
            body: row.body,
        }))
    }

    /// Notes in words what came of a delivery: `check_pull acme/api#3`, `ignored: no reader`.
    /// [`Store::plan_done`] does so too.
    pub async fn mark_planned(&self, guid: &str, outcome: &str) -> Result<(), StoreError> {
        self.database.execute(MARK_PLANNED, values![guid, outcome]).await.map(drop)
    }

    /// What came of a delivery; `None` when it is unknown or not planned yet.
    pub async fn delivery_outcome(&self, guid: &str) -> Result<Option<String>, StoreError> {
        let row: Option<(Option<String>,)> = self.database.one(OUTCOME, values![guid]).await?;
        Ok(row.and_then(|(outcome,)| outcome))
    }
}
