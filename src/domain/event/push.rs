//! `push`: a branch or tag moved, appeared or vanished.

use serde::Deserialize;

use super::Intent;
use super::payload::{InstallationRef, Repository, branch_of};
use crate::domain::ids::Sha;
use crate::domain::risk::units::pull_of;

#[derive(Deserialize)]
struct Payload {
    #[serde(rename = "ref")]
    git_ref: String,
    before: Sha,
    after: Sha,
    #[serde(default)]
    deleted: bool,
    #[serde(default)]
    forced: bool,
    head_commit: Option<HeadCommit>,
    repository: Repository,
    installation: Option<InstallationRef>,
}

#[derive(Deserialize)]
struct HeadCommit {
    #[serde(default)]
    message: String,
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Intent>, serde_json::Error> {
    let p: Payload = serde_json::from_slice(body)?;
    let Some(installation) = p.installation else { return Ok(Vec::new()) };
    if branch_of(&p.git_ref).is_none() {
        return Ok(Vec::new());
    }
    let some = |sha: Sha| (!sha.is_zero()).then_some(sha);
    Ok(vec![Intent::Push {
        installation: installation.id,
        repo: p.repository.into(),
        git_ref: p.git_ref,
        before: some(p.before),
        forced: p.forced,
        pull: p.head_commit.and_then(|commit| pull_of(commit.message.lines().next()?)),
        after: if p.deleted { None } else { some(p.after) },
    }])
}
