//! `/api/v1/dora`: each repository's measures; `/api/v1/dora/cohorts`: on the path and not yet.

use std::collections::BTreeMap;

use axum::response::Response;
use serde::Serialize;
use utoipa::ToSchema;

use super::asked::Asked;
use super::paging::{Ask, Page, answer};
use super::scope::{Problem, ill};
use crate::domain::ids::InstallationId;
use crate::domain::metrics::summary::{AccountDora, CohortDora, RepoDora};
use crate::domain::report::dora::{render_cohort_sheet, render_sheet};
use crate::flow::dora::{Yard, measure};

/// How a repository delivers.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Delivery {
    /// Its organisation or user.
    account: String,
    /// When it was measured, RFC 3339.
    measured: String,
    #[serde(flatten)]
    dora: RepoDora,
}

/// How an account's repositories deliver, on the path and not yet.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub(super) struct Cohorts {
    /// The organisation or user.
    account: String,
    /// When it was measured, RFC 3339.
    measured: String,
    /// A comparison for each period.
    cohorts: Vec<CohortDora>,
}

/// DORA measures of repositories
///
/// Deployment frequency, lead time for changes, change failure rate, time to restore and CI over 7,
/// 30 and 90 days. Durations are in milliseconds, intervals 95 %; `small` marks samples below ten.
#[utoipa::path(get, path = "/api/v1/dora", tag = "delivery", params(Ask),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<Delivery>),
        (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 503, body = Problem)))]
pub(super) async fn list(asked: Asked) -> Result<Response, Response> {
    let Asked { web, ask, scope } = asked;
    let page = ask.repositories(&web, &scope).await?;
    let (store, now) = (&web.app.store, web.app.clock.now());
    let mut yards: BTreeMap<InstallationId, Yard> = BTreeMap::new();
    let mut items = Vec::with_capacity(page.rows.len());
    for row in page.rows {
        let yard = match yards.entry(row.installation) {
            std::collections::btree_map::Entry::Occupied(known) => known.into_mut(),
            std::collections::btree_map::Entry::Vacant(new) => {
                new.insert(Yard::of(store, row.installation, now).await.map_err(|e| ill(&e))?)
            }
        };
        let account = scope.account_of(row.installation);
        let dora = yard.measure(store, row.repo).await.map_err(|e| ill(&e))?;
        items.push(Delivery { account, measured: now.to_rfc3339(), dora });
    }
    let page = Page { items, next: page.next };
    Ok(answer(&ask, "/api/v1/dora", page, |items| render_sheet(&accounts(items))))
}

fn accounts(items: &[Delivery]) -> Vec<AccountDora> {
    let one = |item: &Delivery| AccountDora {
        account: item.account.clone(),
        measured: item.measured.clone(),
        repositories: vec![item.dora.clone()],
        cohorts: Vec::new(),
    };
    items.iter().map(one).collect()
}

/// DORA measures by cohort
///
/// Repositories on their golden path since their own adoption date, and those not yet, with a 95 %
/// bootstrap interval of the difference. No claim of cause. Reads every repository: ask once a day.
#[utoipa::path(get, path = "/api/v1/dora/cohorts", tag = "delivery", params(Ask),
    security(("bearer" = [])),
    responses(
        (status = 200, body = Page<Cohorts>),
        (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 503, body = Problem)))]
pub(super) async fn cohorts(asked: Asked) -> Result<Response, Response> {
    let Asked { web, ask, scope } = asked;
    let (store, now) = (&web.app.store, web.app.clock.now());
    let mut items = Vec::new();
    for row in &scope.installations {
        if let Some(found) = measure(store, row.id, None, now).await.map_err(|e| ill(&e))? {
            let AccountDora { account, measured, cohorts, .. } = found;
            items.push(Cohorts { account, measured, cohorts });
        }
    }
    let page = Page { items, next: None };
    Ok(answer(&ask, "/api/v1/dora/cohorts", page, |items| {
        let one = |item: &Cohorts| AccountDora {
            account: item.account.clone(),
            measured: item.measured.clone(),
            repositories: Vec::new(),
            cohorts: item.cohorts.clone(),
        };
        render_cohort_sheet(&items.iter().map(one).collect::<Vec<_>>())
    }))
}
