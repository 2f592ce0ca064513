//! Who asked over HTTP? The webhook, the probes, the metrics, and a page per
//! judgement.

mod api;
mod badge;
mod bearer;
mod details;
mod health;
mod intake;
pub mod metrics;
mod serve;
mod visitors;
mod webhook;

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::{get, post};
use secrecy::SecretString;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::timeout::TimeoutLayer;
use tower_http::trace::TraceLayer;

use crate::config::ApiToken;
use crate::flow::App;
use bearer::Bearers;
use health::Credentials;
use intake::{Intake, USUAL};
use metrics::{Metrics, Standing};

pub use serve::serve;
pub use visitors::Bounds;

/// GitHub gives up after ten seconds; a client that is slower than this is none.
const REQUEST_LIMIT: Duration = Duration::from_secs(30);

/// What the handlers share. Cheap to clone.
#[derive(Clone)]
pub struct Web {
    pub(crate) app: App,
    pub(crate) secrets: Arc<[SecretString]>,
    pub(crate) metrics: Metrics,
    pub(crate) bearers: Bearers,
    credentials: Credentials,
    intake: Intake,
    standing: Standing,
}

impl Web {
    /// The App, the webhook secrets (two while rotating), and the metrics to show.
    pub fn new(app: App, secrets: Vec<SecretString>, metrics: Metrics) -> Self {
        let (bearers, credentials) = (Bearers::default(), Credentials::default());
        let (intake, standing) = (Intake::of(USUAL), Standing::default());
        Self { app, secrets: secrets.into(), metrics, bearers, credentials, intake, standing }
    }

    /// The same with room for so many bytes of bodies at once.
    #[must_use]
    pub fn with_room(self, bytes: usize) -> Self {
        Self { intake: Intake::of(bytes), ..self }
    }

    /// The same with tokens that open `/api/v1`; without any it stays shut.
    #[must_use]
    pub fn with_tokens(mut self, tokens: &[ApiToken]) -> Self {
        self.bearers = Bearers::new(tokens);
        self
    }

    /// Every route.
    pub fn router(self) -> Router {
        Router::new()
            .route("/webhook", post(webhook::receive))
            .route("/livez", get(health::livez))
            .route("/readyz", get(health::readyz))
            .route("/metrics", get(metrics::show))
            .route("/judgements/{repo}/{id}", get(details::show))
            .merge(api::routes())
            .route("/badge/{owner}/{file}", get(badge::show))
            .layer(TimeoutLayer::with_status_code(StatusCode::REQUEST_TIMEOUT, REQUEST_LIMIT))
            .layer(CatchPanicLayer::new())
            .layer(TraceLayer::new_for_http())
            .with_state(self)
    }
}
