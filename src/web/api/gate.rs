//! `POST /api/v1/gate`: may this be deployed? For pipelines where GitHub asks nobody.

use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use utoipa::ToSchema;

use super::scope::{Problem, refuse};
use crate::domain::ids::RepoName;
use crate::domain::report::gate::Told;
use crate::flow::gate_question::{GateQuestion, NoDecision};
use crate::web::Web;

/// A question is short.
const MAX_BODY_BYTES: usize = 16 * 1024;
/// Longest name of an environment or a ref.
const MAX_NAME: usize = 255;

/// May this be deployed?
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Question {
    /// The repository, `owner/name`.
    #[schema(value_type = String)]
    repository: RepoName,
    /// Where to, at most 255 characters.
    environment: String,
    /// A branch, a tag or a commit, at most 255 characters.
    #[serde(rename = "ref")]
    git_ref: String,
}

/// Ask the gate
///
/// Whether a ref may be deployed to an environment, with all reasons: for pipelines where GitHub asks
/// nobody. A repository that the token may not ask about looks like one that is not known.
#[utoipa::path(post, path = "/api/v1/gate", tag = "gate", request_body = Question,
    security(("bearer" = [])),
    responses(
        (status = 200, body = Told, description = "The decision, whatever it is"),
        (status = 401, body = Problem), (status = 404, body = Problem),
        (status = 413, body = Problem), (status = 422, body = Problem),
        (status = 503, body = Problem)))]
pub(super) async fn ask(State(web): State<Web>, headers: HeaderMap, body: Body) -> Response {
    let caller = match web.bearers.caller(&headers) {
        Ok(caller) => caller,
        Err(refused) => return refused.into_response(),
    };
    let bytes = match to_bytes(body, MAX_BODY_BYTES).await {
        Ok(bytes) => bytes,
        Err(_) => return refuse(StatusCode::PAYLOAD_TOO_LARGE, "the question is too long"),
    };
    let asked: Question = match serde_json::from_slice(&bytes) {
        Ok(asked) => asked,
        Err(error) => {
            let words = format!("ask with `repository`, `environment` and `ref`: {error}");
            return refuse(StatusCode::UNPROCESSABLE_ENTITY, &words);
        }
    };
    let fits = |text: &str| !text.trim().is_empty() && text.len() <= MAX_NAME;
    if !fits(&asked.environment) || !fits(&asked.git_ref) {
        let words = "`environment` and `ref` must be names of at most 255 characters";
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, words);
    }
    // Whose it is, and whether it is there, look the same from outside.
    let unknown = || refuse(StatusCode::NOT_FOUND, "no such repository is known here");
    if !caller.may(asked.repository.owner()) {
        return unknown();
    }
    let question = GateQuestion {
        repository: &asked.repository,
        environment: &asked.environment,
        git_ref: &asked.git_ref,
    };
    match web.app.gate_question(question).await {
        Ok((request, decision)) => Json(Told::new(&request, &decision)).into_response(),
        Err(NoDecision::UnknownRepository) => unknown(),
        Err(NoDecision::UnknownRef) => {
            refuse(StatusCode::UNPROCESSABLE_ENTITY, "the repository has no such `ref`")
        }
        Err(NoDecision::NotNow(reason)) => {
            tracing::warn!(reason, "a question to the gate stays unanswered");
            refuse(StatusCode::SERVICE_UNAVAILABLE, "not now; ask again in a minute")
        }
    }
}
