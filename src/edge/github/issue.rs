//! Issues that we keep: found, written, closed. Pull requests, which are issues here, are left out.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::domain::ids::RepoName;

use super::call::{Answer, Call};
use super::error::GitHubError;
use super::installation::{Installation, in_repo};

const ISSUES: &str = "/repos/{owner}/{repo}/issues";
const ISSUE: &str = "/repos/{owner}/{repo}/issues/{issue_number}";

/// An issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueRef {
    /// Its number in the repository.
    pub number: i64,
    /// One line.
    pub title: String,
    /// Its Markdown.
    pub body: String,
    /// Not closed.
    pub open: bool,
    /// Where people read it.
    pub url: String,
    /// The repository that it is in now: another one when it was transferred.
    pub repo: Option<RepoName>,
    /// Whether an App wrote it: a person who copies our marker is not believed.
    pub by_bot: bool,
}

/// What shall be changed; what is `None` stays.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct IssueEdit<'a> {
    /// Its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<&'a str>,
    /// Its Markdown.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<&'a str>,
    /// `open` or `closed`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<&'static str>,
}

#[derive(Deserialize)]
struct Wire {
    number: i64,
    #[serde(default)]
    title: String,
    #[serde(default)]
    body: Option<String>,
    state: String,
    #[serde(default)]
    html_url: String,
    #[serde(default)]
    repository_url: String,
    user: Option<User>,
    pull_request: Option<serde::de::IgnoredAny>,
}

#[derive(Deserialize)]
struct User {
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl From<Wire> for IssueRef {
    fn from(wire: Wire) -> Self {
        let place = wire.repository_url.rsplit_once("/repos/").map(|(_, name)| name);
        Self {
            number: wire.number,
            title: wire.title,
            body: wire.body.unwrap_or_default(),
            open: wire.state == "open",
            url: wire.html_url,
            repo: place.and_then(|name| RepoName::parse(name).ok()),
            by_bot: wire.user.and_then(|user| user.kind).as_deref() == Some("Bot"),
        }
    }
}

impl Installation {
    /// One issue; of a transferred one, where it is now. [`GitHubError::NotFound`] when it was
    /// deleted, and where issues are disabled.
    pub async fn issue(&self, repo: &RepoName, number: i64) -> Result<IssueRef, GitHubError> {
        let path = in_repo(repo, &format!("/issues/{number}"));
        Ok(self.read::<Wire>(&Call::get(ISSUE, path)).await?.into())
    }

    /// Every issue, open and closed, newest first.
    pub async fn issues(&self, repo: &RepoName) -> Result<Vec<IssueRef>, GitHubError> {
        fn items(answer: &Answer, call: &Call) -> Result<Vec<IssueRef>, GitHubError> {
            let page: Vec<Wire> = answer.json(call)?;
            let issues = page.into_iter().filter(|wire| wire.pull_request.is_none());
            Ok(issues.map(IssueRef::from).collect())
        }
        let path = in_repo(repo, "/issues?state=all&per_page=100");
        self.list(Call::get(ISSUES, path), items).await
    }

    /// Opens one. Not safe to repeat: look for an earlier one first.
    pub async fn open_issue(
        &self,
        repo: &RepoName,
        title: &str,
        body: &str,
    ) -> Result<IssueRef, GitHubError> {
        let draft = IssueEdit { title: Some(title), body: Some(body), state: None };
        let wire: Wire = self.write(Method::POST, ISSUES, in_repo(repo, "/issues"), &draft).await?;
        Ok(wire.into())
    }

    /// Changes one of ours.
    pub async fn edit_issue(
        &self,
        repo: &RepoName,
        number: i64,
        edit: &IssueEdit<'_>,
    ) -> Result<IssueRef, GitHubError> {
        let path = in_repo(repo, &format!("/issues/{number}"));
        let wire: Wire = self.write(Method::PATCH, ISSUE, path, edit).await?;
        Ok(wire.into())
    }
}
