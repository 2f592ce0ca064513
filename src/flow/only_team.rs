//! Who owns a repository whose files do not say so? The team that may push to it, where there is one
//! and GitHub tells us.

use crate::domain::adopt::OnlyTeam;
use crate::edge::github::{Access, GitHubError, Permission, TokenScope};

use super::App;
use super::fate::Fate;
use super::judge_commit::Subject;

impl App {
    /// The only team that may push; `None` also where it cannot be found out. The App does not ask
    /// for `administration: read`, which GitHub wants for this: owners may grant it.
    pub(super) async fn only_team(&self, subject: &Subject) -> Result<Option<OnlyTeam>, Fate> {
        let installation = subject.github.id();
        // Asking for more than was granted gives no token at all.
        if !self.granted(installation).await?.contains_key("administration") {
            return Ok(None);
        }
        let scope = TokenScope::of(subject.id).with(Permission::Administration, Access::Read);
        let github = self.github.installation(installation, scope);
        let teams = match github.teams(&subject.name).await {
            Ok(Some(teams)) => teams,
            // A user's repository has no teams.
            Ok(None) | Err(GitHubError::Forbidden { .. } | GitHubError::NotFound { .. }) => {
                return Ok(None);
            }
            Err(other) => return Err(other.into()),
        };
        let mut writing = teams.into_iter().filter(|team| team.writes());
        let first = writing.next();
        let only = first.filter(|_| writing.next().is_none());
        Ok(only.map(|team| OnlyTeam { slug: team.slug, permission: team.permission }))
    }
}
