//! `/api/v1/organisations`: who has installed us.

use axum::extract::{Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::paging::{Ask, Page, answer};
use super::scope::{Problem, Scope, ill};
use crate::domain::report::csv;
use crate::web::Web;

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
    repositories: usize,
}

/// Organisations
#[utoipa::path(get, path = "/api/v1/organisations", tag = "scorecard", params(Ask),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<Organisation>),
        (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 503, body = Problem)))]
pub(super) async fn list(
    State(web): State<Web>,
    headers: HeaderMap,
    Query(ask): Query<Ask>,
) -> Result<Response, Response> {
    let scope = Scope::of(&web, &headers, ask.account.as_deref()).await?;
    let mut items = Vec::new();
    for row in &scope.installations {
        let repos = web.app.store.repos(row.id).await.map_err(|e| ill(&e))?;
        items.push(Organisation {
            account: scope.account_of(row.id),
            installation: row.id.0,
            suspended: row.suspended,
            repositories: repos.iter().filter(|repo| repo.archived != Some(true)).count(),
        });
    }
    let page = Page { items, next: None };
    Ok(answer(&ask, "/api/v1/organisations", page, sheet))
}

fn sheet(items: &[Organisation]) -> String {
    let header = csv::line(["account", "installation", "suspended", "repositories"]);
    let line = |o: &Organisation| {
        let numbers = [o.installation.to_string(), o.suspended.to_string()];
        let [installation, suspended] = numbers;
        csv::line([o.account.clone(), installation, suspended, o.repositories.to_string()])
    };
    header + &items.iter().map(line).collect::<String>()
}
