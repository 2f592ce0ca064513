//! How many repositories of an installation stand where? Its cards are counted.

use crate::domain::ids::{InstallationId, RepoId};
use crate::domain::scorecard::card::Card;
use crate::domain::scorecard::census::Census;
use crate::edge::store::{ScoredRepo, Store, StoreError};

/// Cards that are read at a time.
const AT_ONCE: usize = 250;

/// Counts every repository that is not archived.
pub async fn census(store: &Store, installation: InstallationId) -> Result<Census, StoreError> {
    let mut census = Census::default();
    each_card(store, installation, |_, card| census.add(card.as_ref())).await?;
    Ok(census)
}

/// Shows every repository that is not archived, by id, with its card; one of another version's shape
/// is as good as none. Few of them are in memory at a time.
pub(super) async fn each_card(
    store: &Store,
    installation: InstallationId,
    mut look: impl FnMut(ScoredRepo, Option<Card>),
) -> Result<(), StoreError> {
    let mut after = RepoId(0);
    loop {
        let page = store.scored_after(installation, after, AT_ONCE as i64).await?;
        let last = page.len() < AT_ONCE;
        for mut repo in page {
            after = repo.id;
            let json = repo.json.take();
            let card = json.and_then(|json| serde_json::from_str(&json).ok());
            look(repo, card);
        }
        if last {
            return Ok(());
        }
    }
}
