//! Which slopes are an organisation's own, and from where could they be fitted?

use crate::domain::ids::{InstallationId, RepoId};
use crate::domain::risk::own::Own;
use crate::domain::time::Timestamp;
use crate::edge::store::Store;
use crate::edge::store::database::values;
use crate::edge::store::error::StoreError;

const KNOWN: &str = "SELECT COUNT(*) FROM risk_slopes WHERE installation = $1 AND quarter = $2";
const LATEST: &str = "SELECT own FROM risk_slopes WHERE installation = $1 AND quarter < $2
    ORDER BY quarter DESC LIMIT 1";
const PUT: &str = "INSERT INTO risk_slopes (installation, quarter, own) VALUES ($1, $2, $3)
    ON CONFLICT (installation, quarter) DO UPDATE SET own = excluded.own";
/// Where nothing was ever taken back, nothing can be learned of what is.
const REVERTING: &str = "SELECT c.repo, COUNT(*) FROM risk_change c JOIN repo r ON r.id = c.repo
    WHERE r.installation = $1 AND c.counts AND c.reverted_ms IS NOT NULL
      AND c.at_ms >= $2 AND c.at_ms < $3
    GROUP BY c.repo ORDER BY COUNT(*) DESC, c.repo LIMIT $4";

impl Store {
    /// Whether own slopes were looked for at the end of a quarter.
    pub async fn risk_slopes_known(
        &self,
        installation: InstallationId,
        quarter: &str,
    ) -> Result<bool, StoreError> {
        let found: Option<(i64,)> =
            self.database.one(KNOWN, values![installation, quarter]).await?;
        Ok(found.is_some_and(|(rows,)| rows > 0))
    }

    /// The slopes that were known before a quarter was; `None` where the model's hold.
    pub async fn risk_slopes_before(
        &self,
        installation: InstallationId,
        quarter: &str,
    ) -> Result<Option<Own>, StoreError> {
        let found: Option<(Option<String>,)> =
            self.database.one(LATEST, values![installation, quarter]).await?;
        let Some((Some(text),)) = found else { return Ok(None) };
        serde_json::from_str(&text).map(Some).map_err(|e| StoreError::corrupt("own slopes", e))
    }

    /// Notes what was found at the end of a quarter.
    pub async fn put_risk_slopes(
        &self,
        installation: InstallationId,
        quarter: &str,
        own: Option<&Own>,
    ) -> Result<(), StoreError> {
        let text = own.map(serde_json::to_string).transpose();
        let text = text.map_err(|e| StoreError::corrupt("own slopes", e))?;
        self.database.execute(PUT, values![installation, quarter, text.as_deref()]).await?;
        Ok(())
    }

    /// Repositories of which something was taken back, those with the most first; and how much.
    pub async fn risk_reverting(
        &self,
        installation: InstallationId,
        from: Timestamp,
        until: Timestamp,
        most: i64,
    ) -> Result<Vec<(RepoId, u64)>, StoreError> {
        let values = values![installation, from, until, most];
        let rows: Vec<(i64, i64)> = self.database.all(REVERTING, values).await?;
        Ok(rows.into_iter().map(|(id, n)| (RepoId(id), n.unsigned_abs())).collect())
    }
}
