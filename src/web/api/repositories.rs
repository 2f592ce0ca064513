//! `/api/v1/repositories`: how each repository stands at its default branch.

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Asked;
use super::paging::{Ask, Page, answer};
use super::scope::{Problem, ill};
use crate::domain::judge::Standing;
use crate::domain::report::csv;
use crate::domain::scorecard::card::{Card, Open};

/// A repository that is not archived.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Repository {
    /// Its organisation or user.
    account: String,
    /// Its name, `owner/name`.
    repository: String,
    /// GitHub's id; stays when it is renamed.
    id: i64,
    /// Whether it is private (or internal).
    private: bool,
    /// How it stands; null: never judged, or empty.
    standing: Option<Stand>,
}

/// How a repository stands.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Stand {
    /// The golden path that it walks.
    path: String,
    /// `bronze`, `silver`, `gold`; null below bronze.
    level: Option<&'static str>,
    /// Whether it walks a path that it has chosen, and has reached bronze there.
    on_path: bool,
    /// Who owns its first component, by the catalog.
    owner: Option<String>,
    /// Policies that apply and are not merely observed.
    applicable: u32,
    /// Those of them that pass or are waived.
    fulfilled: u32,
    /// The level after the present one, while something is missing for it.
    next_level: Option<&'static str>,
    /// What is missing for the levels, by id.
    open: Vec<OpenPolicy>,
    /// Waivers in force.
    waivers: usize,
}

/// A policy between a repository and a level.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OpenPolicy {
    /// Its id.
    policy: String,
    /// The level that it belongs to here.
    level: &'static str,
    /// `fail`, `unknown` or `broken`.
    status: &'static str,
    /// Findings that are not waived.
    findings: u32,
}

impl From<&Open> for OpenPolicy {
    fn from(open: &Open) -> Self {
        Self {
            policy: open.policy.to_string(),
            level: open.level.as_str(),
            status: match open.status {
                Standing::Unknown => "unknown",
                Standing::Broken => "broken",
                Standing::Fail | Standing::Pass | Standing::Waived | Standing::NotApplicable => {
                    "fail"
                }
            },
            findings: open.findings,
        }
    }
}

impl From<Card> for Stand {
    fn from(card: Card) -> Self {
        Self {
            level: card.level.map(|level| level.as_str()),
            on_path: card.on_path(),
            next_level: card.next().map(|(level, _)| level.as_str()),
            open: card.open.iter().map(OpenPolicy::from).collect(),
            waivers: card.waivers.len(),
            applicable: card.applicable,
            fulfilled: card.fulfilled,
            path: card.path,
            owner: card.owner,
        }
    }
}

/// Repositories
///
/// Golden path, level and what is missing for the next one, by the newest verdict on the default
/// branch. Archived repositories are left out.
#[utoipa::path(get, path = "/api/v1/repositories", tag = "scorecard", params(Ask),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<Repository>),
        (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 503, body = Problem)))]
pub(super) async fn list(asked: Asked) -> Result<Response, Response> {
    let Asked { web, ask, scope } = asked;
    let page = ask.repositories(&web, &scope).await?;
    let mut items = Vec::with_capacity(page.rows.len());
    for row in page.rows {
        let card = web.app.store.card(row.installation, row.repo.id).await.map_err(|e| ill(&e))?;
        items.push(Repository {
            account: scope.account_of(row.installation),
            repository: row.repo.name.to_string(),
            id: row.repo.id.0,
            private: row.repo.private,
            standing: card_of(card.as_deref()).map(Stand::from),
        });
    }
    let page = Page { items, next: page.next };
    Ok(answer(&ask, "/api/v1/repositories", page, sheet))
}

/// A stored card; one of another version's shape is as good as none.
pub(super) fn card_of(json: Option<&str>) -> Option<Card> {
    serde_json::from_str(json?).ok()
}

fn sheet(items: &[Repository]) -> String {
    let header = csv::line([
        "account",
        "repository",
        "id",
        "private",
        "path",
        "level",
        "on_path",
        "owner",
        "applicable",
        "fulfilled",
        "next_level",
        "open",
        "waivers",
    ]);
    let line = |r: &Repository| {
        let stand = r.standing.as_ref();
        let open =
            |s: &Stand| s.open.iter().map(|o| o.policy.as_str()).collect::<Vec<_>>().join(" ");
        csv::line([
            r.account.clone(),
            r.repository.clone(),
            r.id.to_string(),
            r.private.to_string(),
            csv::figure(stand.map(|s| s.path.as_str())),
            csv::figure(stand.and_then(|s| s.level)),
            csv::figure(stand.map(|s| s.on_path)),
            csv::figure(stand.and_then(|s| s.owner.as_deref())),
            csv::figure(stand.map(|s| s.applicable)),
            csv::figure(stand.map(|s| s.fulfilled)),
            csv::figure(stand.and_then(|s| s.next_level)),
            csv::figure(stand.map(open)),
            csv::figure(stand.map(|s| s.waivers)),
        ])
    };
    header + &items.iter().map(line).collect::<String>()
}
