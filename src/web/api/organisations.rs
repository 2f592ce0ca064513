//! `/api/v1/organisations`: who has installed us.

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Asked;
use super::paging::{Ask, Page, answer};
use super::scope::{Problem, ill};
use crate::domain::finding::Level;
use crate::domain::report::csv;
use crate::flow::census::census;

/// An organisation (or user) that has installed Waymark.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Organisation {
    /// Its login.
    account: String,
    /// GitHub's id of the installation.
    installation: i64,
    /// Whether an owner has suspended it.
    suspended: bool,
    /// Repositories that are not archived.
    repositories: u64,
    /// Those on their golden path.
    on_path: u64,
    /// At gold exactly.
    gold: u64,
    /// At silver exactly.
    silver: u64,
    /// At bronze exactly.
    bronze: u64,
    /// Below bronze.
    below: u64,
    /// Never judged, or empty.
    unjudged: u64,
}

/// Organisations
#[utoipa::path(get, path = "/api/v1/organisations", tag = "scorecard", params(Ask),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<Organisation>),
        (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 503, body = Problem)))]
pub(super) async fn list(asked: Asked) -> Result<Response, Response> {
    let Asked { web, ask, scope } = asked;
    let mut items = Vec::new();
    for row in &scope.installations {
        let census = census(&web.app.store, row.id).await.map_err(|e| ill(&e))?;
        items.push(Organisation {
            account: scope.account_of(row.id),
            installation: row.id.0,
            suspended: row.suspended,
            repositories: census.repositories(),
            on_path: census.on_path,
            gold: census.at(Some(Level::Gold)),
            silver: census.at(Some(Level::Silver)),
            bronze: census.at(Some(Level::Bronze)),
            below: census.at(None),
            unjudged: census.unjudged,
        });
    }
    let page = Page { items, next: None };
    Ok(answer(&ask, "/api/v1/organisations", page, sheet))
}

fn sheet(items: &[Organisation]) -> String {
    let header = csv::line([
        "account",
        "installation",
        "suspended",
        "repositories",
        "on_path",
        "gold",
        "silver",
        "bronze",
        "below",
        "unjudged",
    ]);
    let line = |o: &Organisation| {
        let counts = [o.repositories, o.on_path, o.gold, o.silver, o.bronze, o.below, o.unjudged];
        let who = [o.account.clone(), o.installation.to_string(), o.suspended.to_string()];
        csv::line(who.into_iter().chain(counts.map(|n| n.to_string())))
    };
    header + &items.iter().map(line).collect::<String>()
}
