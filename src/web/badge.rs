//! `/badge/{owner}/{repo}.svg`: a repository's level, for its README.
//!
//! A repository that is private, not known, or not judged shows the same badge, "unknown", so that
//! nobody learns what there is. A private one's own badge has a sealed address, which
//! `/platform scorecard` gives to those who may see the repository.

use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use super::Web;
use crate::domain::finding::Level;
use crate::domain::ids::RepoName;
use crate::domain::scorecard::card::Card;

#[derive(Deserialize)]
pub(super) struct Seal {
    #[serde(default)]
    seal: String,
}

#[derive(Template)]
#[template(
    ext = "svg",
    escape = "html",
    source = r##"<svg xmlns="http://www.w3.org/2000/svg" width="134" height="20" role="img" aria-label="golden path: {{ word }}"><title>golden path: {{ word }}</title><rect width="134" height="20" rx="3" fill="#444"/><path d="M79 0h52a3 3 0 0 1 3 3v14a3 3 0 0 1-3 3H79z" fill="{{ colour }}"/><g fill="#fff" text-anchor="middle" font-family="Verdana,DejaVu Sans,sans-serif" font-size="11"><text x="40" y="14">golden path</text><text x="106" y="14">{{ word }}</text></g></svg>
"##
)]
struct Badge {
    word: &'static str,
    colour: &'static str,
}

/// Always an image: a README shows no error.
pub(super) async fn show(
    State(web): State<Web>,
    Path((owner, file)): Path<(String, String)>,
    Query(Seal { seal }): Query<Seal>,
) -> Response {
    let card = match file.strip_suffix(".svg") {
        Some(name) => card(&web, &format!("{owner}/{name}"), &seal).await,
        None => return StatusCode::NOT_FOUND.into_response(),
    };
    let (word, colour) = match card.map(|card| card.level) {
        None => ("unknown", "#777"),
        Some(None) => ("none", "#a33"),
        Some(Some(Level::Bronze)) => ("bronze", "#8a5a2b"),
        Some(Some(Level::Silver)) => ("silver", "#5f6b76"),
        Some(Some(Level::Gold)) => ("gold", "#8a6d00"),
    };
    let Ok(svg) = (Badge { word, colour }).render() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (header::CONTENT_TYPE, "image/svg+xml"),
        // GitHub's image proxy keeps what it may.
        (header::CACHE_CONTROL, "no-cache, max-age=300"),
        (header::CONTENT_SECURITY_POLICY, "default-src 'none'"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ]
    .map(|(name, value)| (name, HeaderValue::from_static(value)));
    (headers, svg).into_response()
}

/// The card, when whoever asks may see it.
async fn card(web: &Web, name: &str, seal: &str) -> Option<Card> {
    let name = RepoName::parse(name).ok()?;
    let (repo, private, json) = web.app.store.card_named(&name).await.ok()??;
    let opens = || web.app.links.as_ref().is_some_and(|links| links.opens_badge(repo, seal));
    if private && !opens() {
        return None;
    }
    serde_json::from_str(&json?).ok()
}
