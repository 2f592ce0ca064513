//! How far was a campaign on each day?

use super::Store;
use super::database::values;
use super::error::StoreError;
use crate::domain::ids::InstallationId;

const UPSERT: &str = "INSERT INTO campaign_day (installation, name, day, json)
    VALUES ($1, $2, $3, $4)
    ON CONFLICT (installation, name, day) DO UPDATE SET json = excluded.json";

const SELECT: &str = "SELECT day, json FROM campaign_day
    WHERE installation = $1 AND name = $2 ORDER BY day";

impl Store {
    /// Notes how far a campaign is on a day (`2026-11-21`); the last word of a day counts.
    ///
    /// Fails with [`StoreError::Unknown`] when the installation is not (or no longer) known.
    pub async fn put_campaign_day(
        &self,
        installation: InstallationId,
        name: &str,
        day: &str,
        json: &str,
    ) -> Result<(), StoreError> {
        let values = values![installation, name, day, json];
        self.database.execute(UPSERT, values).await.map(drop)
    }

    /// Day and state, oldest first.
    pub async fn campaign_days(
        &self,
        installation: InstallationId,
        name: &str,
    ) -> Result<Vec<(String, String)>, StoreError> {
        self.database.all(SELECT, values![installation, name]).await
    }
}
