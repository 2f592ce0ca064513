{% if values.type == 'service' %}
//! Answers on /healthz and counts what it answered on /metrics.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Router, routing::get};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;

struct Metrics {
    registry: Registry,
    requests: Counter,
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    tracing_subscriber::fmt().json().init();
    let requests = Counter::default();
    let mut registry = Registry::default();
    registry.register("http_requests", "Requests answered", requests.clone());
    let app = Router::new()
        .route("/healthz", get(healthz))
        .route("/metrics", get(metrics))
        .with_state(Arc::new(Metrics { registry, requests }));
    let port = std::env::var("PORT").unwrap_or_else(|_| "${{ values.port }}".to_owned());
    tracing::info!(port, "listening");
    let listener = tokio::net::TcpListener::bind(format!("0.0.0.0:{port}")).await?;
    axum::serve(listener, app).await
}

async fn healthz(State(metrics): State<Arc<Metrics>>) -> StatusCode {
    metrics.requests.inc();
    StatusCode::NO_CONTENT
}

async fn metrics(State(metrics): State<Arc<Metrics>>) -> Result<String, StatusCode> {
    let mut text = String::new();
    encode(&mut text, &metrics.registry).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(text)
}
{% elif values.type == 'worker' %}
//! Does its work until it is told to stop, and counts it on /metrics.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use axum::{Router, routing::get};
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::registry::Registry;
use tokio::signal::unix::{SignalKind, signal};

#[tokio::main]
async fn main() -> std::io::Result<()> {
    tracing_subscriber::fmt().json().init();
    // Count here what is worked off: `done.inc()`.
    let done: Counter = Counter::default();
    let mut registry = Registry::default();
    registry.register("jobs_done", "Jobs worked off", done.clone());
    let app = Router::new().route("/metrics", get(metrics)).with_state(Arc::new(registry));
    let port = std::env::var("PORT").unwrap_or_else(|_| "${{ values.port }}".to_owned());
    let listener = tokio::net::TcpListener::bind(format!("0.0.0.0:{port}")).await?;
    let mut stop = signal(SignalKind::terminate())?;
    tracing::info!(port, "waiting for work");
    axum::serve(listener, app)
        .with_graceful_shutdown(async move {
            stop.recv().await;
        })
        .await?;
    tracing::info!("done");
    Ok(())
}

async fn metrics(State(registry): State<Arc<Registry>>) -> Result<String, StatusCode> {
    let mut text = String::new();
    encode(&mut text, &registry).map_err(|_| StatusCode::INTERNAL_SERVER_ERROR)?;
    Ok(text)
}
{% else %}
//! Does its work and says so.

fn main() {
    tracing_subscriber::fmt().json().init();
    tracing::info!("done");
}
{% endif %}
