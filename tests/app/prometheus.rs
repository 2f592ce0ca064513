//! A Prometheus that answers what a story tells it, on a local port.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::routing::get;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::task::AbortHandle;
use waymark::edge::prometheus::Prometheus;

const WINDOWS: [&str; 6] = ["5m", "30m", "1h", "2h", "6h", "1d"];

/// What it says: error ratios for the windows from the shortest on, and what the budget's query gives.
#[derive(Clone, Default)]
pub struct Says {
    pub ratios: [f64; 6],
    pub budget: f64,
    pub down: bool,
}

#[derive(Clone)]
pub struct FakePrometheus {
    pub url: String,
    says: Arc<Mutex<(Says, Vec<String>)>>,
    task: Arc<AbortHandle>,
}

impl FakePrometheus {
    pub async fn start() -> Self {
        let says: Arc<Mutex<(Says, Vec<String>)>> = Arc::default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let router =
            Router::new().route("/api/v1/query", get(answer)).with_state(Arc::clone(&says));
        let task = tokio::spawn(async move {
            let _ = axum::serve(listener, router).await;
        });
        Self { url, says, task: Arc::new(task.abort_handle()) }
    }

    /// What it answers from now on.
    pub fn say(&self, says: Says) {
        self.says.lock().unwrap().0 = says;
    }

    /// Every query so far.
    pub fn asked(&self) -> Vec<String> {
        self.says.lock().unwrap().1.clone()
    }

    /// A client that may ask it.
    pub fn client(&self) -> Prometheus {
        Prometheus::new(vec![self.url.clone()], None)
    }

    /// The port is closed from now on.
    pub fn stop(&self) {
        self.task.abort();
    }
}

/// What it says, and what it was asked.
type Shared = Arc<Mutex<(Says, Vec<String>)>>;

async fn answer(State(state): State<Shared>, RawQuery(query): RawQuery) -> (StatusCode, String) {
    let query = query.unwrap_or_default();
    let mut state = state.lock().unwrap();
    state.1.push(query.clone());
    let says = &state.0;
    if says.down {
        return (StatusCode::SERVICE_UNAVAILABLE, "<html>no</html>".to_owned());
    }
    let series = |window: Option<&str>, value: f64| {
        let metric = window.map_or_else(|| json!({}), |w| json!({"waymark_window": w}));
        json!({"metric": metric, "value": [1_795_252_000.0, value.to_string()]})
    };
    let result: Vec<_> = if query.contains("waymark_window") {
        let known = WINDOWS.iter().zip(says.ratios).filter(|(_, ratio)| !ratio.is_nan());
        known.map(|(window, ratio)| series(Some(window), ratio)).collect()
    } else {
        vec![series(None, says.budget)]
    };
    let body = json!({"status": "success", "data": {"resultType": "vector", "result": result}});
    (StatusCode::OK, body.to_string())
}
