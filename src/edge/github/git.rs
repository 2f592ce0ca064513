//! Which commit, which tree, and where did two histories part?

use serde::Deserialize;

use crate::domain::ids::{RepoName, Sha};

use super::call::Call;
use super::error::GitHubError;
use super::installation::{Installation, in_repo};
use crate::domain::percent::escape;

/// A commit, without its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Commit {
    /// Its object name.
    pub sha: Sha,
    /// Its tree's object name: equal trees are equal files.
    pub tree: Sha,
    /// None for the first commit, several for a merge.
    pub parents: Vec<Sha>,
}

#[derive(Deserialize)]
struct Object {
    sha: Sha,
}

/// As `/git/commits` has it.
#[derive(Deserialize)]
struct GitCommit {
    sha: Sha,
    tree: Object,
    #[serde(default)]
    parents: Vec<Object>,
}

/// As `/commits` and `/compare` have it.
#[derive(Deserialize)]
struct ApiCommit {
    sha: Sha,
    commit: Inner,
    #[serde(default)]
    parents: Vec<Object>,
}

#[derive(Deserialize)]
struct Inner {
    tree: Object,
}

impl Commit {
    fn new(sha: Sha, tree: Object, parents: Vec<Object>) -> Self {
        Self { sha, tree: tree.sha, parents: parents.into_iter().map(|p| p.sha).collect() }
    }
}

impl Installation {
    /// A commit by SHA, branch or tag. [`GitHubError::NotFound`] also for an empty repository.
    pub async fn commit(&self, repo: &RepoName, git_ref: &str) -> Result<Commit, GitHubError> {
        let found = if let Ok(sha) = Sha::parse(git_ref) {
            let path = in_repo(repo, &format!("/git/commits/{sha}"));
            let call = Call::get("/repos/{owner}/{repo}/git/commits/{commit_sha}", path);
            let found = self.read::<GitCommit>(&call).await;
            found.map(|c| Commit::new(c.sha, c.tree, c.parents))
        } else {
            // One file a page: the diff, which may be long, is not wanted.
            let path = format!("/commits/{}?per_page=1", escape(git_ref));
            let call = Call::get("/repos/{owner}/{repo}/commits/{ref}", in_repo(repo, &path));
            let found = self.read::<ApiCommit>(&call).await;
            found.map(|c| Commit::new(c.sha, c.commit.tree, c.parents))
        };
        found.map_err(absent)
    }

    /// The message of a commit.
    pub async fn message(&self, repo: &RepoName, commit: &Sha) -> Result<String, GitHubError> {
        #[derive(Deserialize)]
        struct Said {
            message: String,
        }
        let path = in_repo(repo, &format!("/git/commits/{commit}"));
        let call = Call::get("/repos/{owner}/{repo}/git/commits/{commit_sha}", path);
        self.read::<Said>(&call).await.map(|said| said.message).map_err(absent)
    }

    /// Where `head` left `base`; `None` when one of them is gone or they share no history.
    ///
    /// Works for a fork's head, too: the base repository reaches it through the pull request.
    /// Asks for the second page of one commit each, because the first carries the whole diff.
    pub async fn merge_base(
        &self,
        repo: &RepoName,
        base: &Sha,
        head: &Sha,
    ) -> Result<Option<Commit>, GitHubError> {
        #[derive(Deserialize)]
        struct Comparison {
            merge_base_commit: Option<ApiCommit>,
        }
        let path = in_repo(repo, &format!("/compare/{base}...{head}?per_page=1&page=2"));
        let call = Call::get("/repos/{owner}/{repo}/compare/{basehead}", path);
        match self.read::<Comparison>(&call).await {
            Ok(found) => {
                Ok(found.merge_base_commit.map(|c| Commit::new(c.sha, c.commit.tree, c.parents)))
            }
            Err(GitHubError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// 409 is an empty repository, 422 a ref that names no commit.
pub(super) fn absent(error: GitHubError) -> GitHubError {
    match error {
        GitHubError::Rejected { status: 409 | 422, message, .. } => {
            GitHubError::NotFound { message }
        }
        other => other,
    }
}
