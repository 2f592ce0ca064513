//! How do files change in a repository? Trees, commits and branches, made through the API: nothing
//! is cloned, and nothing is ever forced.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::domain::effect::FileChange;
use crate::domain::ids::{RepoName, Sha};

use super::call::Call;
use super::error::GitHubError;
use super::installation::{Installation, in_repo};
use crate::domain::percent::escape;

#[derive(Deserialize)]
struct Object {
    sha: Sha,
}

#[derive(Serialize)]
struct Entry<'a> {
    path: &'a str,
    mode: &'static str,
    r#type: &'static str,
    #[serde(flatten)]
    content: EntryContent<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "snake_case")]
enum EntryContent<'a> {
    Content(&'a str),
    /// `null` deletes the path.
    Sha(Option<Sha>),
}

impl<'a> From<&'a FileChange> for Entry<'a> {
    fn from(change: &'a FileChange) -> Self {
        let content = match &change.text {
            Some(text) => EntryContent::Content(text),
            None => EntryContent::Sha(None),
        };
        let mode = if change.executable { "100755" } else { "100644" };
        Self { path: &change.path, mode, r#type: "blob", content }
    }
}

impl Installation {
    /// The commit that a branch points at; `None` when there is no such branch.
    pub async fn branch(&self, repo: &RepoName, branch: &str) -> Result<Option<Sha>, GitHubError> {
        #[derive(Deserialize)]
        struct Ref {
            r#ref: String,
            object: Object,
        }
        // Every branch that begins so; asking for one by name answers 404 where there is none,
        // which is no mistake and should not look like one.
        let path = in_repo(repo, &format!("/git/matching-refs/heads/{}", escape_path(branch)));
        let call = Call::get("/repos/{owner}/{repo}/git/matching-refs/{ref}", path);
        let found: Vec<Ref> = match self.read(&call).await {
            Ok(found) => found,
            // The repository is empty.
            Err(GitHubError::Rejected { status: 409, .. }) => return Ok(None),
            Err(error) => return Err(error),
        };
        let name = format!("refs/heads/{branch}");
        Ok(found.into_iter().find(|found| found.r#ref == name).map(|found| found.object.sha))
    }

    /// A tree that is `base` with these changes; safe to repeat.
    pub async fn create_tree(
        &self,
        repo: &RepoName,
        base: &Sha,
        changes: &[FileChange],
    ) -> Result<Sha, GitHubError> {
        #[derive(Serialize)]
        struct Wish<'a> {
            base_tree: &'a Sha,
            tree: Vec<Entry<'a>>,
        }
        let wish = Wish { base_tree: base, tree: changes.iter().map(Entry::from).collect() };
        let path = in_repo(repo, "/git/trees");
        let route = "/repos/{owner}/{repo}/git/trees";
        Ok(self.write::<Object>(Method::POST, route, path, &wish).await?.sha)
    }

    /// A commit that no branch points at yet. Its author is the App.
    pub async fn create_commit(
        &self,
        repo: &RepoName,
        message: &str,
        tree: &Sha,
        parents: &[Sha],
    ) -> Result<Sha, GitHubError> {
        #[derive(Serialize)]
        struct Wish<'a> {
            message: &'a str,
            tree: &'a Sha,
            parents: &'a [Sha],
        }
        let path = in_repo(repo, "/git/commits");
        let route = "/repos/{owner}/{repo}/git/commits";
        let wish = Wish { message, tree, parents };
        Ok(self.write::<Object>(Method::POST, route, path, &wish).await?.sha)
    }

    /// Makes a branch; refused (422) when there is one of that name.
    pub async fn create_branch(
        &self,
        repo: &RepoName,
        branch: &str,
        to: &Sha,
    ) -> Result<(), GitHubError> {
        #[derive(Serialize)]
        struct Wish<'a> {
            r#ref: String,
            sha: &'a Sha,
        }
        let wish = Wish { r#ref: format!("refs/heads/{branch}"), sha: to };
        let path = in_repo(repo, "/git/refs");
        let call = Call::send(Method::POST, "/repos/{owner}/{repo}/git/refs", path, &wish);
        self.call(&call).await.map(drop)
    }

    /// Takes a branch away; refused (422) when there is none.
    pub async fn delete_branch(&self, repo: &RepoName, branch: &str) -> Result<(), GitHubError> {
        let path = in_repo(repo, &format!("/git/refs/heads/{}", escape_path(branch)));
        let route = "/repos/{owner}/{repo}/git/refs/{ref}";
        let call = Call { method: Method::DELETE, ..Call::get(route, path) };
        self.call(&call).await.map(drop)
    }

    /// Moves a branch forward; refused (422) when that would lose a commit.
    pub async fn advance_branch(
        &self,
        repo: &RepoName,
        branch: &str,
        to: &Sha,
    ) -> Result<(), GitHubError> {
        #[derive(Serialize)]
        struct Wish<'a> {
            sha: &'a Sha,
            force: bool,
        }
        let path = in_repo(repo, &format!("/git/refs/heads/{}", escape_path(branch)));
        let route = "/repos/{owner}/{repo}/git/refs/{ref}";
        let call = Call::send(Method::PATCH, route, path, &Wish { sha: to, force: false });
        self.call(&call).await.map(drop)
    }
}

/// A branch's name: its slashes part the path.
fn escape_path(branch: &str) -> String {
    branch.split('/').map(escape).collect::<Vec<_>>().join("/")
}
