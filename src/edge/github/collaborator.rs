//! What may a person do in a repository?

use serde::Deserialize;

use crate::domain::ids::RepoName;

use super::call::Call;
use super::error::GitHubError;
use super::installation::{Installation, in_repo};
use crate::domain::percent::escape;

/// What GitHub says of a person and a repository.
///
/// `author_association` in payloads is no substitute: members of a private organisation show as
/// contributors there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
pub struct Standing {
    /// `admin`, `write`, `read` or `none`: roles in between and roles of an organisation's own
    /// show as the one of these that they build on.
    pub permission: String,
    /// The role itself: `maintain`, `triage`, `security_reviewer`.
    #[serde(default)]
    pub role_name: String,
}

impl Standing {
    /// May see the repository.
    pub fn reads(&self) -> bool {
        self.writes() || self.permission == "read" || self.role_name == "triage"
    }

    /// May push to it.
    pub fn writes(&self) -> bool {
        matches!(self.permission.as_str(), "admin" | "write") || self.role_name == "maintain"
    }
}

impl Installation {
    /// What `login` may do in `repo`; `NotFound` for who is no user.
    pub async fn standing(&self, repo: &RepoName, login: &str) -> Result<Standing, GitHubError> {
        let route = "/repos/{owner}/{repo}/collaborators/{username}/permission";
        let path = in_repo(repo, &format!("/collaborators/{}/permission", escape(login)));
        self.read(&Call::get(route, path)).await
    }
}
