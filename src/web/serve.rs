//! How are connections served? HTTP/1.1 within bounds of number, time and memory: `axum::serve`
//! has none, and a few hundred silent connections would take every file descriptor for good.

use std::io::ErrorKind;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::{Body, HttpBody};
use axum::extract::Request;
use axum::handler::{Handler, HandlerWithoutStateExt};
use axum::routing::{MethodRouter, any_service};
use http_body_util::BodyExt;
use hyper_util::rt::{TokioExecutor, TokioIo};
use hyper_util::server::conn::auto::Builder;
use hyper_util::service::TowerToHyperService;
use rustix::process::{Resource, getrlimit};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinSet;

use super::visitors::{Bounds, Visitor, Visitors};

/// Connections at once, where the process may open enough files.
const MOST: usize = 1024;
/// Whoever connects has something to say: the head of the first request is here by then.
const FIRST_HEAD: Duration = Duration::from_secs(10);
/// Proxies keep connections for a next request, 60 s as a rule; one that we close before they do
/// is now and then closed under a request on its way.
const NEXT_HEAD: Duration = Duration::from_secs(75);
/// What a connection keeps in memory of what it reads; also the longest head of a request.
const BUFFER_BYTES: usize = 64 * 1024;
/// After a connection could not be taken for want of files.
const PAUSE: Duration = Duration::from_millis(100);

impl Bounds {
    /// Those of this process. It takes half of the files that it may open for connections: the
    /// database, the evaluators and calls to GitHub need theirs.
    pub fn usual() -> Self {
        let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let places = usize::try_from(files / 2).unwrap_or(MOST).clamp(1, MOST);
        Self { places, first_head: FIRST_HEAD, next_head: NEXT_HEAD }
    }
}

/// Answers on `listener` within `bounds` until `end`; then takes no more connections, finishes the
/// requests at hand, and returns.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    bounds: Bounds,
    end: impl Future<Output = ()>,
) {
    let visitors = Visitors::within(bounds);
    let (ending, ended) = watch::channel(false);
    let routes: MethodRouter = any_service(router);
    let mut conversations = JoinSet::new();
    let mut end = pin!(end);
    loop {
        let (stream, visitor) = tokio::select! {
            taken = take_in(&listener, &visitors) => taken,
            () = end.as_mut() => break,
        };
        conversations.spawn(converse(stream, Arc::new(visitor), routes.clone(), ended.clone()));
        while conversations.try_join_next().is_some() {}
    }
    drop(listener);
    let _ = ending.send(true);
    while conversations.join_next().await.is_some() {}
}

/// The next connection, and its place.
async fn take_in(listener: &TcpListener, visitors: &Visitors) -> (TcpStream, Visitor) {
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return (stream, visitors.enter().await),
            Err(error) => refused(visitors, error).await,
        }
    }
}

/// Somebody hung up before we answered the door, or we may open no more files.
async fn refused(visitors: &Visitors, error: std::io::Error) {
    use ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    if matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset) {
        return;
    }
    tracing::error!(%error, "a connection could not be taken; another makes room");
    visitors.send_one_away();
    tokio::time::sleep(PAUSE).await;
}

/// One connection to its end.
async fn converse(
    stream: TcpStream,
    visitor: Arc<Visitor>,
    routes: MethodRouter,
    mut ended: watch::Receiver<bool>,
) {
    let hearing = visitor.clone();
    let answer = move |request: Request| hear(request, hearing.clone(), routes.clone());
    let service = TowerToHyperService::new(answer.into_service());
    let mut builder = Builder::new(TokioExecutor::new()).http1_only();
    builder.http1().max_buf_size(BUFFER_BYTES);
    let mut talk = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let mut overstays = pin!(visitor.overstays());
    tokio::select! {
        _ = talk.as_mut() => return,
        () = overstays.as_mut() => return,
        _ = ended.wait_for(|ended| *ended) => {}
    }
    talk.as_mut().graceful_shutdown();
    tokio::select! {
        _ = talk => {}
        () = overstays => {}
    }
}

/// One request; the visitor is told what it is at.
async fn hear(
    request: Request,
    visitor: Arc<Visitor>,
    routes: MethodRouter,
) -> axum::response::Response {
    visitor.head();
    let request = if request.body().is_end_stream() {
        visitor.whole();
        request
    } else {
        let hearing = visitor.clone();
        request.map(|body| {
            // Not for trailers: this is asked once nothing more of the body is to come.
            Body::new(body.with_trailers(async move {
                hearing.whole();
                None
            }))
        })
    };
    let answer = <MethodRouter as Handler<(), ()>>::call(routes, request, ()).await;
    visitor.answered();
    answer
}
