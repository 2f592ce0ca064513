//! `merge_group`: a merge queue asks for a verdict (`checks_requested`) or gave up (`destroyed`,
//! which needs nothing: a verdict on a commit that nobody waits for does no harm).

use serde::Deserialize;

use super::Intent;
use super::payload::{InstallationRef, Repository};
use crate::domain::ids::Sha;

#[derive(Deserialize)]
struct Payload {
    action: String,
    merge_group: Group,
    repository: Option<Repository>,
    installation: Option<InstallationRef>,
}

#[derive(Deserialize)]
struct Group {
    head_sha: Sha,
    head_ref: String,
    base_sha: Sha,
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Intent>, serde_json::Error> {
    let p: Payload = serde_json::from_slice(body)?;
    let (Some(installation), Some(repo)) = (p.installation, p.repository) else {
        return Ok(Vec::new());
    };
    if p.action != "checks_requested" {
        return Ok(Vec::new());
    }
    Ok(vec![Intent::MergeGroup {
        installation: installation.id,
        repo: repo.into(),
        head_ref: p.merge_group.head_ref,
        head_sha: p.merge_group.head_sha,
        base_sha: p.merge_group.base_sha,
    }])
}
