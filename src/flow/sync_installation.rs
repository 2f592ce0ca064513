//! Which repositories does an installation hold? Asked once it appears, and once a day: events keep
//! it current, but some are lost.

use std::collections::BTreeSet;

use crate::domain::ids::{InstallationId, RepoId};
use crate::domain::time::Timestamp;
use crate::edge::github::{GitHubError, Listing, TokenScope};
use crate::edge::store::{InstallationRow, RepoRow, StoreError};

use super::App;
use super::fate::Fate;

/// A listing of that age is done again before a sweep.
const FRESH_MS: i64 = 24 * 60 * 60 * 1000;
/// Repositories that are asked for one by one because a listing lacks them; two calls each. Of more
/// the others have their turn at the next listing.
const MOST_MISSING: usize = 500;

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
        // Whoever joins from here on need not be on a page that was read before.
        let before = self.store.repos(id).await?;
        let now = self.clock.now();
        let Listing { repositories: found, whole } =
            self.github.installation_repositories(id).await?;
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
        let mut gone = 0;
        // Of an empty listing nothing is believed: who has no repositories has nothing to keep tidy.
        if whole && !rows.is_empty() {
            gone = self.remove_missing(id, &before, &rows).await?;
            self.store.note_listed(id, now).await?;
        }
        self.store.expire_organisation_file(id).await?;
        // Whoever installs the App wants to know of the past before the first pull request.
        let kept = rows.iter().filter(|row| row.archived != Some(true));
        let learn = self.histories(id, kept.map(|row| (row.id, row.name.clone()))).await?;
        if !learn.is_empty() {
            self.store.enqueue(&learn, self.clock.now()).await?;
            self.wake.notify_one();
        }
        Ok(match gone {
            0 => format!("{} repositories", rows.len()),
            n => format!("{} repositories, {n} left", rows.len()),
        })
    }

    /// Whether repositories shall be listed before they are swept: the last listing is old, or
    /// GitHub counts others than we do. The count is one call, the listing one for each hundred.
    pub async fn listing_is_due(&self, id: InstallationId) -> Result<bool, StoreError> {
        let old = |listed: Timestamp| self.clock.now() >= listed.plus_ms(FRESH_MS);
        if self.store.listed(id).await?.is_none_or(old) {
            return Ok(true);
        }
        let known = usize::try_from(self.store.count_repos(id).await?).ok();
        let counted = self.github.count_installation_repositories(id).await;
        // What stands in the way is met, and told, by the listing.
        Ok(counted.ok().flatten() != known)
    }

    /// Repositories that were known before a listing and are not in it leave with all that is kept
    /// of them. Each is asked for first: one that joins while another leaves moves the pages, so that
    /// a third, which stays, can be on none of them.
    async fn remove_missing(
        &self,
        id: InstallationId,
        before: &[RepoRow],
        listed: &[RepoRow],
    ) -> Result<usize, Fate> {
        let listed: BTreeSet<RepoId> = listed.iter().map(|row| row.id).collect();
        let missing = before.iter().filter(|row| !listed.contains(&row.id));
        let mut gone = 0;
        for row in missing.take(MOST_MISSING) {
            // A token for it is refused once it has left, also where everybody may read it.
            let github = self.github.installation(id, TokenScope::of(row.id));
            match github.repository_by_id(row.id).await {
                Ok(_) => continue,
                Err(GitHubError::NotFound { .. }) => {}
                Err(error) => return Err(error.into()),
            }
            tracing::info!(repository = %row.name, "left the installation, and no event said so");
            self.store.remove_repos(id, &[row.id]).await?;
            gone += 1;
        }
        Ok(gone)
    }
}
