//! What happens to one HTTP request? Log, faults, identity, limits, checks, endpoint, checks, headers.

use std::panic::resume_unwind;

use axum::body::{Body as HttpBody, Bytes};
use axum::extract::Request;
use axum::response::Response;
use http_body_util::{BodyExt, Full};
use serde_json::Value;

use super::FakeGitHub;
use super::call::{Body, Reply};
use super::faults::{self, Kind};
use super::pipeline::{self, Incoming};

/// Serves one request. A cut connection is made by unwinding the connection's task, silently.
pub async fn serve(github: FakeGitHub, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let bytes = body.collect().await.map(|body| body.to_bytes()).unwrap_or_default();
    let incoming = Incoming::new(&github.world(), parts, bytes.to_vec());
    let _slot = Slot::take(&github);
    let route = incoming.route_name();
    let names = [route.clone(), incoming.path_name()];
    let fault = faults::take(&mut github.world().faults, &names);
    let reply = match &fault {
        Some(Kind::Answer(status, retry_after)) => faults::answer(*status, *retry_after),
        Some(Kind::SecondaryLimit(retry_after)) => super::limits::secondary_limit(*retry_after),
        Some(Kind::Drop) => {
            log(&github, &incoming, 0, true);
            cut()
        }
        Some(Kind::Stall(hit, gate)) => {
            hit.send_modify(|count| *count += 1);
            let mut gate = gate.clone();
            // An error means that the guard is gone: the way is free then, too.
            let _ = gate.wait_for(|open| *open).await;
            pipeline::answer(&mut github.world(), &incoming)
        }
        Some(Kind::Echo(status)) => {
            let text = format!("refused: authorization: {}", incoming.credentials());
            Reply::error(*status, &text)
        }
        Some(
            Kind::LoseAnswer | Kind::Silence | Kind::HalfBody | Kind::HalfDocument | Kind::Pass,
        )
        | None => pipeline::answer(&mut github.world(), &incoming),
    };
    let ordered = matches!(
        fault,
        Some(
            Kind::Answer(..)
                | Kind::SecondaryLimit(_)
                | Kind::LoseAnswer
                | Kind::Silence
                | Kind::HalfBody
                | Kind::HalfDocument
                | Kind::Echo(_)
        )
    ) || reply.headers.iter().any(|(name, _)| *name == pipeline::ORDERED);
    log(&github, &incoming, reply.status, ordered);
    github.inner.wake.notify_waiters();
    match fault {
        Some(Kind::LoseAnswer) => cut(),
        // Hyper drops this future as soon as the other side has closed the connection.
        Some(Kind::Silence) => std::future::pending().await,
        Some(Kind::HalfBody) => respond(&github, &incoming, reply, true),
        Some(Kind::HalfDocument) => respond(&github, &incoming, halved(reply), false),
        _ => respond(&github, &incoming, reply, false),
    }
}

fn cut() -> ! {
    resume_unwind(Box::new("the fake GitHub cuts this connection"))
}

/// Counts requests in flight for as long as it lives.
struct Slot(FakeGitHub);

impl Slot {
    fn take(github: &FakeGitHub) -> Slot {
        github.world().in_flight += 1;
        Slot(github.clone())
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        self.0.world().in_flight -= 1;
        self.0.changed();
    }
}

fn log(github: &FakeGitHub, incoming: &Incoming, status: u16, faulted: bool) {
    let logged = incoming.logged(&github.world(), status, faulted);
    github.world().calls.push(logged);
}

fn respond(github: &FakeGitHub, incoming: &Incoming, reply: Reply, half: bool) -> Response {
    let mut builder = Response::builder().status(reply.status);
    for (name, value) in pipeline::standard_headers(&github.world(), incoming) {
        builder = builder.header(name, value);
    }
    for (name, value) in reply.headers.iter().filter(|(name, _)| *name != pipeline::ORDERED) {
        builder = builder.header(*name, value);
    }
    let (kind, bytes) = match &reply.body {
        Body::Empty => (None, Vec::new()),
        Body::Raw(bytes) => (Some("application/vnd.github.raw; charset=utf-8"), bytes.clone()),
        Body::Json(value) => (Some("application/json; charset=utf-8"), encode(value)),
    };
    if let Some(kind) = kind {
        builder = builder.header("content-type", kind);
    }
    let body = if half {
        builder = builder.header("content-length", bytes.len());
        half_then_cut(bytes)
    } else {
        HttpBody::from(bytes)
    };
    builder.body(body).expect("headers are well-formed")
}

fn halved(reply: Reply) -> Reply {
    let mut bytes = match reply.body {
        Body::Json(value) => encode(&value),
        Body::Raw(bytes) => bytes,
        Body::Empty => Vec::new(),
    };
    bytes.truncate(bytes.len() / 2);
    Reply { body: Body::Raw(bytes), ..reply }
}

fn encode(value: &Value) -> Vec<u8> {
    serde_json::to_vec(value).expect("a value can be written")
}

/// Half of `bytes`, flushed, then the connection's task unwinds.
fn half_then_cut(mut bytes: Vec<u8>) -> HttpBody {
    bytes.truncate(bytes.len() / 2);
    // `map_frame` hides the length, so that the promised content-length stands.
    let body = Full::new(Bytes::from(bytes)).map_frame(|frame| frame).with_trailers(async {
        for _ in 0..3 {
            tokio::task::yield_now().await;
        }
        cut()
    });
    HttpBody::new(body)
}
