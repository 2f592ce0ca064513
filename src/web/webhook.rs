//! `POST /webhook`: is it GitHub, is it whole, is it stored? Then 202, and the work comes later.

use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::de::IgnoredAny;
use tracing::Instrument;

use crate::edge::clock::Stopwatch;
use crate::edge::github::signature;
use crate::edge::store::Accepted;
use crate::flow::aside::aside;

use super::Web;
use super::intake::Unread;

/// GitHub does not send payloads over 25 MB.
const MAX_BODY_BYTES: usize = 25 * 1024 * 1024;
/// GUIDs have 36 characters; other servers' delivery ids are not longer than this.
const MAX_ID: usize = 100;

/// Proxies and people's own senders honour it; GitHub's deliveries are found by recovery.
const RETRY_AFTER: HeaderValue = HeaderValue::from_static("10");

type Reply = (StatusCode, &'static str);

/// [`take`], measured, in a span that names the delivery.
pub(super) async fn receive(State(web): State<Web>, headers: HeaderMap, body: Body) -> Response {
    let stopwatch = Stopwatch::start();
    let span = tracing::error_span!(
        "delivery",
        delivery = word(&headers, "x-github-delivery"),
        event = word(&headers, "x-github-event"),
    );
    let metrics = web.metrics.clone();
    let reply = take(web, headers, body).instrument(span).await.unwrap_or_else(|refusal| refusal);
    metrics.intake(reply.0.as_u16(), stopwatch.seconds());
    let mut response = reply.into_response();
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, RETRY_AFTER);
    }
    response
}

/// A header's value, if it is a plain word: nothing else of a stranger's reaches rows and logs.
fn word(headers: &HeaderMap, name: &str) -> Option<String> {
    let text = headers.get(name)?.to_str().ok()?;
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.:".contains(&b);
    (!text.is_empty() && text.len() <= MAX_ID && text.bytes().all(plain)).then(|| text.to_owned())
}

/// 202 when stored (also a repeat, also an event that nobody reads), 401 for a bad or missing
/// signature, 413 for a body over 25 MiB, 400 for what GitHub never sends, 503 when it could not
/// be stored or there is no room: GitHub then shows the delivery as failed, and recovery finds it.
async fn take(web: Web, headers: HeaderMap, body: Body) -> Result<Reply, Reply> {
    let too_large = (StatusCode::PAYLOAD_TOO_LARGE, "the body is larger than 25 MiB\n");
    let (body, held) = match web.intake.read(body, MAX_BODY_BYTES).await {
        Ok(read) => read,
        Err(Unread::TooLarge) => return Err(too_large),
        Err(Unread::Broken) => {
            return Err((StatusCode::BAD_REQUEST, "the body did not arrive whole\n"));
        }
        Err(Unread::Full) => {
            web.metrics.overloaded();
            return Err((
                StatusCode::SERVICE_UNAVAILABLE,
                "too many large deliveries at once; try again shortly\n",
            ));
        }
    };
    let signed = headers.get("x-hub-signature-256").cloned();
    let secrets = web.secrets.clone();
    // What it takes up goes where it goes, also when nobody waits for the answer any more.
    let (body, _held, looked) = aside(body.len(), move || {
        // Nothing is parsed that is not signed.
        let looked = signature::verify(&secrets, signed.as_ref().map(HeaderValue::as_bytes), &body)
            .map(|()| serde_json::from_slice::<IgnoredAny>(&body).is_ok());
        (body, held, looked)
    })
    .await;
    let json = match looked {
        Ok(json) => json,
        Err(error) => {
            tracing::warn!(%error, bytes = body.len(), "a delivery was refused");
            web.metrics.refused();
            return Err((StatusCode::UNAUTHORIZED, "the signature does not match\n"));
        }
    };
    let (Some(event), Some(guid)) =
        (word(&headers, "x-github-event"), word(&headers, "x-github-delivery"))
    else {
        return Err((
            StatusCode::BAD_REQUEST,
            "the headers X-GitHub-Event and X-GitHub-Delivery are missing or malformed\n",
        ));
    };
    if !json {
        return Err((
            StatusCode::BAD_REQUEST,
            "the body is not JSON; set the webhook's content type to application/json\n",
        ));
    }
    match web.app.accept(guid, event, body).await {
        Ok(Accepted::New) => Ok((StatusCode::ACCEPTED, "accepted\n")),
        Ok(Accepted::Repeat) => Ok((StatusCode::ACCEPTED, "known already\n")),
        Err(error) => {
            tracing::error!(%error, "a delivery could not be stored");
            Err((StatusCode::SERVICE_UNAVAILABLE, "the delivery could not be stored\n"))
        }
    }
}
