//! Which files did a change touch, and which changes brought a file to its path?

use std::collections::BTreeMap;
use std::sync::LazyLock;

use super::{BATCH, filled, mark, places};
use crate::domain::ids::RepoId;
use crate::domain::risk::lineage::{Touch, Touches};
use crate::domain::risk::past::Earlier;
use crate::domain::risk::people::Person;
use crate::domain::time::Timestamp;
use crate::edge::store::Store;
use crate::edge::store::database::Value;
use crate::edge::store::error::StoreError;

/// A file that a change touched; paths as digests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RiskTouch {
    /// Where it lies.
    pub path: i64,
    /// Where it lay before, when it was renamed.
    pub was: Option<i64>,
}

impl RiskTouch {
    /// Of a path, and the path before.
    pub fn of(path: &str, was: Option<&str>) -> Self {
        Self { path: mark(path), was: was.map(mark) }
    }
}

pub(super) const INSERT: &str =
    "INSERT INTO risk_touch (repo, change, path, was, at_ms, author, repair)
    VALUES ($1, $2, $3, $4, $5, $6, $7)
    ON CONFLICT (repo, change, path) DO UPDATE SET was = excluded.was, at_ms = excluded.at_ms,
        author = excluded.author, repair = excluded.repair";

pub(super) static RENAMES: LazyLock<String> = LazyLock::new(|| {
    format!(
        "SELECT path, at_ms, change, author, was FROM risk_touch
         WHERE repo = $1 AND was IS NOT NULL AND at_ms < $2 AND path IN ({})",
        places(3)
    )
});

/// Path, time, change, author, path before.
type Row = (i64, i64, i64, Option<i64>, Option<i64>);

impl Store {
    /// Loads every touch before `now` that brought a file to one of these paths.
    pub async fn load_risk_renames(
        &self,
        repo: RepoId,
        paths: &[i64],
        now: Timestamp,
        into: &mut Touches<i64>,
    ) -> Result<(), StoreError> {
        for batch in paths.chunks(BATCH) {
            let mut values = vec![Value::from(repo), Value::from(now)];
            values.extend(filled(batch).map(|path| Value::from(*path)));
            let rows: Vec<Row> = self.database.all(RENAMES.as_str(), &values).await?;
            let mut found: BTreeMap<i64, Vec<Touch<i64>>> =
                batch.iter().map(|path| (*path, Vec::new())).collect();
            for (path, at, change, author, was) in rows {
                let (at, author) = (Timestamp(at), author.map(Person));
                let earlier = Earlier { change, at, author, reverted: None, repair: None };
                found.entry(path).or_default().push(Touch { earlier, was });
            }
            for (path, touches) in found {
                into.load(&path, touches);
            }
        }
        Ok(())
    }
}
