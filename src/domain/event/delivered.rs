//! What the events about deliveries of value share: where it happened, and when the repository was
//! made.

use serde::Deserialize;
use serde_json::Value;

use super::payload::{InstallationRef, Repository};
use super::{Intent, RepoSeen};
use crate::domain::metrics::{Sighting, wire};

/// `repository` and `installation` of an event.
#[derive(Deserialize)]
pub(super) struct Where {
    repository: Value,
    installation: Option<InstallationRef>,
}

impl Where {
    /// The intent to note a sighting; nothing where the event is not of an installation.
    pub(super) fn sighted(self, sighting: Sighting) -> Result<Vec<Intent>, serde_json::Error> {
        let Some(installation) = self.installation else { return Ok(Vec::new()) };
        let created = wire::time(&self.repository["created_at"]);
        let repo: Repository = serde_json::from_value(self.repository)?;
        let (installation, repo) = (installation.id, RepoSeen::from(repo));
        Ok(vec![Intent::Sighted { installation, repo, created, sighting: Box::new(sighting) }])
    }

    /// The default branch, when the event tells.
    pub(super) fn default_branch(&self) -> &str {
        self.repository["default_branch"].as_str().unwrap_or_default()
    }
}
