//! `pull_request`: opened, synchronize, reopened, ready_for_review, edited, closed, …

use serde::Deserialize;
use serde_json::Value;

use super::payload::{InstallationRef, Repository};
use super::{Intent, PullSeen};
use crate::domain::ids::{RepoId, Sha};
use crate::domain::time::Timestamp;

#[derive(Deserialize)]
struct Payload {
    action: String,
    pull_request: Pull,
    repository: Repository,
    installation: Option<InstallationRef>,
    #[serde(default)]
    changes: Changes,
}

#[derive(Default, Deserialize)]
struct Changes {
    /// Present when the base branch was changed.
    base: Option<Value>,
}

#[derive(Deserialize)]
struct Pull {
    number: i64,
    state: String,
    #[serde(default)]
    draft: bool,
    updated_at: Option<String>,
    head: Branch,
    base: Branch,
}

#[derive(Deserialize)]
struct Branch {
    sha: Sha,
    #[serde(rename = "ref")]
    name: String,
    repo: Option<HeadRepo>,
}

#[derive(Deserialize)]
struct HeadRepo {
    id: RepoId,
}

/// Whether an action can change the verdict: a new head, a new base, or an open pull request
/// that we may not have seen.
fn changes_verdict(action: &str, base_changed: bool) -> bool {
    match action {
        "opened" | "synchronize" | "reopened" | "ready_for_review" => true,
        "edited" => base_changed,
        _ => false,
    }
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Intent>, serde_json::Error> {
    let p: Payload = serde_json::from_slice(body)?;
    let Some(installation) = p.installation else { return Ok(Vec::new()) };
    let open = p.pull_request.state == "open";
    let judge = open && changes_verdict(&p.action, p.changes.base.is_some());
    let pull = PullSeen {
        number: p.pull_request.number,
        head_sha: p.pull_request.head.sha,
        head_ref: p.pull_request.head.name,
        head_repo: p.pull_request.head.repo.map(|r| r.id),
        base_sha: p.pull_request.base.sha,
        base_ref: p.pull_request.base.name,
        draft: p.pull_request.draft,
        open,
        updated: p
            .pull_request
            .updated_at
            .and_then(|t| Timestamp::parse_rfc3339(&t))
            .unwrap_or(Timestamp(0)),
    };
    Ok(vec![Intent::Pull { installation: installation.id, repo: p.repository.into(), pull, judge }])
}
