//! `installation_repositories`: repositories joined or left an installation.

use serde::Deserialize;

use super::installation::RepoRef;
use super::payload::InstallationRef;
use super::{Intent, RepoSeen};

#[derive(Deserialize)]
struct Payload {
    installation: InstallationRef,
    #[serde(default)]
    repositories_added: Vec<RepoRef>,
    #[serde(default)]
    repositories_removed: Vec<RepoRef>,
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Intent>, serde_json::Error> {
    let p: Payload = serde_json::from_slice(body)?;
    Ok(vec![Intent::ReposChanged {
        installation: p.installation.id,
        added: p.repositories_added.into_iter().map(RepoSeen::from).collect(),
        removed: p.repositories_removed.into_iter().map(|r| r.id).collect(),
    }])
}
