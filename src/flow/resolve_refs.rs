//! Which commit is behind a tag of somebody's action?

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::ids::{RepoName, Sha};
use crate::edge::github::{GitHubError, Installation};

use super::fate::Fate;

/// Tags that are looked up for one command; a call or two each.
const MAX_LOOKED_UP: usize = 60;

/// `owner/repository@ref` → its commit; `None`: there is none, or it is out of reach. What is left
/// out was not looked up.
pub(super) async fn resolve(
    github: &Installation,
    wanted: &BTreeSet<String>,
) -> Result<BTreeMap<String, Option<Sha>>, Fate> {
    let mut found = BTreeMap::new();
    for key in wanted.iter().take(MAX_LOOKED_UP) {
        let sha = match key.split_once('@') {
            Some((name, tag)) => look_up(github, name, tag).await?,
            None => None,
        };
        found.insert(key.clone(), sha);
    }
    Ok(found)
}

/// A tag wins over a branch of the same name, as where the action is run.
async fn look_up(github: &Installation, name: &str, tag: &str) -> Result<Option<Sha>, Fate> {
    let Ok(name) = RepoName::parse(name) else { return Ok(None) };
    for kind in ["tags", "heads"] {
        match github.commit(&name, &format!("{kind}/{tag}")).await {
            Ok(commit) => return Ok(Some(commit.sha)),
            // Private repositories of others, and organisations that keep Apps out.
            Err(
                GitHubError::NotFound { .. }
                | GitHubError::Forbidden { .. }
                | GitHubError::Rejected { .. },
            ) => {}
            Err(other) => return Err(other.into()),
        }
    }
    Ok(None)
}
