//! How long did somebody wait? A job's own meter: it knows since when the job is owed.

use std::sync::Arc;

use crate::domain::time::Timestamp;
use crate::edge::clock::Clock;

use super::Meter;

/// Passes everything on; a check run that is posted is also measured from its delivery.
pub(super) struct JobMeter {
    pub(super) meter: Arc<dyn Meter>,
    pub(super) clock: Clock,
    /// When the delivery came that asked for the job; `None`: nobody did.
    pub(super) since: Option<Timestamp>,
}

impl Meter for JobMeter {
    fn delivery(&self, event: &str, result: &'static str) {
        self.meter.delivery(event, result);
    }

    fn job(&self, kind: &'static str, result: &'static str, seconds: f64) {
        self.meter.job(kind, result, seconds);
    }

    fn points(&self, kind: &'static str, points: u32) {
        self.meter.points(kind, points);
    }

    fn check(&self, conclusion: &'static str) {
        self.meter.check(conclusion);
        if let Some(since) = self.since {
            // Another replica may have received it, and its clock may be ahead of ours.
            let waited_ms = self.clock.now().0.saturating_sub(since.0).max(0);
            self.meter.push_to_check(waited_ms as f64 / 1_000.0);
        }
    }

    fn push_to_check(&self, seconds: f64) {
        self.meter.push_to_check(seconds);
    }

    fn evaluation(&self, result: &'static str) {
        self.meter.evaluation(result);
    }

    fn evaluated(&self, seconds: f64) {
        self.meter.evaluated(seconds);
    }
}
