//! OpenMetrics text: what was counted, and the queue as it is now.

use std::fmt::Write as _;

use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::IntoResponse;
use prometheus_client::encoding::text::encode;

use super::super::Web;
use crate::domain::time::Timestamp;
use crate::edge::store::{ClassCount, Connections, JobCount, JobState};

/// Answers a scrape. Without its database the counters are shown all the same.
pub(in crate::web) async fn show(State(web): State<Web>) -> impl IntoResponse {
    let mut text = String::new();
    if encode(&mut text, &web.metrics.0.registry).is_err() {
        return (StatusCode::INTERNAL_SERVER_ERROR, [(header::CONTENT_TYPE, "text/plain")], text);
    }
    let end = text.trim_end().strip_suffix("# EOF").map(str::len).unwrap_or(text.len());
    text.truncate(end);
    let (store, now) = (&web.app.store, web.app.clock.now());
    if let Ok(counts) = store.counts().await {
        jobs(&mut text, &counts, now);
    }
    if let Ok(classes) = store.classes(now).await {
        queue(&mut text, &classes, now);
    }
    if let Ok(paused) = store.paused_installations(now).await {
        gauge(&mut text, "paused_installations", "Installations that GitHub asked for patience");
        let _ = writeln!(text, "waymark_paused_installations {paused}");
    }
    if let Ok(recovery) = store.recovery().await {
        gauge(&mut text, "recovery_age_seconds", "Since GitHub's list of deliveries was compared");
        // Never: no number is too large for an alert.
        let age = recovery.through.map_or(f64::INFINITY, |through| seconds_since(through, now));
        let age = if age.is_finite() { age.to_string() } else { "+Inf".to_owned() };
        let _ = writeln!(text, "waymark_recovery_age_seconds {age}");
    }
    connections(&mut text, store.connections());
    text.push_str(&web.standing.show(&web).await);
    text.push_str("# EOF\n");
    let openmetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    (StatusCode::OK, [(header::CONTENT_TYPE, openmetrics)], text)
}

fn jobs(text: &mut String, counts: &[JobCount], now: Timestamp) {
    gauge(text, "jobs", "Jobs by kind and state");
    for c in counts {
        let (kind, state) = (&c.kind, c.state.as_str());
        let _ = writeln!(text, "waymark_jobs{{kind=\"{kind}\",state=\"{state}\"}} {}", c.count);
    }
    gauge(text, "oldest_job_seconds", "Age of the oldest job");
    for c in counts {
        let (kind, state) = (&c.kind, c.state.as_str());
        let age = seconds_since(c.oldest, now);
        let _ =
            writeln!(text, "waymark_oldest_job_seconds{{kind=\"{kind}\",state=\"{state}\"}} {age}");
    }
    // Always there, so that an alert sees the first one come.
    let dead: i64 = counts.iter().filter(|c| c.state == JobState::Dead).map(|c| c.count).sum();
    gauge(text, "dead_letters", "Jobs that were given up and wait for a person");
    let _ = writeln!(text, "waymark_dead_letters {dead}");
}

fn queue(text: &mut String, classes: &[ClassCount], now: Timestamp) {
    gauge(text, "queue_depth", "Jobs that wait, by priority");
    for c in classes {
        let priority = c.priority.as_str();
        let _ = writeln!(text, "waymark_queue_depth{{priority=\"{priority}\"}} {}", c.queued);
    }
    gauge(text, "queue_age_seconds", "How long the oldest due job could have run, by priority");
    for c in classes {
        let priority = c.priority.as_str();
        let age = c.due_since.map_or(0.0, |since| seconds_since(since, now));
        let _ = writeln!(text, "waymark_queue_age_seconds{{priority=\"{priority}\"}} {age}");
    }
}

fn connections(text: &mut String, now: Connections) {
    gauge(text, "database_connections", "Connections of this process to its database");
    let _ = writeln!(text, "waymark_database_connections{{state=\"busy\"}} {}", now.busy);
    let _ = writeln!(text, "waymark_database_connections{{state=\"idle\"}} {}", now.idle);
}

fn gauge(text: &mut String, name: &str, help: &str) {
    let _ = write!(text, "# HELP waymark_{name} {help}.\n# TYPE waymark_{name} gauge\n");
}

fn seconds_since(then: Timestamp, now: Timestamp) -> f64 {
    now.0.saturating_sub(then.0).max(0) as f64 / 1_000.0
}
