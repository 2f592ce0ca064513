//! What landed on a branch, one commit after the other?

use serde::Deserialize;

use super::call::{Answer, Call};
use super::error::GitHubError;
use super::installation::{Installation, in_repo};
use super::pull_files::{MAX_COMPARED, MAX_PAGE, PullFile, WireFile};
use crate::domain::ids::{RepoName, Sha};
use crate::domain::percent::escape;
use crate::domain::risk::change::FileChange;
use crate::domain::risk::people::Called;
use crate::domain::risk::units::Commit;
use crate::domain::time::Timestamp;

/// Commits of one page.
const PAGE: usize = 100;

/// What one commit has that another one has not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pushed {
    /// Whether it simply comes after the other one.
    pub grew: bool,
    /// The new commits, at most the last 250.
    pub commits: Vec<Commit>,
    /// Whether these are all.
    pub whole: bool,
    /// What they do to the files together; `None` when GitHub does not show all.
    pub files: Option<Vec<FileChange>>,
}

#[derive(Deserialize)]
struct Comparison {
    status: String,
    total_commits: usize,
    commits: Vec<WireCommit>,
    #[serde(default)]
    files: Vec<WireFile>,
}

#[derive(Deserialize)]
struct WireCommit {
    sha: Sha,
    #[serde(default)]
    parents: Vec<Parent>,
    author: Option<Account>,
    commit: Said,
}

#[derive(Deserialize)]
struct Parent {
    sha: Sha,
}

/// Empty where an address belongs to no account.
#[derive(Deserialize)]
struct Account {
    #[serde(default)]
    login: Option<String>,
}

#[derive(Deserialize)]
struct Said {
    message: String,
    author: Option<Signature>,
    committer: Option<Signature>,
}

#[derive(Deserialize)]
struct Signature {
    name: Option<String>,
    email: Option<String>,
    date: Option<String>,
}

#[derive(Deserialize)]
struct OneCommit {
    #[serde(default)]
    files: Vec<WireFile>,
}

impl Installation {
    /// What a push brought; `None` when the branch did not simply grow, or one end is gone.
    pub async fn pushed(
        &self,
        repo: &RepoName,
        before: &Sha,
        after: &Sha,
    ) -> Result<Option<Pushed>, GitHubError> {
        Ok(self.brought(repo, before, after).await?.filter(|pushed| pushed.grew))
    }

    /// What `after` brings where `before` was; `None` when one of them is gone, or they share no
    /// history.
    pub async fn brought(
        &self,
        repo: &RepoName,
        before: &Sha,
        after: &Sha,
    ) -> Result<Option<Pushed>, GitHubError> {
        let path = in_repo(repo, &format!("/compare/{before}...{after}"));
        let call = Call::get("/repos/{owner}/{repo}/compare/{basehead}", path);
        let found: Comparison = match self.read(&call.at_most(MAX_PAGE)).await {
            Err(GitHubError::NotFound { .. } | GitHubError::Rejected { status: 422, .. }) => {
                return Ok(None);
            }
            other => other?,
        };
        let files = found.files.into_iter().map(|file| PullFile::from(file).change);
        let files: Vec<FileChange> = files.collect();
        Ok(Some(Pushed {
            grew: found.status == "ahead",
            whole: found.total_commits <= found.commits.len(),
            commits: found.commits.into_iter().filter_map(WireCommit::read).collect(),
            files: Some(files).filter(|files| files.len() < MAX_COMPARED),
        }))
    }

    /// A hundred commits of a branch since a time, merged ones among them, newest first; and
    /// whether there are more.
    pub async fn commits_of(
        &self,
        repo: &RepoName,
        branch: &str,
        since: Timestamp,
        page: usize,
    ) -> Result<(Vec<Commit>, bool), GitHubError> {
        let path = format!(
            "/commits?sha={}&since={}&per_page={PAGE}&page={page}",
            escape(branch),
            escape(&since.to_rfc3339())
        );
        let call = Call::get("/repos/{owner}/{repo}/commits", in_repo(repo, &path));
        let found: Vec<WireCommit> = match self.read(&call.at_most(MAX_PAGE)).await {
            // An empty repository.
            Err(GitHubError::Rejected { status: 409, .. }) => Vec::new(),
            other => other?,
        };
        let more = found.len() == PAGE;
        Ok((found.into_iter().filter_map(WireCommit::read).collect(), more))
    }

    /// What a commit does to the files, compared with its first parent; at most 3,000.
    pub async fn commit_files(
        &self,
        repo: &RepoName,
        sha: &Sha,
    ) -> Result<Vec<FileChange>, GitHubError> {
        let files = self.files_of_commit(repo, sha).await?;
        Ok(files.into_iter().map(|file| file.change).collect())
    }

    /// The same with the blobs that they lead to.
    pub async fn files_of_commit(
        &self,
        repo: &RepoName,
        sha: &Sha,
    ) -> Result<Vec<PullFile>, GitHubError> {
        let path = in_repo(repo, &format!("/commits/{sha}"));
        let call = Call::get("/repos/{owner}/{repo}/commits/{ref}", path);
        let files = |answer: &Answer, call: &Call| answer.json::<OneCommit>(call).map(|c| c.files);
        let files = self.list(call.at_most(MAX_PAGE), files).await?;
        Ok(files.into_iter().map(PullFile::from).collect())
    }
}

impl WireCommit {
    fn read(self) -> Option<Commit> {
        let message = self.commit.message.as_str();
        let (subject, body) = message.split_once('\n').unwrap_or((message, ""));
        let (subject, body) = (subject.trim_end().to_owned(), body.to_owned());
        let committer = self.commit.committer?;
        let (name, mail) =
            self.commit.author.map(|author| (author.name, author.email)).unwrap_or_default();
        Some(Commit {
            at: Timestamp::parse_rfc3339(committer.date.as_deref()?)?,
            sha: self.sha,
            parents: self.parents.into_iter().map(|parent| parent.sha).collect(),
            author: Called { login: self.author.and_then(|author| author.login), mail, name },
            committer_mail: committer.email.unwrap_or_default(),
            subject,
            body,
        })
    }
}
