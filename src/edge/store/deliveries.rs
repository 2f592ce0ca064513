//! What did GitHub send us? The inbox, as it is read; `intake` writes it.

use std::collections::HashSet;
use std::sync::LazyLock;

use super::Store;
use super::database::{Value, values};
use super::error::StoreError;
use super::turns::{LARGE, Turn};
use crate::domain::job::{Delivery, Job};
use crate::domain::time::Timestamp;

/// As many as GitHub lists on a page, so that there is one statement to prepare.
const BATCH: usize = 100;

static KNOWN: LazyLock<String> = LazyLock::new(|| {
    let places: Vec<String> = (1..=BATCH).map(|n| format!("${n}")).collect();
    format!("SELECT guid FROM delivery WHERE guid IN ({})", places.join(", "))
});

const SELECT: &str = "SELECT guid, event, received_ms, body FROM delivery WHERE guid = $1";
/// Without the body of a large one.
const SELECT_SMALL: &str = "SELECT guid, event, received_ms,
    CASE WHEN LENGTH(body) < $2 THEN body END AS body, CAST(LENGTH(body) AS BIGINT) AS bytes
    FROM delivery WHERE guid = $1";
const MARK_PLANNED: &str = "UPDATE delivery SET outcome = $2 WHERE guid = $1";
const OUTCOME: &str = "SELECT outcome FROM delivery WHERE guid = $1";

const SINCE: &str = "SELECT guid, event, received_ms, outcome FROM delivery
    WHERE received_ms >= $1 ORDER BY received_ms, guid LIMIT $2";

/// One line of the inbox.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Received {
    /// GitHub's GUID.
    pub guid: String,
    /// The event's name.
    pub event: String,
    /// Milliseconds since 1970.
    pub received_ms: i64,
    /// What came of it, in words; `None`: it was not read yet.
    pub outcome: Option<String>,
}

#[derive(sqlx::FromRow)]
struct Row {
    guid: String,
    event: String,
    received_ms: i64,
    body: Vec<u8>,
}

#[derive(sqlx::FromRow)]
struct Weighed {
    guid: String,
    event: String,
    received_ms: i64,
    body: Option<Vec<u8>>,
    bytes: i64,
}

impl Store {
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

    /// The same, to be read at once and dropped together with the turn: large ones wait for theirs
    /// before they are fetched.
    pub async fn delivery_in_turn(
        &self,
        guid: &str,
    ) -> Result<Option<(Delivery, Turn)>, StoreError> {
        let small: Option<Weighed> =
            self.database.one(SELECT_SMALL, values![guid, LARGE as i64]).await?;
        let Some(Weighed { guid, event, received_ms, body, bytes }) = small else {
            return Ok(None);
        };
        let turn = self.turns.wait(usize::try_from(bytes).unwrap_or(usize::MAX)).await;
        let Some(body) = body else {
            return Ok(self.delivery(&guid).await?.map(|delivery| (delivery, turn)));
        };
        let received = Timestamp(received_ms);
        Ok(Some((Delivery { guid, event, received, body }, turn)))
    }

    /// Those of the GUIDs that are in the inbox.
    pub async fn known_deliveries(&self, guids: &[&str]) -> Result<HashSet<String>, StoreError> {
        let mut known = HashSet::new();
        for batch in guids.chunks(BATCH) {
            let filling = std::iter::repeat_n(&batch[0], BATCH - batch.len());
            let values: Vec<Value<'_>> =
                batch.iter().chain(filling).map(|guid| Value::from(*guid)).collect();
            let rows: Vec<(String,)> = self.database.all(KNOWN.as_str(), &values).await?;
            known.extend(rows.into_iter().map(|(guid,)| guid));
        }
        Ok(known)
    }

    /// Deliveries that came in since a moment, oldest first, without their bodies: GUID, event,
    /// moment, and what came of each.
    pub async fn deliveries_since(
        &self,
        since: Timestamp,
        limit: i64,
    ) -> Result<Vec<Received>, StoreError> {
        self.database.all(SINCE, values![since, limit]).await
    }

    /// Queues the reading of stored deliveries once more; tells how many of them there are.
    pub async fn plan_again(&self, guids: &[String], now: Timestamp) -> Result<usize, StoreError> {
        let known: Vec<&str> = guids.iter().map(String::as_str).collect();
        let known = self.known_deliveries(&known).await?;
        let plans: Vec<Job> = guids
            .iter()
            .filter(|g| known.contains(*g))
            .map(|g| Job::Plan { delivery: g.clone() })
            .collect();
        self.enqueue(&plans, now).await?;
        Ok(plans.len())
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
