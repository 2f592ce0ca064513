//! `POST /webhook`: is it GitHub, is it whole, is it stored? Then 202, and the work comes later.

use axum::body::{Body, to_bytes};
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::IgnoredAny;
use tracing::Instrument;

use crate::edge::clock::Stopwatch;
use crate::edge::github::signature;
use crate::edge::store::Accepted;

use super::Web;

/// GitHub does not send payloads over 25 MB.
const MAX_BODY_BYTES: usize = 25 * 1024 * 1024;
/// GUIDs have 36 characters; other servers' delivery ids are not longer than this.
const MAX_ID: usize = 100;

type Reply = (StatusCode, &'static str);

/// [`take`], measured, in a span that names the delivery.
pub(super) async fn receive(State(web): State<Web>, headers: HeaderMap, body: Body) -> Reply {
    let stopwatch = Stopwatch::start();
    let span = tracing::error_span!(
        "delivery",
        delivery = word(&headers, "x-github-delivery"),
        event = word(&headers, "x-github-event"),
    );
    let metrics = web.metrics.clone();
    let reply = take(web, headers, body).instrument(span).await.unwrap_or_else(|refusal| refusal);
    metrics.intake(reply.0.as_u16(), stopwatch.seconds());
    reply
}

/// A header's value, if it is a plain word: nothing else of a stranger's reaches rows and logs.
fn word(headers: &HeaderMap, name: &str) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.:".contains(&b);
    (!text.is_empty() && text.len() <= MAX_ID && text.bytes().all(plain)).then(|| text.to_owned())
}

/// 202 when stored (also a repeat, also an event that nobody reads), 401 for a bad or missing
/// signature, 413 for a body over 25 MiB, 400 for what GitHub never sends, 503 when it could not
/// be stored: GitHub then shows the delivery as failed, and recovery finds it.
async fn take(web: Web, headers: HeaderMap, body: Body) -> Result<Reply, Reply> {
    let too_large = (StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 25 MiB\n");
    let announced = headers.get(header::CONTENT_LENGTH).and_then(|l| l.to_str().ok()?.parse().ok());
    if announced.is_some_and(|length: u64| length > MAX_BODY_BYTES as u64) {
        return Err(too_large);
    }
    let body = match to_bytes(body, MAX_BODY_BYTES).await {
        Ok(body) => body,
        Err(error) if is_limit(&error) => return Err(too_large),
        Err(_) => return Err((StatusCode::BAD_REQUEST, "the body did not arrive whole\n")),
    };
    let signed = headers.get("x-hub-signature-256").map(|value| value.as_bytes());
    if let Err(error) = signature::verify(&web.secrets, signed, &body) {
        tracing::warn!(%error, bytes = body.len(), "a delivery was refused");
        web.metrics.refused();
        return Err((StatusCode::UNAUTHORIZED, "the signature does not match\n"));
    }
    let (Some(event), Some(guid)) =
        (word(&headers, "x-github-event"), word(&headers, "x-github-delivery"))
    else {
        return Err((
            StatusCode::BAD_REQUEST,
            "the headers X-GitHub-Event and X-GitHub-Delivery are missing or malformed\n",
        ));
    };
    if serde_json::from_slice::<IgnoredAny>(&body).is_err() {
        return Err((
            StatusCode::BAD_REQUEST,
            "the body is not JSON; set the webhook's content type to application/json\n",
        ));
    }
    match web.app.accept(guid, event, body.into()).await {
        Ok(Accepted::New) => Ok((StatusCode::ACCEPTED, "accepted\n")),
        Ok(Accepted::Repeat) => Ok((StatusCode::ACCEPTED, "known already\n")),
        Err(error) => {
            tracing::error!(%error, "a delivery could not be stored");
            Err((StatusCode::SERVICE_UNAVAILABLE, "the delivery could not be stored\n"))
        }
    }
}

/// Whether reading stopped because of the limit (its error is a private type behind a box).
fn is_limit(error: &axum::Error) -> bool {
    let mut cause: Option<&dyn std::error::Error> = Some(error);
    while let Some(error) = cause {
        if error.is::<http_body_util::LengthLimitError>() {
            return true;
        }
        cause = error.source();
    }
    false
}
