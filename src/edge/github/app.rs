//! Who has installed us, and what did they grant? Calls in the App's own name.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

use crate::domain::ids::{InstallationId, RepoId};

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
    /// Where its owners settle what it may do.
    pub page: Option<String>,
}

/// The repositories that an installation covers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listing {
    /// All that the pages held.
    pub repositories: Vec<Repository>,
    /// Whether there are as many as GitHub said on every page: otherwise some joined or left
    /// between two pages, and one that stayed may have slipped through.
    pub whole: bool,
}

const REPOSITORIES: &str = "/installation/repositories";

/// A page of an installation's repositories.
#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    total_count: Option<usize>,
    repositories: Vec<Repository>,
}

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
    #[serde(default)]
    html_url: Option<String>,
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
            page: wire.html_url,
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
    ) -> Result<Listing, GitHubError> {
        type Row = (Option<usize>, Repository);
        fn items(answer: &Answer, call: &Call) -> Result<Vec<Row>, GitHubError> {
            let Page { total_count, repositories } = answer.json(call)?;
            Ok(repositories.into_iter().map(|repository| (total_count, repository)).collect())
        }
        let call = Call::get(REPOSITORIES, format!("{REPOSITORIES}?per_page=100"));
        let rows = self.list(Who::Tenant(id, &TokenScope::listing()), call, items).await?;
        let ids: BTreeSet<RepoId> = rows.iter().map(|(_, repository)| repository.id).collect();
        let whole = rows.iter().all(|(total, _)| *total == Some(ids.len()));
        let repositories = rows.into_iter().map(|(_, repository)| repository).collect();
        Ok(Listing { repositories, whole })
    }

    /// How many repositories an installation covers: one call. `None` where the server does not
    /// say.
    pub async fn count_installation_repositories(
        &self,
        id: InstallationId,
    ) -> Result<Option<usize>, GitHubError> {
        let call = Call::get(REPOSITORIES, format!("{REPOSITORIES}?per_page=1"));
        let answer = self.call(Who::Tenant(id, &TokenScope::listing()), &call).await?;
        Ok(answer.json::<Page>(&call)?.total_count)
    }
}
