//! Who has installed us, and what did they grant? Calls in the App's own name.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::domain::ids::InstallationId;

use super::call::{Answer, Call};
use super::client::{GitHub, Who};
use super::error::GitHubError;
use super::repository::Repository;
use super::scope::TokenScope;

/// The App as GitHub knows it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct AppInfo {
    /// The numeric id.
    pub id: i64,
    /// As in `github.com/apps/SLUG` and in the bot's login `SLUG[bot]`.
    #[serde(default)]
    pub slug: Option<String>,
    /// The name.
    pub name: String,
    /// What it asks for: `checks` → `write`.
    #[serde(default)]
    pub permissions: BTreeMap<String, String>,
    /// Webhook events that it hears.
    #[serde(default)]
    pub events: Vec<String>,
}

/// One installation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstallationInfo {
    /// Its id.
    pub id: InstallationId,
    /// The organisation's or user's login.
    pub account: String,
    /// What was granted, which may be less than the App asks for: `checks` → `write`.
    pub permissions: BTreeMap<String, String>,
    /// Whether it covers all repositories, also future ones.
    pub all_repositories: bool,
    /// Suspended: every token request answers 403.
    pub suspended: bool,
}

/// A repository that an installation covers.
pub type InstallationRepository = Repository;

#[derive(Deserialize)]
struct Wire {
    id: InstallationId,
    account: Option<Account>,
    #[serde(default)]
    permissions: BTreeMap<String, String>,
    #[serde(default)]
    repository_selection: String,
    #[serde(default)]
    suspended_at: Option<String>,
}

/// A user or organisation has a login, an enterprise a slug.
#[derive(Deserialize)]
struct Account {
    login: Option<String>,
    slug: Option<String>,
}

impl From<Wire> for InstallationInfo {
    fn from(wire: Wire) -> Self {
        Self {
            id: wire.id,
            account: wire.account.and_then(|a| a.login.or(a.slug)).unwrap_or_default(),
            permissions: wire.permissions,
            all_repositories: wire.repository_selection == "all",
            suspended: wire.suspended_at.is_some(),
        }
    }
}

impl GitHub {
    /// The App itself: the cheapest call that proves id and key.
    pub async fn app(&self) -> Result<AppInfo, GitHubError> {
        let call = Call::get("/app", "/app");
        self.call_as_app(&call).await?.json(&call)
    }

    /// Every installation, suspended ones too.
    pub async fn installations(&self) -> Result<Vec<InstallationInfo>, GitHubError> {
        fn items(answer: &Answer, call: &Call) -> Result<Vec<InstallationInfo>, GitHubError> {
            let page: Vec<Wire> = answer.json(call)?;
            Ok(page.into_iter().map(InstallationInfo::from).collect())
        }
        let call = Call::get("/app/installations", "/app/installations?per_page=100");
        self.list(Who::App, call, items).await
    }

    /// One installation; [`GitHubError::NotFound`] once it is uninstalled.
    pub async fn installation_info(
        &self,
        id: InstallationId,
    ) -> Result<InstallationInfo, GitHubError> {
        let path = format!("/app/installations/{id}");
        let call = Call::get("/app/installations/{installation_id}", path);
        let wire: Wire = self.call_as_app(&call).await?.json(&call)?;
        Ok(wire.into())
    }

    /// Every repository that an installation covers.
    pub async fn installation_repositories(
        &self,
        id: InstallationId,
    ) -> Result<Vec<InstallationRepository>, GitHubError> {
        #[derive(Deserialize)]
        struct Page {
            repositories: Vec<Repository>,
        }
        fn items(answer: &Answer, call: &Call) -> Result<Vec<Repository>, GitHubError> {
            Ok(answer.json::<Page>(call)?.repositories)
        }
        let path = "/installation/repositories?per_page=100";
        let call = Call::get("/installation/repositories", path);
        self.list(Who::Tenant(id, &TokenScope::listing()), call, items).await
    }
}
