//! What is said below an issue or pull request? Comments and reactions; pull requests are issues
//! here.

use http::Method;
use serde::{Deserialize, Serialize};

use crate::domain::ids::RepoName;
use crate::domain::time::Timestamp;

use super::call::{Answer, Call};
use super::error::GitHubError;
use super::installation::{Installation, in_repo};
use crate::domain::percent::escape;

const COMMENTS: &str = "/repos/{owner}/{repo}/issues/{issue_number}/comments";

/// What we add to somebody's comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Reaction {
    /// 👀: we have seen it.
    Eyes,
    /// 🚀: done.
    Rocket,
    /// 😕: it could not be done, or not all of it.
    Confused,
}

/// A comment.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct CommentRef {
    /// Its id.
    pub id: i64,
    /// Its Markdown.
    #[serde(default)]
    pub body: Option<String>,
    user: Option<Author>,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
struct Author {
    #[serde(rename = "type")]
    kind: Option<String>,
}

impl CommentRef {
    /// Whether an App wrote it: a person who copies our marker is not believed.
    pub fn by_bot(&self) -> bool {
        self.user.as_ref().and_then(|user| user.kind.as_deref()) == Some("Bot")
    }
}

#[derive(Serialize)]
struct Body<'a> {
    body: &'a str,
}

impl Installation {
    /// Adds a reaction to a comment; a second time changes nothing.
    pub async fn react(
        &self,
        repo: &RepoName,
        comment: i64,
        reaction: Reaction,
    ) -> Result<(), GitHubError> {
        #[derive(Serialize)]
        struct Content {
            content: Reaction,
        }
        let route = "/repos/{owner}/{repo}/issues/comments/{comment_id}/reactions";
        let path = in_repo(repo, &format!("/issues/comments/{comment}/reactions"));
        let call = Call::send(Method::POST, route, path, &Content { content: reaction });
        self.call(&call).await.map(drop)
    }

    /// Comments of an issue that were written or changed at or after `since`, oldest first.
    pub async fn comments_since(
        &self,
        repo: &RepoName,
        issue: i64,
        since: Timestamp,
    ) -> Result<Vec<CommentRef>, GitHubError> {
        fn items(answer: &Answer, call: &Call) -> Result<Vec<CommentRef>, GitHubError> {
            answer.json(call)
        }
        let since = escape(&since.to_rfc3339());
        let path = format!("/issues/{issue}/comments?since={since}&per_page=100");
        self.list(Call::get(COMMENTS, in_repo(repo, &path)), items).await
    }

    /// Writes a comment. Not safe to repeat: look for an earlier one first.
    pub async fn create_comment(
        &self,
        repo: &RepoName,
        issue: i64,
        body: &str,
    ) -> Result<CommentRef, GitHubError> {
        let path = in_repo(repo, &format!("/issues/{issue}/comments"));
        self.write(Method::POST, COMMENTS, path, &Body { body }).await
    }

    /// Replaces the text of a comment of ours.
    pub async fn edit_comment(
        &self,
        repo: &RepoName,
        comment: i64,
        body: &str,
    ) -> Result<CommentRef, GitHubError> {
        let route = "/repos/{owner}/{repo}/issues/comments/{comment_id}";
        let path = in_repo(repo, &format!("/issues/comments/{comment}"));
        self.write(Method::PATCH, route, path, &Body { body }).await
    }
}
