//! What is broken just now? Open issues that bear a label.

use serde::Deserialize;
use serde_json::Value;

use crate::domain::gate::request::Incident;
use crate::domain::ids::RepoName;

use super::call::Call;
use super::error::GitHubError;
use super::installation::{Installation, in_repo};
use crate::domain::percent::escape;

#[derive(Deserialize)]
struct Issue {
    number: i64,
    #[serde(default)]
    title: String,
    /// Present when it is a pull request.
    pull_request: Option<Value>,
}

impl Installation {
    /// Open issues with a label, the newest first, at most 30; pull requests are none.
    pub async fn open_issues_labelled(
        &self,
        repo: &RepoName,
        label: &str,
    ) -> Result<Vec<Incident>, GitHubError> {
        let query = format!("/issues?state=open&labels={}&per_page=30", escape(label));
        let call = Call::get("/repos/{owner}/{repo}/issues", in_repo(repo, &query));
        let found: Vec<Issue> = match self.read(&call).await {
            Ok(found) => found,
            // Issues are switched off.
            Err(GitHubError::Rejected { status: 410, .. }) => Vec::new(),
            Err(error) => return Err(error),
        };
        let issues = found.into_iter().filter(|issue| issue.pull_request.is_none());
        Ok(issues.map(|issue| Incident { number: issue.number, title: issue.title }).collect())
    }
}
