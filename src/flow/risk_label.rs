//! A pull request whose risk is raised carries a label, where the organisation wants one. Only what we
//! put on is taken off, and nothing is written where nothing changed: who takes it off by hand is not
//! contradicted until the word changes again.

use crate::domain::ids::{InstallationId, RepoId, RepoName};
use crate::domain::risk::assess::Band;
use crate::domain::risk::report::RiskReport;
use crate::edge::github::{Access, GitHubError, Label, Permission, TokenScope};

use super::App;
use super::fate::Fate;
use super::sighted::last_good;

/// The one label.
const LABEL: Label = Label {
    name: "risk: raised",
    color: "d4a72c",
    description: "Reverted more often than is usual here; most such changes are fine",
};

impl App {
    /// Puts the label on or takes it off when that is due; tells what was done, if anything.
    pub(super) async fn label_risk(
        &self,
        installation: InstallationId,
        (repo, name): (RepoId, &RepoName),
        number: i64,
        report: &RiskReport,
    ) -> Result<Option<&'static str>, Fate> {
        let raised = report.assessment.as_ref().is_some_and(|a| a.band == Band::Raised);
        let is_on = self.store.risk_labelled(repo, number).await?;
        if !raised && !is_on {
            return Ok(None);
        }
        let wanted = raised && last_good(&self.store, installation).await?.risk.label;
        if wanted == is_on {
            return Ok(None);
        }
        let granted = self.granted(installation).await?;
        if granted.get("issues").map(String::as_str) != Some("write") {
            return Ok(Some("no label: the App has not been granted `issues: write`"));
        }
        let scope = TokenScope::of(repo).with(Permission::Issues, Access::Write);
        let github = self.github.installation(installation, scope);
        let done = match wanted {
            true => github.add_label(name, number, &LABEL).await,
            false => github.remove_label(name, number, &LABEL).await,
        };
        match done {
            Ok(()) => {
                self.store.note_risk_label(repo, number, wanted).await?;
                Ok(Some(if wanted { "labelled" } else { "label taken off" }))
            }
            // A label is not worth a second try of the whole check.
            Err(GitHubError::Forbidden { .. } | GitHubError::NotFound { .. }) => {
                Ok(Some("no label: GitHub refuses it"))
            }
            Err(error) => Err(error.into()),
        }
    }
}
