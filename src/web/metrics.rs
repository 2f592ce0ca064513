//! `/metrics`: what does the operator want to see? Counted where it happens, shown to Prometheus.
//!
//! `docs/operations/` has the dashboard, the alerts and what to do about them; a test compares the
//! names there with those here.

mod show;
mod standing;

pub(super) use show::show;
pub(in crate::web) use standing::Standing;

use std::sync::Arc;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::Registry;

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
struct Status {
    status: u16,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Call {
    route: &'static str,
    method: String,
    status: String,
}

/// What a job cost, by its kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Kind {
    kind: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Route {
    route: &'static str,
    method: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Budget {
    installation: i64,
    resource: &'static str,
}

type Timing<L> = Family<L, Histogram, fn() -> Histogram>;

/// 1 to 256.
fn point_buckets() -> Histogram {
    Histogram::new(exponential_buckets(1.0, 2.0, 9))
}

/// 1 ms to about 4 min.
fn job_buckets() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 4.0, 10))
}

/// 1 ms to about 16 s: GitHub gives up after ten.
fn intake_buckets() -> Histogram {
    Histogram::new(exponential_buckets(0.001, 2.0, 15))
}

/// 10 ms to about 82 s; a call ends after 30.
fn call_buckets() -> Histogram {
    Histogram::new(exponential_buckets(0.01, 2.0, 14))
}

/// The objective, 30 s, is a bucket's edge: what is counted below it is exact.
fn push_to_check_buckets() -> Histogram {
    Histogram::new([0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 900.0, 3600.0])
}

struct Inner {
    registry: Registry,
    deliveries: Family<Delivery, Counter>,
    refused: Counter,
    overloaded: Counter,
    intake: Timing<Status>,
    jobs: Timing<Job>,
    checks: Family<Outcome, Counter>,
    push_to_check: Histogram,
    evaluations: Family<Outcome, Counter>,
    evaluated: Histogram,
    calls: Family<Call, Counter>,
    call_seconds: Timing<Route>,
    budget: Family<Budget, Gauge>,
    points: Timing<Kind>,
}

/// All metrics. Cheap to clone; clones count together.
#[derive(Clone)]
pub struct Metrics(Arc<Inner>);

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::with_prefix("waymark");
        let inner = Inner {
            deliveries: Family::default(),
            refused: Counter::default(),
            overloaded: Counter::default(),
            intake: Timing::new_with_constructor(intake_buckets),
            jobs: Timing::new_with_constructor(job_buckets),
            checks: Family::default(),
            push_to_check: push_to_check_buckets(),
            evaluations: Family::default(),
            evaluated: job_buckets(),
            calls: Family::default(),
            call_seconds: Timing::new_with_constructor(call_buckets),
            budget: Family::default(),
            points: Timing::new_with_constructor(point_buckets),
            registry: Registry::default(),
        };
        let r = &mut registry;
        let say = "Webhook deliveries by event and what came of them";
        r.register("deliveries", say, inner.deliveries.clone());
        r.register("deliveries_refused", "Deliveries with a bad signature", inner.refused.clone());
        let say = "Deliveries sent back (503) because too many bytes arrived at once";
        r.register("deliveries_overloaded", say, inner.overloaded.clone());
        let say = "Time from a delivery's headers to our answer, by its status";
        r.register("intake_seconds", say, inner.intake.clone());
        let say = "Time that jobs took, by kind and how they ended";
        r.register("job_seconds", say, inner.jobs.clone());
        r.register("check_runs", "Check runs posted, by conclusion", inner.checks.clone());
        let say = "Time from receiving the delivery that asked for a check to having posted it";
        r.register("push_to_check_seconds", say, inner.push_to_check.clone());
        r.register("evaluations", "Evaluations, fresh or remembered", inner.evaluations.clone());
        let say = "Time that fresh evaluations took, waiting for an evaluator included";
        r.register("evaluation_seconds", say, inner.evaluated.clone());
        let say = "Calls to GitHub by route, method and status";
        r.register("github_calls", say, inner.calls.clone());
        let say = "Time that calls to GitHub took, by route and method";
        r.register("github_call_seconds", say, inner.call_seconds.clone());
        let say = "Points of GitHub's secondary limit that one try of a job cost, by kind";
        r.register("job_github_points", say, inner.points.clone());
        let say =
            "Requests left of an installation's hour, as GitHub last said; 0 is the App itself";
        r.register("github_budget_remaining", say, inner.budget.clone());
        Self(Arc::new(Inner { registry, ..inner }))
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

    /// A delivery was answered with this status after so long.
    pub(super) fn intake(&self, status: u16, seconds: f64) {
        self.0.intake.get_or_create(&Status { status }).observe(seconds);
    }

    /// Counts and times calls to GitHub.
    pub fn call_hook(&self) -> CallHook {
        let metrics = self.clone();
        Arc::new(move |call: &CallSeen<'_>| metrics.called(call))
    }

    fn called(&self, call: &CallSeen<'_>) {
        let (route, method) = (call.route, call.method.to_owned());
        let status = call.status.map_or_else(|| "none".to_owned(), |s| s.to_string());
        self.0.calls.get_or_create(&Call { route, method: method.clone(), status }).inc();
        let seconds = call.elapsed_ms as f64 / 1_000.0;
        self.0.call_seconds.get_or_create(&Route { route, method }).observe(seconds);
        if let Some(left) = call.remaining {
            // A server's word, so only those that we know become series.
            let known = ["core", "graphql", "search"].into_iter().find(|r| *r == call.resource);
            let resource = known.unwrap_or("other");
            let installation = call.installation.map_or(0, |id| id.0);
            let left = i64::try_from(left).unwrap_or(i64::MAX);
            self.0.budget.get_or_create(&Budget { installation, resource }).set(left);
        }
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

    fn push_to_check(&self, seconds: f64) {
        self.0.push_to_check.observe(seconds);
    }

    fn evaluation(&self, result: &'static str) {
        self.0.evaluations.get_or_create(&Outcome { result }).inc();
    }

    fn evaluated(&self, seconds: f64) {
        self.0.evaluated.observe(seconds);
    }
}
