//! `installation`: the App was installed, removed, suspended, or granted new permissions.

use serde::Deserialize;
use serde_json::Value;

use super::{Intent, RepoSeen};
use crate::domain::ids::{InstallationId, RepoId, RepoName};

#[derive(Deserialize)]
struct Payload {
    action: String,
    installation: Installation,
    #[serde(default)]
    repositories: Vec<RepoRef>,
}

#[derive(Deserialize)]
struct Installation {
    id: InstallationId,
    account: Option<Account>,
    #[serde(default)]
    permissions: Value,
    #[serde(default)]
    events: Value,
    suspended_at: Option<Value>,
}

#[derive(Deserialize)]
struct Account {
    /// Enterprises have a slug instead.
    login: Option<String>,
}

/// A repository as installation events name it: without default branch.
#[derive(Deserialize)]
pub(super) struct RepoRef {
    pub(super) id: RepoId,
    full_name: RepoName,
    #[serde(default)]
    private: bool,
}

impl From<RepoRef> for RepoSeen {
    fn from(r: RepoRef) -> Self {
        Self {
            id: r.id,
            name: r.full_name,
            default_branch: None,
            archived: false,
            private: r.private,
            labels: Default::default(),
        }
    }
}

pub(super) fn read(body: &[u8]) -> Result<Vec<Intent>, serde_json::Error> {
    let p: Payload = serde_json::from_slice(body)?;
    let installation = p.installation.id;
    Ok(match p.action.as_str() {
        "deleted" => vec![Intent::Uninstalled { installation }],
        "created" | "suspend" | "unsuspend" | "new_permissions_accepted" => {
            vec![Intent::Installed {
                installation,
                account: p.installation.account.and_then(|a| a.login).unwrap_or_default(),
                permissions: p.installation.permissions.to_string(),
                events: p.installation.events.to_string(),
                suspended: p.action == "suspend"
                    || (p.action != "unsuspend" && p.installation.suspended_at.is_some()),
                repos: p.repositories.into_iter().map(RepoSeen::from).collect(),
            }]
        }
        _ => Vec::new(),
    })
}
