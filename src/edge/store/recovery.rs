//! How far has GitHub's list of deliveries been compared with the inbox?

use super::Store;
use super::database::values;
use super::error::StoreError;
use crate::domain::time::Timestamp;

/// Where the comparison stands.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Recovery {
    /// Everything before it is compared; `None`: nothing ever was.
    pub through: Option<Timestamp>,
    /// When the comparison under way began; `None`: none is under way.
    pub top: Option<Timestamp>,
    /// The page that it goes on with; `None`: the first.
    pub cursor: Option<String>,
}

const SELECT: &str = "SELECT through_ms, top_ms, cursor FROM recovery WHERE id = 1";

const PUT: &str = "INSERT INTO recovery (id, through_ms, top_ms, cursor) VALUES (1, $1, $2, $3)
    ON CONFLICT (id) DO UPDATE SET through_ms = excluded.through_ms, top_ms = excluded.top_ms,
        cursor = excluded.cursor";

impl Store {
    /// Where the comparison stands.
    pub async fn recovery(&self) -> Result<Recovery, StoreError> {
        let row: Option<(Option<i64>, Option<i64>, Option<String>)> =
            self.database.one(SELECT, &[]).await?;
        let (through, top, cursor) = row.unwrap_or_default();
        Ok(Recovery { through: through.map(Timestamp), top: top.map(Timestamp), cursor })
    }

    /// Notes it.
    pub async fn put_recovery(&self, state: &Recovery) -> Result<(), StoreError> {
        let ms = |at: Option<Timestamp>| at.map(|at| at.0);
        let values = values![ms(state.through), ms(state.top), state.cursor.as_deref()];
        self.database.execute(PUT, values).await.map(drop)
    }
}
