//! What was asked, by whom: the question's parameters and what the caller's token opens.

use axum::extract::{FromRequestParts, Query};
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::paging::Ask;
use super::scope::{Scope, refuse};
use crate::web::Web;

/// A question that may be answered. Refused before its handler runs: parameters that cannot be
/// read (400), no token of ours (401), an account that the token does not open (404).
pub(super) struct Asked {
    pub(super) web: Web,
    pub(super) ask: Ask,
    pub(super) scope: Scope,
}

impl FromRequestParts<Web> for Asked {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, web: &Web) -> Result<Self, Response> {
        // A stranger learns nothing, not even what a question looks like.
        let caller = web.bearers.caller(&parts.headers).map_err(IntoResponse::into_response)?;
        let ask = Query::<Ask>::try_from_uri(&parts.uri)
            .map_err(|error| refuse(StatusCode::BAD_REQUEST, &error.body_text()))?
            .0;
        let scope = Scope::of(web, &caller, ask.account.as_deref()).await?;
        Ok(Self { web: web.clone(), ask, scope })
    }
}
