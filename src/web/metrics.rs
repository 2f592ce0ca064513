//! `/metrics`: what does the operator want to see? Counted where it happens, shown to Prometheus.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

use super::Web;
use crate::edge::github::{CallHook, CallSeen};
use crate::flow::Meter;

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Delivery {
    event: String,
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Job {
    kind: &'static str,
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Outcome {
    result: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    route: &'static str,
    method: String,
    status: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

/// By kind of job.
type Cost = Family<Kind, Histogram, fn() -> Histogram>;

type Timing = Family<Job, Histogram, fn() -> Histogram>;

struct Inner {
    registry: Registry,
    deliveries: Family<Delivery, Counter>,
    refused: Counter,
    overloaded: Counter,
    jobs: Timing,
    checks: Family<Outcome, Counter>,
    evaluations: Family<Outcome, Counter>,
    calls: Family<Call, Counter>,
    points: Cost,
}

/// All metrics. Cheap to clone; clones count together.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("waymark");
        // 1 ms to about 4 min.
        let jobs =
            Timing::new_with_constructor(|| Histogram::new(exponential_buckets(0.001, 4.0, 10)));
        let deliveries = Family::default();
        let refused = Counter::default();
        let checks = Family::default();
        let evaluations = Family::default();
        let calls = Family::default();
        registry.register(
            "deliveries",
            "Webhook deliveries by event and what came of them",
            deliveries.clone(),
        );
        registry.register("deliveries_refused", "Deliveries with a bad signature", refused.clone());
        registry.register(
            "job_seconds",
            "Time that jobs took, by kind and how they ended",
            jobs.clone(),
        );
        registry.register("check_runs", "Check runs posted, by conclusion", checks.clone());
        registry.register("evaluations", "Evaluations, fresh or remembered", evaluations.clone());
        registry.register(
            "github_calls",
            "Calls to GitHub by route, method and status",
            calls.clone(),
        );
        let points =
            Cost::new_with_constructor(|| Histogram::new(exponential_buckets(1.0, 2.0, 9)));
        registry.register(
            "job_github_points",
            "Points of GitHub's secondary limit that one try of a job cost, by kind",
            points.clone(),
        );
        let overloaded = Counter::default();
        registry.register(
            "deliveries_overloaded",
            "Deliveries sent back (503) because too many bytes arrived at once",
            overloaded.clone(),
        );
        Self(Arc::new(Inner {
            overloaded,
            points,
            registry,
            deliveries,
            refused,
            jobs,
            checks,
            evaluations,
            calls,
        }))
    }
}

impl Metrics {
    /// A delivery with a bad signature came in.
    pub(super) fn refused(&self) {
        self.0.refused.inc();
    }

    /// A delivery was sent back because too many bytes were on their way.
    pub(super) fn overloaded(&self) {
        self.0.overloaded.inc();
    }

    /// Counts calls to GitHub.
    pub fn call_hook(&self) -> CallHook {
        let metrics = self.clone();
        Arc::new(move |call: &CallSeen<'_>| {
            let status = call.status.map_or_else(|| "none".to_owned(), |s| s.to_string());
            let labels = Call { route: call.route, method: call.method.to_owned(), status };
            metrics.0.calls.get_or_create(&labels).inc();
        })
    }
}

impl Meter for Metrics {
    fn delivery(&self, event: &str, result: &'static str) {
        // Event names come from outside: a known one or `other`, so that nobody can make series.
        let known = crate::domain::event::READERS.iter().find(|r| r.event == event);
        let event = known.map_or("other", |r| r.event).to_owned();
        self.0.deliveries.get_or_create(&Delivery { event, result }).inc();
    }

    fn job(&self, kind: &'static str, result: &'static str, seconds: f64) {
        self.0.jobs.get_or_create(&Job { kind, result }).observe(seconds);
    }

    fn points(&self, kind: &'static str, points: u32) {
        self.0.points.get_or_create(&Kind { kind }).observe(points.into());
    }

    fn check(&self, conclusion: &'static str) {
        self.0.checks.get_or_create(&Outcome { result: conclusion }).inc();
    }

    fn evaluation(&self, result: &'static str) {
        self.0.evaluations.get_or_create(&Outcome { result }).inc();
    }
}

/// OpenMetrics text: the counters, and the queue as it is now.
pub(super) async fn show(State(web): State<Web>) -> impl IntoResponse {
    let mut text = String::new();
    if encode(&mut text, &web.metrics.0.registry).is_err() {
        return (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, "text/plain")], text);
    }
    let end = text.trim_end().strip_suffix("# EOF").map(str::len).unwrap_or(text.len());
    text.truncate(end);
    if let Ok(counts) = web.app.store.counts().await {
        let now = web.app.clock.now();
        text.push_str("# HELP waymark_jobs Jobs by kind and state.\n# TYPE waymark_jobs gauge\n");
        for c in &counts {
            let (kind, state) = (&c.kind, c.state.as_str());
            let _ = writeln!(text, "waymark_jobs{{kind=\"{kind}\",state=\"{state}\"}} {}", c.count);
        }
        text.push_str(
            "# HELP waymark_oldest_job_seconds Age of the oldest job.\n\
             # TYPE waymark_oldest_job_seconds gauge\n",
        );
        for c in &counts {
            let (kind, state) = (&c.kind, c.state.as_str());
            let age = (now.0 - c.oldest.0).max(0) as f64 / 1000.0;
            let _ = writeln!(
                text,
                "waymark_oldest_job_seconds{{kind=\"{kind}\",state=\"{state}\"}} {age}"
            );
        }
    }
    text.push_str("# EOF\n");
    let openmetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    (StatusCode::OK, [(header::CONTENT_TYPE, openmetrics)], text)
}
