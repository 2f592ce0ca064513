//! `POST /api/v1/coverage`: which lines do the tests of a commit run through?

use axum::Json;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::scope::{Problem, refuse};
use crate::domain::ids::{RepoName, Sha};
use crate::domain::risk::coverage::{CoverageReport, Format};
use crate::flow::keep_coverage::{CoverageUpload, NotKept};
use crate::web::Web;
use crate::web::intake::Unread;

/// Largest report.
const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;
/// Longest name of a suite.
const MAX_NAME: usize = 100;

/// Of what a report is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub(super) struct Upload {
    /// The repository, `owner/name`.
    repository: String,
    /// The commit that was tested, 40 hexadecimal digits. For pull requests the head, not GitHub's
    /// merge commit: `github.event.pull_request.head.sha`.
    commit: String,
    /// Which suite, when there are several: letters, digits, `-`, `_`, `.`; `default` unless said
    /// otherwise. A second upload under a name takes the place of the first; lines of several names
    /// are added up.
    name: Option<String>,
    /// `lcov`, `cobertura` or `jacoco`; unless it is said, the text itself tells.
    format: Option<String>,
    /// The folder that the repository lay in where the tests ran, to be taken off absolute paths.
    /// Where GitHub's own runners put it is known.
    root: Option<String>,
}

/// What was understood.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct Uploaded {
    /// The repository, `owner/name`.
    repository: String,
    /// The commit.
    commit: String,
    /// The suite.
    name: String,
    /// `lcov`, `cobertura` or `jacoco`.
    format: &'static str,
    /// Files with lines that can be run.
    files: usize,
    /// Lines that tests run through.
    hit: u64,
    /// Lines that can be run.
    lines: u64,
}

/// Coverage
///
/// The body is a report as lcov, Cobertura or JaCoCo write it, at most 10 MiB. The check
/// `waymark / deploy risk` of the pull request with this head is brought up to date.
#[utoipa::path(post, path = "/api/v1/coverage", tag = "risk", params(Upload),
    request_body(content = String, content_type = "application/octet-stream"),
    security(("bearer" = [])),
    responses(
        (status = 201, body = Uploaded), (status = 401, body = Problem),
        (status = 404, body = Problem), (status = 413, body = Problem),
        (status = 422, body = Problem), (status = 503, body = Problem)))]
pub(super) async fn put(
    State(web): State<Web>,
    headers: HeaderMap,
    upload: Result<Query<Upload>, axum::extract::rejection::QueryRejection>,
    body: Body,
) -> Response {
    take(web, headers, upload, body).await.unwrap_or_else(|refused| refused)
}

async fn take(
    web: Web,
    headers: HeaderMap,
    upload: Result<Query<Upload>, axum::extract::rejection::QueryRejection>,
    body: Body,
) -> Result<Response, Response> {
    let caller = web.bearers.caller(&headers).map_err(IntoResponse::into_response)?;
    let odd = |words: &str| refuse(StatusCode::UNPROCESSABLE_ENTITY, words);
    let Query(upload) = upload.map_err(|error| odd(&error.body_text()))?;
    let repository = RepoName::parse(&upload.repository)
        .map_err(|_| odd("`repository` must be `owner/name`"))?;
    let commit = Sha::parse(&upload.commit.to_ascii_lowercase())
        .map_err(|_| odd("`commit` must be the 40 hexadecimal digits of a commit"))?;
    let name = upload.name.unwrap_or_else(|| "default".to_owned());
    if !is_name(&name) {
        return Err(odd("`name` must be letters, digits, `-`, `_` and `.`, at most 100"));
    }
    let format = match upload.format.as_deref().map(Format::named) {
        Some(None) => return Err(odd("`format` must be `lcov`, `cobertura` or `jacoco`")),
        named => named.flatten(),
    };
    // Whose it is, and whether it is there, look the same from outside.
    if !caller.may(repository.owner()) {
        let unknown = NotKept::UnknownRepository.to_string();
        return Err(refuse(StatusCode::NOT_FOUND, &unknown));
    }
    let (bytes, held) = web.intake.read(body, MAX_BODY_BYTES).await.map_err(unread)?;
    let text = String::from_utf8(bytes).map_err(|_| odd("the report is not UTF-8 text"))?;
    let format = format.unwrap_or_else(|| Format::guess(&text));
    let root = upload.root;
    let parsed =
        tokio::task::spawn_blocking(move || CoverageReport::parse(&text, format, root.as_deref()));
    let busy = || refuse(StatusCode::SERVICE_UNAVAILABLE, "not now; try again shortly");
    let report = parsed.await.map_err(|_| busy())?;
    drop(held);
    let report = report.map_err(|why| odd(&format!("the report {why}")))?;
    let kept =
        CoverageUpload { repository: &repository, commit: &commit, name: &name, report: &report };
    web.app.keep_coverage(kept).await.map_err(|why| not_kept(&why))?;
    let (hit, lines) = report.totals();
    let told = Uploaded {
        repository: repository.to_string(),
        commit: commit.to_string(),
        name,
        format: format.as_str(),
        files: report.files.len(),
        hit,
        lines,
    };
    Ok((StatusCode::CREATED, Json(told)).into_response())
}

fn is_name(name: &str) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    !name.is_empty() && name.len() <= MAX_NAME && name.bytes().all(plain)
}

fn unread(why: Unread) -> Response {
    match why {
        Unread::TooLarge => {
            refuse(StatusCode::PAYLOAD_TOO_LARGE, "the report is larger than 10 MiB")
        }
        Unread::Broken => {
            refuse(StatusCode::UNPROCESSABLE_ENTITY, "the report did not arrive whole")
        }
        Unread::Full => {
            refuse(StatusCode::SERVICE_UNAVAILABLE, "too much at once; try again shortly")
        }
    }
}

fn not_kept(why: &NotKept) -> Response {
    match why {
        NotKept::UnknownRepository => refuse(StatusCode::NOT_FOUND, &why.to_string()),
        NotKept::TooLarge => refuse(StatusCode::PAYLOAD_TOO_LARGE, &why.to_string()),
        NotKept::TooMany => refuse(StatusCode::UNPROCESSABLE_ENTITY, &why.to_string()),
        NotKept::Store(error) => super::scope::ill(error),
    }
}
