//! What is new since an installation's scorecard was last written?

use crate::domain::ids::InstallationId;
use crate::domain::scorecard::told::{Changes, Told};

use super::App;
use super::fate::Fate;

impl App {
    /// What is different from what was so at its last writing. Nothing where none is remembered, or
    /// where another version remembered it in another shape.
    pub(super) async fn changes(&self, id: InstallationId, now: &Told) -> Result<Changes, Fate> {
        let json = self.store.scorecard_told(id).await?;
        let then = json.and_then(|json| serde_json::from_str::<Told>(&json).ok());
        Ok(then.map(|then| now.since(&then)).unwrap_or_default())
    }

    /// Remembers what was so when it was written.
    pub(super) async fn remember_told(&self, id: InstallationId, now: &Told) -> Result<(), Fate> {
        let json = serde_json::to_string(now).map_err(|e| Fate::Hopeless(e.to_string()))?;
        Ok(self.store.put_scorecard_told(id, &json).await?)
    }
}
