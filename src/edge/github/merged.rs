//! What was merged before we came? Many pull requests with their files in one question.

use serde::{Deserialize, Serialize};
use serde_json::json;

use super::call::Call;
use super::error::GitHubError;
use super::installation::{Installation, in_repo};
use crate::domain::ids::{RepoName, Sha};
use crate::domain::percent::escape;
use crate::domain::risk::change::{FileChange, Kind};
use crate::domain::time::Timestamp;

/// Bytes of one page.
const MAX_ANSWER: usize = 32 * 1024 * 1024;
/// Pull requests of a page of the REST API.
const LISTED: usize = 100;

const QUERY: &str = "query($owner: String!, $name: String!, $base: String!, $after: String) { repository(owner: $owner, name: $name) { pullRequests(states: MERGED, baseRefName: $base, first: 25, after: $after, orderBy: {field: UPDATED_AT, direction: DESC}) { pageInfo { hasNextPage endCursor } nodes { number title body mergedAt mergeCommit { oid } author { __typename login } changedFiles files(first: 100) { nodes { path additions deletions changeType } } } } } }";

/// A pull request that was merged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedPull {
    /// Its number.
    pub number: i64,
    /// Text of its author.
    pub title: String,
    /// Markdown of its author.
    pub body: String,
    /// When it was merged.
    pub at: Timestamp,
    /// The commit that it became.
    pub sha: Option<Sha>,
    /// Login; `None` when the account is gone.
    pub author: Option<String>,
    /// Whether a program wrote it.
    pub bot: bool,
    /// The first hundred files; where a renamed one lay before is not told.
    pub files: Vec<FileChange>,
    /// How many there are; `None` where only another question would tell.
    pub total_files: Option<u64>,
}

impl MergedPull {
    /// Whether the list of files lacks something that another question would tell.
    pub fn lacks_files(&self) -> bool {
        self.total_files.is_none_or(|total| total > self.files.len() as u64)
            || self.files.iter().any(|file| file.kind == Kind::Renamed && file.was.is_none())
    }
}

/// Some of them, and where the next ones begin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MergedPage {
    /// Those that changed last come first.
    pub pulls: Vec<MergedPull>,
    /// `None`: there are no more.
    pub next: Option<String>,
}

#[derive(Deserialize)]
struct Reply {
    data: Option<Data>,
    #[serde(default)]
    errors: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Data {
    repository: Option<Repository>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Repository {
    pull_requests: Connection,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Connection {
    page_info: PageInfo,
    nodes: Vec<Option<Node>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct PageInfo {
    has_next_page: bool,
    end_cursor: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Node {
    number: i64,
    title: String,
    body: String,
    merged_at: Option<String>,
    merge_commit: Option<MergeCommit>,
    author: Option<Author>,
    changed_files: u64,
    files: Option<Files>,
}

#[derive(Deserialize)]
struct MergeCommit {
    oid: Sha,
}

#[derive(Deserialize)]
struct Author {
    #[serde(rename = "__typename")]
    kind: String,
    login: String,
}

/// As the REST API lists it.
#[derive(Deserialize)]
struct Listed {
    number: i64,
    #[serde(default)]
    title: String,
    body: Option<String>,
    merged_at: Option<String>,
    merge_commit_sha: Option<Sha>,
    user: Option<User>,
}

#[derive(Deserialize)]
struct User {
    login: String,
    #[serde(default, rename = "type")]
    kind: String,
}

#[derive(Deserialize)]
struct Files {
    nodes: Vec<Option<File>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    path: String,
    additions: u64,
    deletions: u64,
    change_type: String,
}

impl Installation {
    /// Pull requests merged into a branch; `after` is where the page before ended. `None`: this
    /// server has no GraphQL.
    pub async fn merged_pulls(
        &self,
        repo: &RepoName,
        base: &str,
        after: Option<&str>,
    ) -> Result<Option<MergedPage>, GitHubError> {
        let variables =
            json!({"owner": repo.owner(), "name": repo.name(), "base": base, "after": after});
        let body = json!({"query": QUERY, "variables": variables});
        let mut call =
            Call::send(http::Method::POST, "/graphql", "/graphql", &body).at_most(MAX_ANSWER);
        call.graphql = true;
        let answer = match self.call(&call).await {
            Err(GitHubError::NotFound { .. }) => return Ok(None),
            other => other?,
        };
        self.graphql_limit(&call, &answer)?;
        let reply: Reply = answer.json(&call)?;
        let found = reply.data.and_then(|data| data.repository).map(|r| r.pull_requests);
        let Some(found) = found else {
            let faults = reply.errors.len();
            let what = format!("{} gave {faults} errors and no pull requests", call.name());
            return Err(GitHubError::unavailable(&what));
        };
        Ok(Some(MergedPage {
            next: found.page_info.end_cursor.filter(|_| found.page_info.has_next_page),
            pulls: found.nodes.into_iter().flatten().filter_map(Node::read).collect(),
        }))
    }
}

impl Installation {
    /// The same where there is no GraphQL: a page of a hundred that were closed, those that changed
    /// last first, without their files; and whether there are more.
    pub async fn merged_pulls_listed(
        &self,
        repo: &RepoName,
        base: &str,
        page: usize,
    ) -> Result<(Vec<MergedPull>, bool), GitHubError> {
        let path = format!(
            "/pulls?state=closed&base={}&sort=updated&direction=desc&per_page={LISTED}&page={page}",
            escape(base)
        );
        let call = Call::get("/repos/{owner}/{repo}/pulls", in_repo(repo, &path));
        let found: Vec<Listed> = self.read(&call.at_most(MAX_ANSWER)).await?;
        let more = found.len() == LISTED;
        Ok((found.into_iter().filter_map(Listed::read).collect(), more))
    }
}

impl Listed {
    /// Those that were closed without a merge are nobody's history.
    fn read(self) -> Option<MergedPull> {
        Some(MergedPull {
            at: Timestamp::parse_rfc3339(self.merged_at.as_deref()?)?,
            number: self.number,
            title: self.title,
            body: self.body.unwrap_or_default(),
            sha: self.merge_commit_sha,
            bot: self.user.as_ref().is_some_and(|user| user.kind == "Bot"),
            author: self.user.map(|user| user.login),
            files: Vec::new(),
            total_files: None,
        })
    }
}

impl Node {
    fn read(self) -> Option<MergedPull> {
        let files = self.files.map(|files| files.nodes).unwrap_or_default();
        Some(MergedPull {
            number: self.number,
            title: self.title,
            body: self.body,
            at: Timestamp::parse_rfc3339(self.merged_at.as_deref()?)?,
            sha: self.merge_commit.map(|commit| commit.oid),
            bot: self.author.as_ref().is_some_and(|author| author.kind == "Bot"),
            author: self.author.map(|author| author.login),
            files: files.into_iter().flatten().map(File::read).collect(),
            total_files: Some(self.changed_files),
        })
    }
}

impl File {
    fn read(self) -> FileChange {
        let kind = match self.change_type.as_str() {
            "ADDED" | "COPIED" => Kind::Added,
            "DELETED" => Kind::Removed,
            "RENAMED" => Kind::Renamed,
            _ => Kind::Modified,
        };
        let (added, deleted) = (self.additions, self.deletions);
        FileChange { path: self.path, was: None, kind, added, deleted }
    }
}
