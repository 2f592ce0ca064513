//! How do other people's checks stand on a branch?

use serde::Deserialize;

use crate::domain::ids::RepoName;

use super::call::Call;
use super::error::GitHubError;
use super::installation::{Installation, in_repo};
use crate::domain::percent::escape;

/// How a branch stands by its newest check suites, ours left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Health {
    /// Nothing failed; also where nothing ran, or nothing is done yet.
    Well,
    /// A suite failed.
    Red,
}

impl Installation {
    /// The suites of other Apps (GitHub Actions, CI services) on the tip of a branch.
    pub async fn health(&self, repo: &RepoName, branch: &str) -> Result<Health, GitHubError> {
        #[derive(Deserialize)]
        struct Suites {
            check_suites: Vec<Suite>,
        }
        #[derive(Deserialize)]
        struct Suite {
            conclusion: Option<String>,
            app: Option<App>,
        }
        #[derive(Deserialize)]
        struct App {
            id: u64,
        }
        let path = format!("/commits/{}/check-suites?per_page=100", escape(branch));
        let route = "/repos/{owner}/{repo}/commits/{ref}/check-suites";
        let found: Suites = self.read(&Call::get(route, in_repo(repo, &path))).await?;
        let own = self.github.app_id();
        let mut others =
            found.check_suites.iter().filter(|s| s.app.as_ref().is_none_or(|app| app.id != own));
        let is_red = |suite: &Suite| {
            let word = suite.conclusion.as_deref();
            matches!(word, Some("failure" | "timed_out" | "startup_failure"))
        };
        Ok(if others.any(is_red) { Health::Red } else { Health::Well })
    }
}
