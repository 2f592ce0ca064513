//! What does the pull request want to merge, into what, now? Events are hints; this is the truth.

use serde::Deserialize;

use super::call::{Answer, Call};
use super::error::GitHubError;
use super::installation::{Installation, in_repo};
use crate::domain::ids::{RepoId, RepoName, Sha};
use crate::domain::percent::escape;

/// How large a change is, by GitHub's own count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeSize {
    /// Lines added.
    pub additions: u64,
    /// Lines deleted.
    pub deletions: u64,
    /// Files changed.
    pub files: u64,
    /// Commits.
    pub commits: u64,
}

/// A pull request as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pull {
    /// Its number in the base repository.
    pub number: i64,
    /// Neither closed nor merged.
    pub open: bool,
    /// Closed by merging.
    pub merged: bool,
    /// Not ready for review.
    pub draft: bool,
    /// Text of its author.
    pub title: String,
    /// Markdown of its author; empty when there is none.
    pub body: String,
    /// Where people read it.
    pub html_url: String,
    /// Login; `None` when the account is gone.
    pub author: Option<String>,
    /// What is to be merged.
    pub head: PullSide,
    /// Where it is to be merged.
    pub base: PullSide,
    /// Its size; lists of pull requests leave it out.
    pub size: Option<ChangeSize>,
}

/// One side of a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullSide {
    /// The commit.
    pub sha: Sha,
    /// The branch, without `refs/heads/`.
    pub branch: String,
    /// Its repository; `None` when a fork has been deleted.
    pub repo: Option<(RepoId, RepoName)>,
}

impl Pull {
    /// Whether the head is in another repository, where we cannot write; also when that is gone.
    pub fn from_fork(&self) -> bool {
        let id = |side: &PullSide| side.repo.as_ref().map(|(id, _)| *id);
        id(&self.head) != id(&self.base)
    }
}

#[derive(Deserialize)]
pub(super) struct Wire {
    number: i64,
    state: String,
    #[serde(default)]
    draft: Option<bool>,
    #[serde(default)]
    title: String,
    #[serde(default)]
    body: Option<String>,
    #[serde(default)]
    html_url: String,
    merged_at: Option<String>,
    user: Option<User>,
    head: WireSide,
    base: WireSide,
    additions: Option<u64>,
    deletions: Option<u64>,
    changed_files: Option<u64>,
    commits: Option<u64>,
}

impl Wire {
    fn size(&self) -> Option<ChangeSize> {
        Some(ChangeSize {
            additions: self.additions?,
            deletions: self.deletions?,
            files: self.changed_files?,
            commits: self.commits?,
        })
    }
}

#[derive(Deserialize)]
struct User {
    login: String,
}

#[derive(Deserialize)]
struct WireSide {
    sha: Sha,
    r#ref: String,
    repo: Option<WireRepo>,
}

#[derive(Deserialize)]
struct WireRepo {
    id: RepoId,
    full_name: RepoName,
}

impl From<WireSide> for PullSide {
    fn from(wire: WireSide) -> Self {
        let repo = wire.repo.map(|repo| (repo.id, repo.full_name));
        Self { sha: wire.sha, branch: wire.r#ref, repo }
    }
}

impl From<Wire> for Pull {
    fn from(wire: Wire) -> Self {
        Self {
            size: wire.size(),
            number: wire.number,
            open: wire.state == "open",
            merged: wire.merged_at.is_some(),
            draft: wire.draft.unwrap_or(false),
            title: wire.title,
            body: wire.body.unwrap_or_default(),
            html_url: wire.html_url,
            author: wire.user.map(|user| user.login),
            head: wire.head.into(),
            base: wire.base.into(),
        }
    }
}

impl Installation {
    /// One pull request.
    pub async fn pull(&self, repo: &RepoName, number: i64) -> Result<Pull, GitHubError> {
        let path = in_repo(repo, &format!("/pulls/{number}"));
        let wire: Wire =
            self.read(&Call::get("/repos/{owner}/{repo}/pulls/{pull_number}", path)).await?;
        Ok(wire.into())
    }

    /// Every open pull request, or those from one branch, named `owner:branch`.
    pub async fn open_pulls(
        &self,
        repo: &RepoName,
        from: Option<&str>,
    ) -> Result<Vec<Pull>, GitHubError> {
        let from = from.map(|head| format!("&head={}", escape(head))).unwrap_or_default();
        let path = in_repo(repo, &format!("/pulls?state=open&per_page=100{from}"));
        self.list(Call::get("/repos/{owner}/{repo}/pulls", path), pulls).await
    }

    /// The closed and merged pull requests from `owner:branch`; their heads are
    /// what the branch was when they were closed.
    pub async fn closed_pulls(
        &self,
        repo: &RepoName,
        from: &str,
    ) -> Result<Vec<Pull>, GitHubError> {
        let path =
            in_repo(repo, &format!("/pulls?state=closed&per_page=100&head={}", escape(from)));
        self.list(Call::get("/repos/{owner}/{repo}/pulls", path), pulls).await
    }

    /// Every pull request, open or not, that brought a commit; none for a commit that is not known.
    pub async fn pulls_of_commit(
        &self,
        repo: &RepoName,
        commit: &Sha,
    ) -> Result<Vec<Pull>, GitHubError> {
        let path = in_repo(repo, &format!("/commits/{commit}/pulls?per_page=100"));
        let call = Call::get("/repos/{owner}/{repo}/commits/{commit_sha}/pulls", path);
        match self.list(call, pulls).await {
            Err(GitHubError::NotFound { .. } | GitHubError::Rejected { status: 422, .. }) => {
                Ok(Vec::new())
            }
            other => other,
        }
    }

    /// The open pull requests of this repository whose head is the commit, by number. Asks for
    /// the commit's pull requests, and looks through all open ones when that names none: a
    /// fork's commit need not be known here.
    pub async fn pulls_with_head(
        &self,
        repo: &RepoName,
        head: &Sha,
    ) -> Result<Vec<Pull>, GitHubError> {
        let path = in_repo(repo, &format!("/commits/{head}/pulls?per_page=100"));
        let call = Call::get("/repos/{owner}/{repo}/commits/{commit_sha}/pulls", path);
        let ours = |pulls: Vec<Pull>| -> Vec<Pull> {
            let mut ours: Vec<_> =
                pulls.into_iter().filter(|pull| pull.open && pull.head.sha == *head).collect();
            ours.sort_by_key(|pull| pull.number);
            ours
        };
        let known = match self.list(call, pulls).await {
            Ok(found) => ours(found),
            // 422: no commit of that name.
            Err(GitHubError::NotFound { .. } | GitHubError::Rejected { status: 422, .. }) => vec![],
            Err(error) => return Err(error),
        };
        if known.is_empty() { Ok(ours(self.open_pulls(repo, None).await?)) } else { Ok(known) }
    }
}

fn pulls(answer: &Answer, call: &Call) -> Result<Vec<Pull>, GitHubError> {
    let page: Vec<Wire> = answer.json(call)?;
    Ok(page.into_iter().map(Pull::from).collect())
}
