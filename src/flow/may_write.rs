//! What did the owners grant? Asked before a proposal is begun: asking for a token that may do more
//! gives none at all, and who typed a command hears at once what lacks.

use std::collections::BTreeMap;

use crate::domain::ids::InstallationId;
use crate::domain::report::answer::may_not_write;

use super::App;
use super::fate::Fate;

/// What every branch and pull request of ours takes.
const NEEDED: [&str; 2] = ["contents", "pull_requests"];

impl App {
    /// Why nothing can be pushed there, a sentence or two; `None` when the owners let us.
    ///
    /// What the store knows may be old, so GitHub is asked before anybody is refused.
    pub(super) async fn may_not_write(
        &self,
        installation: InstallationId,
    ) -> Result<Option<String>, Fate> {
        if lacking(&self.granted(installation).await?).is_empty() {
            return Ok(None);
        }
        let info = self.github.installation_info(installation).await?;
        let lacking = lacking(&info.permissions);
        if lacking.is_empty() {
            return Ok(None);
        }
        Ok(Some(may_not_write(&info.account, &lacking, info.page.as_deref())))
    }

    /// Whether the owners granted workflows, too.
    pub(super) async fn may_write_workflows(
        &self,
        installation: InstallationId,
    ) -> Result<bool, Fate> {
        let granted = self.granted(installation).await?;
        Ok(granted.get("workflows").is_some_and(|word| word == "write"))
    }

    /// What the owners granted, by GitHub's names.
    pub(super) async fn granted(
        &self,
        installation: InstallationId,
    ) -> Result<BTreeMap<String, String>, Fate> {
        let row = self.store.installation(installation).await?;
        Ok(row.and_then(|row| serde_json::from_str(&row.permissions).ok()).unwrap_or_default())
    }
}

fn lacking(granted: &BTreeMap<String, String>) -> Vec<&'static str> {
    let may = |name: &&str| granted.get(*name).is_some_and(|word| word == "write");
    NEEDED.into_iter().filter(|name| !may(name)).collect()
}
