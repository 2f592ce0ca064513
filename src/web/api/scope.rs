//! What may the caller see? The accounts that the token opens, narrowed to the one asked for.

use axum::Json;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;

use crate::domain::ids::InstallationId;
use crate::edge::store::{InstallationRow, StoreError};
use crate::web::Web;
use crate::web::bearer::Caller;

/// Why there is no answer.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Problem {
    /// In words.
    error: String,
}

/// The refusal of a request, with its status.
pub(super) fn refuse(status: StatusCode, error: &str) -> Response {
    (status, Json(Problem { error: error.to_owned() })).into_response()
}

/// The store does not answer: the operator's log has the reason.
pub(super) fn ill(error: &StoreError) -> Response {
    tracing::error!(%error, "the API could not read the store");
    refuse(StatusCode::SERVICE_UNAVAILABLE, "the store does not answer; try again shortly")
}

/// The installations that may be told of, by id.
#[derive(Debug)]
pub(super) struct Scope {
    /// They.
    pub(super) installations: Vec<InstallationRow>,
    /// Whether all there are: then nothing needs to be filtered by them.
    pub(super) everything: bool,
}

impl Scope {
    /// Of a caller. A token of one account sees that one whether it names it or not; another
    /// account looks to it like one that does not exist.
    pub(super) async fn of(
        web: &Web,
        caller: &Caller,
        account: Option<&str>,
    ) -> Result<Self, Response> {
        let unknown = || refuse(StatusCode::NOT_FOUND, "this token opens no account of that name");
        if account.is_some_and(|name| !caller.may(name)) {
            return Err(unknown());
        }
        let only = account.or(caller.account());
        let mut installations = web.app.store.installations().await.map_err(|e| ill(&e))?;
        installations.retain(|row| match (only, &row.account) {
            (None, _) => true,
            (Some(only), Some(login)) => login.eq_ignore_ascii_case(only),
            (Some(_), None) => false,
        });
        if account.is_some() && installations.is_empty() {
            return Err(unknown());
        }
        Ok(Self { installations, everything: only.is_none() })
    }

    /// The login of an installation's account, or its number while that is not known.
    pub(super) fn account_of(&self, id: InstallationId) -> String {
        let row = self.installations.iter().find(|row| row.id == id);
        row.and_then(|row| row.account.clone()).unwrap_or_else(|| id.to_string())
    }
}
