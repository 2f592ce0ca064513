//! What is broken just now, and who asks for help? Issues that bear a label.

use serde::Deserialize;
use serde_json::Value;

use crate::domain::gate::request::Incident;
use crate::domain::ids::RepoName;
use crate::domain::time::Timestamp;

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

#[derive(Deserialize)]
struct Opened {
    created_at: Option<String>,
    /// Present when it is a pull request.
    pull_request: Option<Value>,
}

/// Pages of a hundred that are read to count.
const MOST_PAGES: u32 = 10;

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

    /// How many issues with a label, open or closed, were opened in a time (its end excluded); pull
    /// requests are none. `None`: more than a thousand have changed since, so it is not known.
    pub async fn issues_opened(
        &self,
        repo: &RepoName,
        label: &str,
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Option<usize>, GitHubError> {
        let mut opened = 0;
        for page in 1..=MOST_PAGES {
            // What was opened since was also changed since.
            let query = format!(
                "/issues?state=all&labels={}&since={}&per_page=100&page={page}",
                escape(label),
                from.to_rfc3339()
            );
            let call = Call::get("/repos/{owner}/{repo}/issues", in_repo(repo, &query));
            let found: Vec<Opened> = self.read(&call).await?;
            let in_time = |issue: &&Opened| {
                let at = issue.created_at.as_deref().and_then(Timestamp::parse_rfc3339);
                issue.pull_request.is_none() && at.is_some_and(|at| from <= at && at < until)
            };
            opened += found.iter().filter(in_time).count();
            if found.len() < 100 {
                return Ok(Some(opened));
            }
        }
        Ok(None)
    }
}
