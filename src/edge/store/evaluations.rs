//! Which evaluations have we done before? A cache keyed by (tree, library, configuration).

use super::Store;
use super::begin::Made;
use super::database::values;
use super::error::{StoreError, contended};
use super::packed::{pack, unpack};
use crate::domain::ids::RepoId;
use crate::domain::time::Timestamp;

/// Shorter texts, such as names of other rows, are stored as they are.
const WORTH_PACKING: usize = 512;

const SELECT: &str = "SELECT json, packed FROM evaluation WHERE repo = $1 AND key = $2";

const UPSERT: &str = "INSERT INTO evaluation (repo, key, stored_ms, json, packed)
    VALUES ($1, $2, $3, $4, $5)
    ON CONFLICT (repo, key) DO UPDATE SET stored_ms = excluded.stored_ms, json = excluded.json,
        packed = excluded.packed";

/// Begins the key of an evaluation in which something broke.
pub const BROKEN: &str = "broken ";

const FORGET_BROKEN: &str = "DELETE FROM evaluation WHERE repo = $1 AND key LIKE $2";

impl Store {
    /// The evaluation stored under `key` (a digest that the caller makes), as JSON.
    pub async fn evaluation(&self, repo: RepoId, key: &str) -> Result<Option<String>, StoreError> {
        let row: Option<(String, Option<Vec<u8>>)> =
            self.database.one(SELECT, values![repo, key]).await?;
        row.map(|(json, packed)| match packed {
            Some(packed) => unpack(&packed)
                .map_err(|e| StoreError::corrupt(format!("evaluation of repository {repo}"), e)),
            None => Ok(json),
        })
        .transpose()
    }

    /// Stores an evaluation; one under the same key is replaced.
    ///
    /// Fails with [`StoreError::Unknown`] when the repository is not (or no longer) known.
    pub async fn put_evaluation(
        &self,
        repo: RepoId,
        key: &str,
        json: &str,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        self.put_evaluations(repo, &[(key.to_owned(), json)], now).await
    }

    /// Stores what belongs together, all or nothing: one wait for the disk instead of many.
    ///
    /// Fails with [`StoreError::Unknown`] when the repository is not (or no longer) known.
    pub async fn put_evaluations(
        &self,
        repo: RepoId,
        rows: &[(String, &str)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let pack = |json: &str| (json.len() > WORTH_PACKING).then(|| pack(json));
        let packed: Vec<_> = rows.iter().map(|(key, json)| (key, *json, pack(json))).collect();
        contended!(async {
            let mut tx = self.database.begin_made(Made::Visible).await?;
            for (key, json, packed) in &packed {
                let plain = if packed.is_some() { "" } else { json };
                let values = values![repo, key.as_str(), now, plain, packed.as_deref()];
                tx.execute(UPSERT, values).await?;
            }
            tx.commit().await
        })
    }

    /// Forgets evaluations under keys that begin with [`BROKEN`].
    pub async fn forget_broken_evaluations(&self, repo: RepoId) -> Result<(), StoreError> {
        let pattern = format!("{BROKEN}%");
        self.database.execute(FORGET_BROKEN, values![repo, pattern.as_str()]).await.map(drop)
    }
}
