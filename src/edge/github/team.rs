//! Who is in a team?

use serde::Deserialize;

use super::base::escape;
use super::call::Call;
use super::error::GitHubError;
use super::installation::Installation;

#[derive(Deserialize)]
struct Membership {
    state: String,
}

impl Installation {
    /// Whether `login` is an active member of a team of this organisation, named by its slug; also
    /// through a team below it. A team or an organisation that does not exist has no members.
    pub async fn is_in_team(
        &self,
        organisation: &str,
        team: &str,
        login: &str,
    ) -> Result<bool, GitHubError> {
        let path = format!(
            "/orgs/{}/teams/{}/memberships/{}",
            escape(organisation),
            escape(team),
            escape(login)
        );
        let call = Call::get("/orgs/{org}/teams/{team_slug}/memberships/{username}", path);
        match self.read::<Membership>(&call).await {
            Ok(membership) => Ok(membership.state == "active"),
            Err(GitHubError::NotFound { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }
}
