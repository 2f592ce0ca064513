//! Who belongs to a team of an organisation, and which teams may do something in a repository?

use serde::Deserialize;

use super::call::Call;
use super::error::GitHubError;
use super::installation::{Installation, in_repo};
use crate::domain::ids::RepoName;
use crate::domain::percent::escape;

/// Teams of one repository that are asked for.
const MAX_TEAMS: usize = 100;

/// A team's access to a repository.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TeamAccess {
    /// As in `@organisation/slug`.
    pub slug: String,
    /// `pull`, `triage`, `push`, `maintain`, `admin`, or the name of the organisation's own role.
    pub permission: String,
}

impl TeamAccess {
    /// Whether it may push. Of an organisation's own role nobody says so here.
    pub fn writes(&self) -> bool {
        matches!(self.permission.as_str(), "push" | "maintain" | "admin")
    }
}

impl Installation {
    /// The teams that have access to a repository; `None`: more than one call tells. Needs
    /// `administration: read`. Of a public repository GitHub names those that were added to it.
    pub async fn teams(&self, repo: &RepoName) -> Result<Option<Vec<TeamAccess>>, GitHubError> {
        let path = in_repo(repo, &format!("/teams?per_page={MAX_TEAMS}"));
        let call = Call::get("/repos/{owner}/{repo}/teams", path);
        let found: Vec<TeamAccess> = self.read(&call).await?;
        Ok(Some(found).filter(|found| found.len() < MAX_TEAMS))
    }

    /// Whether `login` is an active member of the team with this slug. Needs `members: read`.
    /// GitHub answers alike when there is no such team: nobody is in it.
    pub async fn in_team(
        &self,
        organisation: &str,
        team: &str,
        login: &str,
    ) -> Result<bool, GitHubError> {
        #[derive(Deserialize)]
        struct Membership {
            state: String,
        }
        let route = "/orgs/{org}/teams/{team_slug}/memberships/{username}";
        let path = format!(
            "/orgs/{}/teams/{}/memberships/{}",
            escape(organisation),
            escape(team),
            escape(login)
        );
        match self.read::<Membership>(&Call::get(route, path)).await {
            // An invitation that nobody has answered is `pending`.
            Ok(membership) => Ok(membership.state == "active"),
            Err(GitHubError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
