//! Who belongs to a team of an organisation?

use serde::Deserialize;

use super::call::Call;
use super::error::GitHubError;
use super::installation::Installation;
use crate::domain::percent::escape;

impl Installation {
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
