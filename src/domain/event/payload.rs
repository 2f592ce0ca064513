//! The few fields that several events share, as GitHub spells them.

use serde::Deserialize;

use serde_json::Value;

use super::RepoSeen;
use crate::domain::config::Labels;
use crate::domain::ids::{InstallationId, RepoId, RepoName};

/// `installation: {id}`. Absent in events that organisation webhooks send, which are not ours.
#[derive(Debug, Deserialize)]
pub(super) struct InstallationRef {
    pub(super) id: InstallationId,
}

/// `repository: {…}` of every repository event.
#[derive(Debug, Deserialize)]
pub(super) struct Repository {
    pub(super) id: RepoId,
    full_name: RepoName,
    default_branch: Option<String>,
    #[serde(default)]
    archived: bool,
    #[serde(default)]
    private: bool,
    #[serde(default)]
    topics: Value,
    #[serde(default)]
    custom_properties: Value,
}

/// Whose an event is, whatever it is about.
#[derive(Debug, Default, Deserialize)]
pub(super) struct About {
    pub(super) installation: Option<InstallationRef>,
    pub(super) repository: Option<RepositoryRef>,
}

/// `repository: {id}`.
#[derive(Debug, Deserialize)]
pub(super) struct RepositoryRef {
    pub(super) id: RepoId,
}

impl From<Repository> for RepoSeen {
    fn from(r: Repository) -> Self {
        Self {
            id: r.id,
            name: r.full_name,
            default_branch: r.default_branch,
            archived: r.archived,
            private: r.private,
            labels: Labels::of(&r.topics, &r.custom_properties),
        }
    }
}

/// The branch name of a full ref: `refs/heads/main` → `main`; `None` for tags and others.
pub(super) fn branch_of(git_ref: &str) -> Option<&str> {
    git_ref.strip_prefix("refs/heads/")
}

/// `pull_requests: [{number, base}]` of check events; empty for forks.
#[derive(Debug, Deserialize)]
pub(super) struct PullRef {
    number: i64,
    base: Option<BaseRef>,
}

#[derive(Debug, Deserialize)]
struct BaseRef {
    repo: Option<BaseRepo>,
}

#[derive(Debug, Deserialize)]
struct BaseRepo {
    id: RepoId,
}

/// The numbers of those that go to `repo`. GitHub also names pull requests of this branch to other
/// repositories of the network, whose numbers mean something else here.
pub(super) fn numbers_in(repo: RepoId, pulls: Vec<PullRef>) -> Vec<i64> {
    let here = |p: &PullRef| {
        let base = p.base.as_ref().and_then(|base| base.repo.as_ref());
        base.is_none_or(|base| base.id == repo)
    };
    pulls.into_iter().filter(here).map(|p| p.number).collect()
}
