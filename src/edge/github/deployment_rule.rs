//! How is a waiting deployment answered? `deployment_protection_rule` of its workflow run.

use http::Method;
use serde::Serialize;

use crate::domain::gate::Verdict;
use crate::domain::ids::RepoName;

use super::call::Call;
use super::client::GitHub;
use super::error::GitHubError;
use super::installation::{Installation, in_repo};

const ROUTE: &str = "/repos/{owner}/{repo}/actions/runs/{run_id}/deployment_protection_rule";

#[derive(Serialize)]
struct Review<'a> {
    environment_name: &'a str,
    /// Left out in a status report.
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    comment: &'a str,
}

impl GitHub {
    /// The workflow run that a callback address names; `None` when the address is not below our own
    /// API base or not this repository's. The address itself is never called: what is needed of it is
    /// the number.
    pub fn run_of_callback(&self, url: &str, repo: &RepoName) -> Option<i64> {
        let path = self.inner.transport.base.relative(url)?;
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        let ["repos", owner, name, "actions", "runs", run, "deployment_protection_rule"] =
            parts.as_slice()
        else {
            return None;
        };
        let ours =
            owner.eq_ignore_ascii_case(repo.owner()) && name.eq_ignore_ascii_case(repo.name());
        let digits = !run.is_empty() && run.bytes().all(|b| b.is_ascii_digit());
        run.parse().ok().filter(|_| ours && digits)
    }
}

impl Installation {
    /// Answers a deployment, or (waiting) tells why there is no answer yet. `comment` is Markdown of
    /// at most 1,024 characters. GitHub takes ten reports and one answer for each deployment.
    pub async fn review_deployment(
        &self,
        repo: &RepoName,
        run: i64,
        environment: &str,
        verdict: Verdict,
        comment: &str,
    ) -> Result<(), GitHubError> {
        let state = match verdict {
            Verdict::Approved => Some("approved"),
            Verdict::Rejected => Some("rejected"),
            Verdict::Waiting => None,
        };
        let review = Review { environment_name: environment, state, comment };
        let path = in_repo(repo, &format!("/actions/runs/{run}/deployment_protection_rule"));
        self.call(&Call::send(Method::POST, ROUTE, path, &review)).await.map(drop)
    }
}
