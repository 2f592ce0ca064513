//! What was so when an installation's scorecard was last written?

use super::Store;
use super::database::values;
use super::error::StoreError;
use super::packed::{pack, unpack};
use crate::domain::ids::InstallationId;

const UPSERT: &str = "INSERT INTO scorecard_told (installation, packed) VALUES ($1, $2)
    ON CONFLICT (installation) DO UPDATE SET packed = excluded.packed";

const SELECT: &str = "SELECT packed FROM scorecard_told WHERE installation = $1";

impl Store {
    /// Notes it, in the caller's shape; what was noted before is forgotten.
    ///
    /// Fails with [`StoreError::Unknown`] when the installation is not (or no longer) known.
    pub async fn put_scorecard_told(
        &self,
        installation: InstallationId,
        json: &str,
    ) -> Result<(), StoreError> {
        let packed = pack(json);
        self.database.execute(UPSERT, values![installation, packed.as_slice()]).await.map(drop)
    }

    /// What was noted; `None`: nothing yet.
    pub async fn scorecard_told(
        &self,
        installation: InstallationId,
    ) -> Result<Option<String>, StoreError> {
        let row: Option<(Vec<u8>,)> = self.database.one(SELECT, values![installation]).await?;
        row.map(|(packed,)| unpack(&packed))
            .transpose()
            .map_err(|e| StoreError::corrupt(format!("what was told of {installation}"), e))
    }
}
