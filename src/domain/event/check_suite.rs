//! `check_suite`: somebody pressed *Re-run all checks* (`rerequested`). `requested`, which comes
//! with every push, is ignored: pull requests and pushes are judged by their own events.

use serde::Deserialize;

use super::Intent;
use super::payload::{InstallationRef, PullRef, Repository, numbers_in};
use crate::domain::ids::Sha;

#[derive(Deserialize)]
struct Payload {
    action: String,
    check_suite: Suite,
    repository: Repository,
    installation: Option<InstallationRef>,
}

#[derive(Deserialize)]
struct Suite {
    head_sha: Sha,
    head_branch: Option<String>,
    #[serde(default)]
    pull_requests: Vec<PullRef>,
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Intent>, serde_json::Error> {
    let p: Payload = serde_json::from_slice(body)?;
    let Some(installation) = p.installation else { return Ok(Vec::new()) };
    if p.action != "rerequested" {
        return Ok(Vec::new());
    }
    let repo = p.repository.id;
    Ok(vec![Intent::Rerun {
        installation: installation.id,
        repo: p.repository.into(),
        head_sha: p.check_suite.head_sha,
        head_branch: p.check_suite.head_branch,
        pulls: numbers_in(repo, p.check_suite.pull_requests),
        check: None,
    }])
}
