//! What time is it on the fake GitHub? Whatever the test says: nothing here reads a real clock.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

/// Seconds since 1970, shared by the fake and by whoever holds a clone; it moves only when told.
#[derive(Clone, Debug)]
pub struct FakeClock(Arc<AtomicI64>);

impl FakeClock {
    /// A clock standing at `unix` seconds.
    pub fn at(unix: i64) -> Self {
        FakeClock(Arc::new(AtomicI64::new(unix)))
    }

    pub fn now(&self) -> i64 {
        self.0.load(Ordering::SeqCst)
    }

    pub fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::SeqCst);
    }
}

/// `unix` as GitHub writes it: `2026-11-21T03:00:00Z`.
pub fn stamp(unix: i64) -> String {
    chrono::DateTime::from_timestamp(unix, 0)
        .expect("tests use times of this millennium")
        .to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
