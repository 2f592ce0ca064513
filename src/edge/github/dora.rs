//! What has a repository delivered so far? Lists are read newest first and only as far as asked:
//! a busy repository has more deployments than anybody wants to know.

use serde::Deserialize;

use crate::domain::ids::{RepoName, Sha};
use crate::domain::metrics::sighting::{DeploymentSeen, IssueSeen, ReleaseSeen, RunSeen};
use crate::domain::metrics::{Compared, Relation, wire};
use crate::domain::time::Timestamp;

use super::call::Call;
use super::error::GitHubError;
use super::installation::{Installation, in_repo};
use crate::domain::percent::escape;

/// Largest page of a comparison: its first page carries up to 300 files with their patches.
const MAX_COMPARISON: usize = 32 * 1024 * 1024;
/// Pages of 100 commits that are read of a comparison.
const COMMIT_PAGES: usize = 3;

/// As much of a list as was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recent<T> {
    /// Newest first.
    pub items: Vec<T>,
    /// Whether the list ends here.
    pub whole: bool,
}

fn contract(error: &serde_json::Error, call: &Call) -> GitHubError {
    let what = format!("{} answered 200 with unexpected JSON: {error}", call.name());
    GitHubError::broken_answer(200, &what)
}

impl Installation {
    /// Pages of 100, until one is short, or `enough` says so of its last item.
    async fn recent<W: serde::de::DeserializeOwned, T>(
        &self,
        route: &'static str,
        path: String,
        pages: usize,
        rows: fn(&[u8]) -> Result<Vec<W>, serde_json::Error>,
        read: impl Fn(W) -> Result<Option<T>, serde_json::Error>,
        enough: impl Fn(&T) -> bool,
    ) -> Result<Recent<T>, GitHubError> {
        let mut items = Vec::new();
        let joint = if path.contains('?') { '&' } else { '?' };
        for page in 1..=pages {
            let call = Call::get(route, format!("{path}{joint}per_page=100&page={page}"));
            let answer = self.call(&call).await?;
            let found = rows(&answer.body).map_err(|e| contract(&e, &call))?;
            let last = found.len() < 100;
            for row in found {
                items.extend(read(row).map_err(|e| contract(&e, &call))?);
            }
            if last {
                return Ok(Recent { items, whole: true });
            }
            if items.last().is_some_and(&enough) {
                break;
            }
        }
        Ok(Recent { items, whole: false })
    }

    /// Deployments to any environment, at most so many pages of 100, and none far before `since`.
    pub async fn recent_deployments(
        &self,
        repo: &RepoName,
        since: Timestamp,
        pages: usize,
    ) -> Result<Recent<DeploymentSeen>, GitHubError> {
        self.recent(
            "/repos/{owner}/{repo}/deployments",
            in_repo(repo, "/deployments"),
            pages,
            |body| serde_json::from_slice::<Vec<wire::Deployment>>(body),
            |row| row.seen(None).map(Some),
            |seen| seen.created < since,
        )
        .await
    }

    /// The first success and the first failure of a deployment.
    pub async fn deployment_end(
        &self,
        repo: &RepoName,
        deployment: i64,
    ) -> Result<(Option<Timestamp>, Option<Timestamp>), GitHubError> {
        let path = in_repo(repo, &format!("/deployments/{deployment}/statuses?per_page=100"));
        let call = Call::get("/repos/{owner}/{repo}/deployments/{deployment_id}/statuses", path);
        let statuses: Vec<wire::Status> = self.read(&call).await?;
        let (mut succeeded, mut failed) = (None, None);
        for status in &statuses {
            let Some((success, at)) = status.end().map_err(|e| contract(&e, &call))? else {
                continue;
            };
            let first: &mut Option<Timestamp> = if success { &mut succeeded } else { &mut failed };
            *first = Some(first.map_or(at, |known| known.min(at)));
        }
        Ok((succeeded, failed))
    }

    /// Finished runs on a branch since a time.
    pub async fn recent_runs(
        &self,
        repo: &RepoName,
        branch: &str,
        since: Timestamp,
        pages: usize,
    ) -> Result<Recent<RunSeen>, GitHubError> {
        #[derive(Deserialize)]
        struct Page {
            workflow_runs: Vec<wire::WorkflowRun>,
        }
        let query = format!(
            "/actions/runs?branch={}&status=completed&exclude_pull_requests=true&created={}",
            escape(branch),
            escape(&format!(">={}", since.date())),
        );
        self.recent(
            "/repos/{owner}/{repo}/actions/runs",
            in_repo(repo, &query),
            pages,
            |body| serde_json::from_slice::<Page>(body).map(|page| page.workflow_runs),
            |row| row.seen(branch),
            |_| false,
        )
        .await
    }

    /// Releases, published or not.
    pub async fn recent_releases(
        &self,
        repo: &RepoName,
        since: Timestamp,
        pages: usize,
    ) -> Result<Recent<ReleaseSeen>, GitHubError> {
        self.recent(
            "/repos/{owner}/{repo}/releases",
            in_repo(repo, "/releases"),
            pages,
            |body| serde_json::from_slice::<Vec<wire::Release>>(body),
            |row| Ok(Some(row.seen())),
            |seen| seen.published.is_some_and(|at| at < since),
        )
        .await
    }

    /// Issues with a label that changed since a time, open and closed.
    pub async fn labelled_issues(
        &self,
        repo: &RepoName,
        label: &str,
        since: Timestamp,
        pages: usize,
    ) -> Result<Recent<IssueSeen>, GitHubError> {
        let query = format!(
            "/issues?state=all&labels={}&since={}",
            escape(label),
            escape(&since.to_rfc3339())
        );
        self.recent(
            "/repos/{owner}/{repo}/issues",
            in_repo(repo, &query),
            pages,
            |body| serde_json::from_slice::<Vec<wire::Issue>>(body),
            |row| row.seen(None).map(Some),
            |_| false,
        )
        .await
    }

    /// What `head` ships where `base` was live before: at most 300 commits, else it is partial.
    /// Commits that GitHub no longer knows, or that share no history, give
    /// [`Relation::Unknown`].
    pub async fn shipped(
        &self,
        repo: &RepoName,
        base: &Sha,
        head: &Sha,
    ) -> Result<Compared, GitHubError> {
        let mut compared = Compared {
            with: base.clone(),
            relation: Relation::Unknown,
            commits: Vec::new(),
            partial: false,
        };
        let mut read = 0;
        for page in 1..=COMMIT_PAGES {
            let path = format!("/compare/{base}...{head}?per_page=100&page={page}");
            let call = Call::get("/repos/{owner}/{repo}/compare/{basehead}", in_repo(repo, &path))
                .at_most(MAX_COMPARISON);
            let found: wire::Comparison = match self.read(&call).await {
                Ok(found) => found,
                Err(GitHubError::NotFound { .. } | GitHubError::Rejected { status: 422, .. }) => {
                    compared.partial = true;
                    return Ok(compared);
                }
                Err(error) => return Err(error),
            };
            compared.relation = Relation::of_status(&found.status);
            read += found.commits.len();
            compared.commits.extend(found.commits.iter().filter_map(|c| c.measured()));
            compared.partial = read < found.total_commits;
            if !compared.partial || found.commits.is_empty() {
                break;
            }
        }
        Ok(compared)
    }
}
