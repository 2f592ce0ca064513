//! What may one tenant's token do? The handle through which repositories are read and written.

use http::Method;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::ids::{InstallationId, RepoName};

use super::call::{Answer, Call};
use super::client::{GitHub, Who};
use super::error::GitHubError;
use super::scope::TokenScope;

/// One installation with a narrowed token, minted at the first call. Cheap enough to make per
/// job; tokens are shared by equal scopes.
#[derive(Debug, Clone)]
pub struct Installation {
    pub(super) github: GitHub,
    id: InstallationId,
    scope: TokenScope,
}

impl Installation {
    pub(super) fn new(github: GitHub, id: InstallationId, scope: TokenScope) -> Self {
        Self { github, id, scope }
    }

    /// Whose token is used.
    pub fn id(&self) -> InstallationId {
        self.id
    }

    pub(super) async fn call(&self, call: &Call) -> Result<Answer, GitHubError> {
        self.github.call(Who::Tenant(self.id, &self.scope), call).await
    }

    pub(super) async fn read<T: DeserializeOwned>(&self, call: &Call) -> Result<T, GitHubError> {
        self.call(call).await?.json(call)
    }

    pub(super) async fn write<T: DeserializeOwned>(
        &self,
        method: Method,
        route: &'static str,
        path: String,
        body: &impl Serialize,
    ) -> Result<T, GitHubError> {
        self.read(&Call::send(method, route, path, body)).await
    }

    pub(super) async fn list<T>(
        &self,
        call: Call,
        items: fn(&Answer, &Call) -> Result<Vec<T>, GitHubError>,
    ) -> Result<Vec<T>, GitHubError> {
        self.github.list(Who::Tenant(self.id, &self.scope), call, items).await
    }
}

/// `/repos/owner/name` and what follows; the name's characters need no escaping.
pub(super) fn in_repo(repo: &RepoName, rest: &str) -> String {
    format!("/repos/{repo}{rest}")
}
