//! `/api/v1/policies`: which policies hold repositories back?

use std::collections::BTreeMap;

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Asked;
use super::paging::{Ask, Page, answer};
use super::scope::{Problem, ill};
use crate::domain::report::csv;
use crate::domain::scorecard::census::PolicyCount;
use crate::flow::census::census;

/// A policy, and how an account's repositories stand to it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Policy {
    /// The organisation or user.
    account: String,
    /// The policy's id.
    policy: String,
    /// The good state in words; null for an organisation's own policies.
    title: Option<String>,
    /// `bronze`, `silver`, `gold`: where it belongs unless configuration says otherwise.
    level: Option<&'static str>,
    /// Repositories with findings that are not waived.
    failing: u64,
    /// Repositories where a fact that it needs could not be read.
    unknown: u64,
    /// Repositories where the policy itself failed.
    broken: u64,
    /// Findings that are not waived.
    findings: u64,
    /// Repositories with findings that are waived.
    waived: u64,
}

/// Policies
///
/// Every built-in policy, and the organisation's own where they are open or waived somewhere. Those
/// that are merely observed are not counted. Reads every repository: ask once in a while.
#[utoipa::path(get, path = "/api/v1/policies", tag = "scorecard", params(Ask),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<Policy>),
        (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 503, body = Problem)))]
pub(super) async fn list(asked: Asked) -> Result<Response, Response> {
    let Asked { web, ask, scope } = asked;
    let known = &web.app.evaluators.catalogue().policies;
    let mut items = Vec::new();
    for row in &scope.installations {
        let census = census(&web.app.store, row.id).await.map_err(|e| ill(&e))?;
        let none = PolicyCount::default();
        let mut counts: BTreeMap<_, _> = known.iter().map(|p| (&p.id, &none)).collect();
        counts.extend(&census.policies);
        for (id, counts) in counts {
            let meta = known.iter().find(|p| p.id == *id);
            items.push(Policy {
                account: scope.account_of(row.id),
                policy: id.to_string(),
                title: meta.map(|p| p.title.clone()),
                level: meta.map(|p| p.level.as_str()),
                failing: counts.failing,
                unknown: counts.unknown,
                broken: counts.broken,
                findings: counts.findings,
                waived: counts.waived,
            });
        }
    }
    let page = Page { items, next: None };
    Ok(answer(&ask, "/api/v1/policies", page, sheet))
}

fn sheet(items: &[Policy]) -> String {
    let header = csv::line([
        "account", "policy", "title", "level", "failing", "unknown", "broken", "findings", "waived",
    ]);
    let line = |p: &Policy| {
        csv::line([
            p.account.clone(),
            p.policy.clone(),
            csv::figure(p.title.as_deref()),
            csv::figure(p.level),
            p.failing.to_string(),
            p.unknown.to_string(),
            p.broken.to_string(),
            p.findings.to_string(),
            p.waived.to_string(),
        ])
    };
    header + &items.iter().map(line).collect::<String>()
}
