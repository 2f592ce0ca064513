//! `check_run`: somebody pressed *Re-run* (`rerequested`) or one of our buttons
//! (`requested_action`). Our own runs' `created` and `completed` are ignored.

use serde::Deserialize;

use super::Intent;
use super::payload::{InstallationRef, PullRef, Repository, numbers_in};
use crate::domain::ids::Sha;
use crate::domain::report::check_run::RERUN;

#[derive(Deserialize)]
struct Payload {
    action: String,
    check_run: Run,
    repository: Repository,
    installation: Option<InstallationRef>,
    requested_action: Option<Button>,
}

#[derive(Deserialize)]
struct Button {
    identifier: String,
}

#[derive(Deserialize)]
struct Run {
    name: String,
    head_sha: Sha,
    #[serde(default)]
    pull_requests: Vec<PullRef>,
    check_suite: Option<Suite>,
}

#[derive(Deserialize)]
struct Suite {
    head_branch: Option<String>,
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Intent>, serde_json::Error> {
    let p: Payload = serde_json::from_slice(body)?;
    let Some(installation) = p.installation else { return Ok(Vec::new()) };
    let wanted = match p.action.as_str() {
        "rerequested" => true,
        "requested_action" => p.requested_action.is_some_and(|button| button.identifier == RERUN),
        _ => false,
    };
    if !wanted {
        return Ok(Vec::new());
    }
    let repo = p.repository.id;
    Ok(vec![Intent::Rerun {
        installation: installation.id,
        repo: p.repository.into(),
        head_sha: p.check_run.head_sha,
        head_branch: p.check_run.check_suite.and_then(|s| s.head_branch),
        pulls: numbers_in(repo, p.check_run.pull_requests),
        check: Some(p.check_run.name),
    }])
}
