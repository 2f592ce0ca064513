//! What time is it? The only place that asks the machine; everyone else is told.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use crate::domain::time::Timestamp;

/// A source of the present time; cheap to clone, and clones of a fixed one share their hands.
#[derive(Debug, Clone)]
pub struct Clock(Hands);

/// Lets milliseconds pass.
pub type Sleeper = Arc<dyn Fn(i64) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

#[derive(Debug, Clone)]
enum Hands {
    System,
    Fixed(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock. Replicas that share a database need NTP: leases compare their times.
    pub fn system() -> Self {
        Self(Hands::System)
    }

    /// A clock that stands still until it is advanced; for tests and replays.
    pub fn fixed(at: Timestamp) -> Self {
        Self(Hands::Fixed(Arc::new(AtomicI64::new(at.0))))
    }

    /// The present time.
    pub fn now(&self) -> Timestamp {
        match &self.0 {
            Hands::System => Timestamp(chrono::Utc::now().timestamp_millis()),
            Hands::Fixed(ms) => Timestamp(ms.load(Ordering::SeqCst)),
        }
    }

    /// Lets milliseconds pass: on the machine's clock one waits for them, a fixed one moves on.
    pub fn sleeper(&self) -> Sleeper {
        let clock = self.clone();
        Arc::new(move |ms| {
            let clock = clock.clone();
            Box::pin(async move {
                match clock.0 {
                    Hands::System => {
                        let ms = u64::try_from(ms).unwrap_or(0);
                        tokio::time::sleep(std::time::Duration::from_millis(ms)).await;
                    }
                    Hands::Fixed(_) => {
                        clock.advance_ms(ms);
                    }
                }
            })
        })
    }

    /// Moves a fixed clock (and its clones) by `ms` milliseconds, and tells the new time.
    /// The machine's clock is not ours to move: there this is just [`Clock::now`].
    pub fn advance_ms(&self, ms: i64) -> Timestamp {
        match &self.0 {
            Hands::System => self.now(),
            Hands::Fixed(hands) => Timestamp(hands.fetch_add(ms, Ordering::SeqCst)).plus_ms(ms),
        }
    }
}

/// How long something takes; unlike [`Clock`] it never goes back.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(std::time::Instant);

impl Stopwatch {
    /// Runs from now on.
    pub fn start() -> Self {
        Self(std::time::Instant::now())
    }

    /// Milliseconds since the start.
    pub fn ms(&self) -> u128 {
        self.0.elapsed().as_millis()
    }

    /// Seconds since the start.
    pub fn seconds(&self) -> f64 {
        self.0.elapsed().as_secs_f64()
    }

    /// `480 ms`, `12.3 s`.
    pub fn words(&self) -> String {
        let taken = self.0.elapsed();
        match taken.as_millis() {
            ms @ 0..=999 => format!("{ms} ms"),
            _ => format!("{:.1} s", taken.as_secs_f64()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clones_of_a_fixed_clock_move_together() {
        let clock = Clock::fixed(Timestamp(1_000));
        let other = clock.clone();
        assert_eq!(clock.advance_ms(500), Timestamp(1_500));
        assert_eq!(other.now(), Timestamp(1_500));
    }

    #[test]
    fn the_system_clock_is_past_the_day_this_was_written() {
        let written = Timestamp::parse_rfc3339("2026-11-01T00:00:00Z").expect("valid");
        assert!(Clock::system().now() > written);
    }
}
