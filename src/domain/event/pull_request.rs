//! `pull_request`: opened, synchronize, reopened, ready_for_review, edited, closed, …

use serde::Deserialize;
use serde_json::Value;

use super::payload::{InstallationRef, Repository};
use super::{Intent, Landing, PullSeen};
use crate::domain::ids::{RepoId, Sha};
use crate::domain::risk::labels::{is_revert, targets};
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
    /// Present when the title was changed.
    title: Option<Value>,
}

#[derive(Deserialize)]
struct Pull {
    number: i64,
    state: String,
    #[serde(default)]
    draft: bool,
    created_at: Option<String>,
    updated_at: Option<String>,
    #[serde(default)]
    title: String,
    #[serde(default)]
    body: Option<String>,
    user: Option<User>,
    changed_files: Option<i64>,
    #[serde(default)]
    merged: Option<bool>,
    merged_at: Option<String>,
    merge_commit_sha: Option<Sha>,
    merged_by: Option<User>,
    head: Branch,
    base: Branch,
}

#[derive(Deserialize)]
struct User {
    login: String,
    #[serde(default)]
    r#type: String,
}

impl Pull {
    /// Whether it takes another change back.
    fn is_revert(&self, repository: &str) -> bool {
        is_revert(&self.title, self.body.as_deref().unwrap_or_default(), Some(repository))
    }

    /// The merge, when this is one.
    fn landing(&self, repository: &str) -> Option<Landing> {
        let at = self.merged_at.as_deref().and_then(Timestamp::parse_rfc3339)?;
        let body = self.body.as_deref().unwrap_or_default();
        let revert = self.is_revert(repository);
        let takes_back =
            if revert { targets(&self.title, body, Some(repository)) } else { Vec::new() };
        let sha = self.merge_commit_sha.clone();
        let by = self.merged_by.as_ref().map(|user| user.login.clone());
        (self.merged == Some(true)).then_some(Landing { sha, at, by, revert, takes_back })
    }
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
    let repo: super::RepoSeen = p.repository.into();
    let landed = p.pull_request.landing(&repo.name.to_string()).filter(|_| p.action == "closed");
    let revert = p.pull_request.is_revert(&repo.name.to_string());
    let ready = match p.action.as_str() {
        "opened" if !p.pull_request.draft => p.pull_request.created_at.as_deref(),
        "ready_for_review" => p.pull_request.updated_at.as_deref(),
        _ => None,
    };
    let ready = ready.and_then(Timestamp::parse_rfc3339);
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
        by_bot: p.pull_request.user.as_ref().is_some_and(|user| user.r#type == "Bot"),
        author: p.pull_request.user.map(|user| user.login),
        title: p.pull_request.title,
        revert,
        retitled: open && p.changes.title.is_some(),
        files: p.pull_request.changed_files,
        opened: p.action == "opened",
        ready,
        landed,
    };
    Ok(vec![Intent::Pull { installation: installation.id, repo, pull, judge }])
}
