//! Which blobs have we read before? A content-addressed cache with one shelf per installation.
//!
//! Bytes are stored raw (a BYTEA column, which SQLite keeps as a blob): hexadecimal would double
//! and base64 would add a third to the largest table and to every read.

use std::collections::HashMap;
use std::sync::LazyLock;

use super::Store;
use super::database::{Value, values};
use super::error::{StoreError, contended};
use crate::domain::ids::{InstallationId, Sha};
use crate::domain::time::Timestamp;

/// How many blobs are asked for at once. One number, so that there is one statement to prepare:
/// a shorter list is filled up with its first element.
const BATCH: usize = 64;

static SELECT: LazyLock<String> = LazyLock::new(|| {
    let places: Vec<String> = (2..BATCH + 2).map(|n| format!("${n}")).collect();
    let places = places.join(", ");
    format!("SELECT sha, bytes FROM blob WHERE installation = $1 AND sha IN ({places})")
});

const INSERT: &str = "INSERT INTO blob (installation, sha, stored_ms, bytes)
    VALUES ($1, $2, $3, $4) ON CONFLICT (installation, sha) DO NOTHING";

impl Store {
    /// Those of the blobs that this installation has stored.
    pub async fn blobs(
        &self,
        installation: InstallationId,
        shas: &[Sha],
    ) -> Result<HashMap<Sha, Vec<u8>>, StoreError> {
        let mut found = HashMap::with_capacity(shas.len());
        for batch in shas.chunks(BATCH) {
            let filling = std::iter::repeat_n(&batch[0], BATCH - batch.len());
            let mut values = vec![Value::from(installation)];
            values.extend(batch.iter().chain(filling).map(Value::from));
            let rows: Vec<(String, Vec<u8>)> = self.database.all(SELECT.as_str(), &values).await?;
            for (sha, bytes) in rows {
                let sha = Sha::parse(&sha).map_err(|e| StoreError::corrupt("blob", e))?;
                found.insert(sha, bytes);
            }
        }
        Ok(found)
    }

    /// Stores blobs on this installation's shelf, all or none; known ones stay as they are.
    ///
    /// Fails with [`StoreError::Unknown`] when the installation is not (or no longer) known.
    pub async fn put_blobs(
        &self,
        installation: InstallationId,
        blobs: &[(Sha, Vec<u8>)],
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if blobs.is_empty() {
            return Ok(());
        }
        // One order for everybody: two writers of the same blobs cannot lock each other out.
        let mut blobs: Vec<_> = blobs.iter().collect();
        blobs.sort_by(|a, b| a.0.cmp(&b.0));
        contended!(async {
            let mut tx = self.database.begin().await?;
            for (sha, bytes) in &blobs {
                tx.execute(INSERT, values![installation, sha, now, bytes.as_slice()]).await?;
            }
            tx.commit().await
        })
    }
}
