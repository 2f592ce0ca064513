//! Is the caller too fast? GitHub's primary and secondary limits, by the fake's clock.

use super::call::Reply;
use super::clock::FakeClock;

/// Requests per hour of one installation (its floor; larger ones get more).
pub const PER_HOUR: u64 = 5_000;
/// Requests at once, REST and GraphQL together.
pub const CONCURRENT: usize = 100;
/// Points per minute: a GET costs 1, a write 5.
pub const POINTS_PER_MINUTE: u64 = 900;
/// Issues, comments and pull requests created per minute.
pub const CREATIONS_PER_MINUTE: u64 = 80;

/// What one caller has used. Key in the world: the installation, 0 for the App itself.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    hour: i64,
    used: u64,
    minute: i64,
    points: u64,
    creations: u64,
    /// Until then (unix seconds) everything is refused, because a test said so.
    exhausted_until: Option<i64>,
}

impl Meter {
    pub fn exhaust(&mut self, until: i64) {
        self.exhausted_until = Some(until);
    }

    /// Books one request, or the refusal with its reason. `ordered` refusals are a test's doing.
    pub fn book(
        &mut self,
        clock: &FakeClock,
        points: u64,
        creates: bool,
        (primary_limit, secondary): (bool, bool),
    ) -> Result<(), Refusal> {
        let now = clock.now();
        self.roll(now);
        if self.exhausted_until.is_some_and(|until| now < until) {
            return Err(Refusal { reply: primary(), ordered: true });
        }
        self.exhausted_until = None;
        if primary_limit && self.used >= PER_HOUR {
            return Err(Refusal { reply: primary(), ordered: false });
        }
        self.used += 1;
        self.points += points;
        self.creations += u64::from(creates);
        let too_fast = self.points > POINTS_PER_MINUTE || self.creations > CREATIONS_PER_MINUTE;
        if secondary && too_fast {
            return Err(Refusal { reply: secondary_limit(Some(60)), ordered: false });
        }
        Ok(())
    }

    /// A 304 costs nothing.
    pub fn refund(&mut self) {
        self.used = self.used.saturating_sub(1);
    }

    /// (remaining, used, reset) for the `x-ratelimit-*` headers.
    pub fn state(&self, now: i64) -> (u64, u64, i64) {
        if let Some(until) = self.exhausted_until.filter(|until| now < *until) {
            return (0, PER_HOUR, until);
        }
        let used = if self.hour == now.div_euclid(3600) { self.used } else { 0 };
        (PER_HOUR.saturating_sub(used), used, (now.div_euclid(3600) + 1) * 3600)
    }

    fn roll(&mut self, now: i64) {
        if self.hour != now.div_euclid(3600) {
            (self.hour, self.used) = (now.div_euclid(3600), 0);
        }
        if self.minute != now.div_euclid(60) {
            (self.minute, self.points, self.creations) = (now.div_euclid(60), 0, 0);
        }
    }
}

pub struct Refusal {
    pub reply: Reply,
    pub ordered: bool,
}

fn primary() -> Reply {
    Reply::error(403, "API rate limit exceeded for installation.")
}

/// The answer to a caller who hit a secondary limit; without `retry_after` the caller has to guess.
pub fn secondary_limit(retry_after: Option<u64>) -> Reply {
    let reply = Reply::error(
        403,
        "You have exceeded a secondary rate limit. Please wait a few minutes before you try again.",
    );
    match retry_after {
        Some(seconds) => reply.header("retry-after", seconds.to_string()),
        None => reply,
    }
}
