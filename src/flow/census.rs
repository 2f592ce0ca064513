//! How many repositories of an installation stand where? Its cards are counted.

use crate::domain::ids::InstallationId;
use crate::domain::scorecard::card::Card;
use crate::domain::scorecard::census::Census;
use crate::edge::store::{Store, StoreError};

/// Counts every repository that is not archived.
pub async fn census(store: &Store, installation: InstallationId) -> Result<Census, StoreError> {
    let mut census = Census::default();
    for repo in store.scored(installation).await? {
        // A card of another version's shape is as good as none.
        let card: Option<Card> = repo.json.and_then(|json| serde_json::from_str(&json).ok());
        census.add(card.as_ref());
    }
    Ok(census)
}
