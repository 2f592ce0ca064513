//! Which repositories does an installation hold? Asked once it appears; events keep it current.

use crate::domain::ids::InstallationId;
use crate::edge::github::GitHubError;
use crate::edge::store::{InstallationRow, RepoRow};

use super::App;
use super::fate::Fate;

impl App {
    /// Notes the installation's permissions and repositories.
    pub(super) async fn sync_installation(&self, id: InstallationId) -> Result<String, Fate> {
        let info = match self.github.installation_info(id).await {
            Err(GitHubError::NotFound { message }) => {
                self.store.remove_installation(id).await?;
                return Err(Fate::Moot(message));
            }
            other => other?,
        };
        self.store
            .upsert_installation(&InstallationRow {
                id,
                account: Some(info.account.clone()),
                permissions: serde_json::to_string(&info.permissions).unwrap_or_default(),
                events: self.store.installation(id).await?.map_or("[]".to_owned(), |i| i.events),
                suspended: info.suspended,
            })
            .await?;
        if info.suspended {
            return Ok("suspended".to_owned());
        }
        let found = self.github.installation_repositories(id).await?;
        let labels: Vec<_> = found.iter().map(|repo| (repo.id, repo.labels())).collect();
        let rows: Vec<RepoRow> = found
            .into_iter()
            .map(|repo| RepoRow {
                id: repo.id,
                name: repo.full_name,
                default_branch: Some(repo.default_branch),
                archived: Some(repo.archived),
                private: repo.private,
            })
            .collect();
        self.store.upsert_repos(id, &rows).await?;
        for (repo, labels) in labels {
            self.store.note_labels(repo, &labels).await?;
        }
        self.store.expire_organisation_file(id).await?;
        // Whoever installs the App wants to know of the past before the first pull request.
        let kept = rows.iter().filter(|row| row.archived != Some(true));
        let learn = self.histories(id, kept.map(|row| (row.id, row.name.clone()))).await?;
        if !learn.is_empty() {
            self.store.enqueue(&learn, self.clock.now()).await?;
            self.wake.notify_one();
        }
        Ok(format!("{} repositories", rows.len()))
    }
}
