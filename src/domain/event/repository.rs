//! `repository`: renamed, transferred, archived, default branch changed, deleted.

use serde::Deserialize;

use super::payload::{InstallationRef, Repository};
use super::{Intent, RepoSeen};

#[derive(Deserialize)]
struct Payload {
    action: String,
    repository: Repository,
    installation: Option<InstallationRef>,
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Intent>, serde_json::Error> {
    let p: Payload = serde_json::from_slice(body)?;
    let Some(installation) = p.installation else { return Ok(Vec::new()) };
    let installation = installation.id;
    let repo = RepoSeen::from(p.repository);
    Ok(vec![if p.action == "deleted" {
        Intent::ReposChanged { installation, added: Vec::new(), removed: vec![repo.id] }
    } else {
        Intent::RepoChanged { installation, repo }
    }])
}
