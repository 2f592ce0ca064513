//! `/api/v1/waivers`: which ways out are in force?

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Asked;
use super::paging::{Ask, Page, answer};
use super::repositories::card_of;
use super::scope::{Problem, ill};
use crate::domain::report::csv;

/// A waiver that covers findings of a default branch.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Waiver {
    /// The organisation or user.
    account: String,
    /// The repository, `owner/name`.
    repository: String,
    /// The policy that it excuses.
    policy: String,
    /// Why, in its author's words (text of a repository: escape it), at most 200 bytes.
    reason: String,
    /// The last day on which it counts, UTC.
    expires: String,
    /// Findings that it covers.
    findings: u32,
}

/// Waivers
///
/// By repository, at most 50 of each. A page may be empty while there is a next one.
#[utoipa::path(get, path = "/api/v1/waivers", tag = "scorecard", params(Ask),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<Waiver>),
        (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 503, body = Problem)))]
pub(super) async fn list(asked: Asked) -> Result<Response, Response> {
    let Asked { web, ask, scope } = asked;
    let page = ask.repositories(&web, &scope).await?;
    let mut items = Vec::new();
    for row in page.rows {
        let card = web.app.store.card(row.installation, row.repo.id).await.map_err(|e| ill(&e))?;
        let waivers = card_of(card.as_deref()).map(|card| card.waivers).unwrap_or_default();
        items.extend(waivers.into_iter().map(|waiver| Waiver {
            account: scope.account_of(row.installation),
            repository: row.repo.name.to_string(),
            policy: waiver.policy.to_string(),
            reason: waiver.reason,
            expires: waiver.expires,
            findings: waiver.findings,
        }));
    }
    let page = Page { items, next: page.next };
    Ok(answer(&ask, "/api/v1/waivers", page, sheet))
}

fn sheet(items: &[Waiver]) -> String {
    let header = csv::line(["account", "repository", "policy", "reason", "expires", "findings"]);
    let line = |w: &Waiver| {
        let findings = w.findings.to_string();
        csv::line([&w.account, &w.repository, &w.policy, &w.reason, &w.expires, &findings])
    };
    header + &items.iter().map(line).collect::<String>()
}
