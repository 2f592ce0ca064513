//! A label of ours on a pull request.

use http::Method;
use serde::Serialize;
use serde::de::IgnoredAny;

use crate::domain::ids::RepoName;
use crate::domain::percent::escape;

use super::call::Call;
use super::error::GitHubError;
use super::installation::{Installation, in_repo};

/// A label as it is made where there is none of its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Label {
    /// Its name.
    pub name: &'static str,
    /// Six hexadecimal digits.
    pub color: &'static str,
    /// At most 100 characters.
    pub description: &'static str,
}

impl Installation {
    /// Puts a label on an issue or pull request; makes it where the repository has none of its name.
    /// Safe to repeat.
    pub async fn add_label(
        &self,
        repo: &RepoName,
        number: i64,
        label: &Label,
    ) -> Result<(), GitHubError> {
        let route = "/repos/{owner}/{repo}/labels";
        let made: Result<IgnoredAny, _> =
            self.write(Method::POST, route, in_repo(repo, "/labels"), label).await;
        match made {
            // It is there already, in whatever colour people gave it.
            Ok(_) | Err(GitHubError::Rejected { status: 422, .. }) => {}
            Err(error) => return Err(error),
        }
        let route = "/repos/{owner}/{repo}/issues/{issue_number}/labels";
        let path = in_repo(repo, &format!("/issues/{number}/labels"));
        let names = serde_json::json!({"labels": [label.name]});
        self.write::<IgnoredAny>(Method::POST, route, path, &names).await.map(drop)
    }

    /// Takes a label off; well when it is not there.
    pub async fn remove_label(
        &self,
        repo: &RepoName,
        number: i64,
        label: &Label,
    ) -> Result<(), GitHubError> {
        let route = "/repos/{owner}/{repo}/issues/{issue_number}/labels/{name}";
        let name = escape(label.name);
        let path = in_repo(repo, &format!("/issues/{number}/labels/{name}"));
        let call = Call { method: Method::DELETE, ..Call::get(route, path) };
        match self.call(&call).await {
            Ok(_) | Err(GitHubError::NotFound { .. }) => Ok(()),
            Err(error) => Err(error),
        }
    }
}
