//! Is somebody in one of these teams? GitHub says so, where it may be asked.

use crate::domain::config::rollout::bare_team;
use crate::domain::ids::InstallationId;
use crate::edge::github::{GitHubError, TokenScope};

use super::App;
use super::fate::Fate;

/// What is known of somebody and some teams.
pub(super) enum Membership {
    /// In one of them.
    Member,
    /// In none.
    Stranger,
    /// It cannot be found out, in words.
    Unknown(String),
}

impl App {
    /// Whether `login` is in any of these teams of the organisation.
    pub(super) async fn membership(
        &self,
        installation: InstallationId,
        organisation: &str,
        teams: &[String],
        login: &str,
    ) -> Result<Membership, Fate> {
        // Asking for more than was granted gives no token at all.
        if !self.granted(installation).await?.contains_key("members") {
            let why = "the App has not been granted `members: read`";
            return Ok(Membership::Unknown(why.to_owned()));
        }
        let github = self.github.installation(installation, TokenScope::members());
        let mut unknown = None;
        for team in teams {
            match github.in_team(organisation, &bare_team(team), login).await {
                Ok(true) => return Ok(Membership::Member),
                Ok(false) => {}
                Err(GitHubError::Forbidden { message }) => unknown = Some(message),
                Err(GitHubError::Rejected { message, .. }) => unknown = Some(message),
                Err(other) => return Err(other.into()),
            }
        }
        Ok(unknown.map_or(Membership::Stranger, Membership::Unknown))
    }
}
