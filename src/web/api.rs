//! `/api/v1`: what does a program want to know? JSON with pages, or CSV, for whoever has a token.
//!
//! A route is a handler with its `#[utoipa::path]` in a file here, and a line in [`routes`] and in
//! [`description::Description`]; a test holds every answer against the description.

mod asked;
mod coverage;
mod description;
mod dora;
mod gate;
mod organisations;
mod paging;
mod policies;
mod repositories;
mod scope;
mod waivers;

use axum::Router;
use axum::routing::{get, post};

use super::Web;

/// Every route of the API.
pub(super) fn routes() -> Router<Web> {
    Router::new()
        .route("/api/v1/openapi.json", get(description::show))
        .route("/api/v1/organisations", get(organisations::list))
        .route("/api/v1/repositories", get(repositories::list))
        .route("/api/v1/policies", get(policies::list))
        .route("/api/v1/waivers", get(waivers::list))
        .route("/api/v1/dora", get(dora::list))
        .route("/api/v1/dora/cohorts", get(dora::cohorts))
        .route("/api/v1/coverage", post(coverage::put))
        .route("/api/v1/gate", post(gate::ask))
}
