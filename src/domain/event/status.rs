//! `status`: somebody says something of a commit. Only coverage services are listened to.

use serde::Deserialize;

use super::Intent;
use super::payload::{InstallationRef, Repository};
use crate::domain::ids::Sha;
use crate::domain::risk::coverage::{clipped, is_coverage};

#[derive(Deserialize)]
struct Payload {
    sha: Sha,
    context: String,
    state: String,
    description: Option<String>,
    repository: Repository,
    installation: Option<InstallationRef>,
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Intent>, serde_json::Error> {
    let p: Payload = serde_json::from_slice(body)?;
    let Some(installation) = p.installation else { return Ok(Vec::new()) };
    // A result, not that there will be one.
    if !is_coverage(&p.context) || p.state == "pending" {
        return Ok(Vec::new());
    }
    Ok(vec![Intent::Covered {
        installation: installation.id,
        repo: p.repository.into(),
        sha: p.sha,
        context: p.context,
        state: p.state,
        said: clipped(&p.description.unwrap_or_default()),
    }])
}
