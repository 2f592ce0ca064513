//! Which repository is this? Its id, present name and default branch.

use serde::Deserialize;
use serde_json::Value;

use crate::domain::config::Labels;
use crate::domain::ids::{RepoId, RepoName};

use super::call::Call;
use super::error::GitHubError;
use super::installation::{Installation, in_repo};

/// What we need to know of a repository.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Repository {
    /// Stays when it is renamed or transferred.
    pub id: RepoId,
    /// Its present name; differs from the one asked for when it has moved.
    pub full_name: RepoName,
    /// Without `refs/heads/`.
    #[serde(default)]
    pub default_branch: String,
    /// Read-only: nothing can be written.
    #[serde(default)]
    pub archived: bool,
    /// Not visible to everybody.
    #[serde(default)]
    pub private: bool,
    /// When GitHub made it, RFC 3339, where GitHub tells.
    #[serde(default)]
    pub created_at: Value,
    /// Forked from another.
    #[serde(default)]
    pub fork: bool,
    /// Its topics, a list, where GitHub tells.
    #[serde(default)]
    pub topics: Value,
    /// Its custom properties, a mapping, where GitHub tells.
    #[serde(default)]
    pub custom_properties: Value,
}

impl Repository {
    /// Topics and custom properties as rules ask for them.
    pub fn labels(&self) -> Labels {
        Labels::of(&self.topics, &self.custom_properties)
    }
}

impl Installation {
    /// By name; a moved repository's old name works while nobody takes it.
    pub async fn repository(&self, name: &RepoName) -> Result<Repository, GitHubError> {
        self.read(&Call::get("/repos/{owner}/{repo}", in_repo(name, ""))).await
    }

    /// By id. GitHub does not document this address, but its own redirects of moved
    /// repositories lead here.
    pub async fn repository_by_id(&self, id: RepoId) -> Result<Repository, GitHubError> {
        self.read(&Call::get("/repositories/{id}", format!("/repositories/{id}"))).await
    }
}
