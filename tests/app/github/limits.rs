//! Is the caller too fast? GitHub's primary and secondary limits, by the fake's clock.

use std::collections::VecDeque;

use super::call::Reply;
use super::clock::FakeClock;

/// Requests per hour of one installation (its floor; larger ones get more).
pub const PER_HOUR: u64 = 5_000;
/// Requests at once, REST and GraphQL together.
pub const CONCURRENT: usize = 100;
/// REST points per minute: a GET costs 1, a write 5.
pub const POINTS_PER_MINUTE: u64 = 900;
/// GraphQL points per minute: a question costs 1.
pub const QUERY_POINTS_PER_MINUTE: u64 = 2_000;
/// Issues, comments and pull requests created per minute.
pub const CREATIONS_PER_MINUTE: u64 = 80;
/// The same per hour.
pub const CREATIONS_PER_HOUR: u64 = 500;

/// What a request is to the limits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Read,
    Write,
    /// A write that people are told of.
    Creation,
    Query,
}

/// What one caller has used. Key in the world: the installation, 0 for the App itself.
///
/// The hour is GitHub's, with the reset that its headers name. The other windows slide: nobody
/// knows where GitHub's minutes begin, so each of them must hold.
#[derive(Clone, Debug, Default)]
pub struct Meter {
    hour: i64,
    used: u64,
    rest: Window,
    queries: Window,
    creations: Window,
    /// Until then (unix seconds) everything is refused, because a test said so.
    exhausted_until: Option<i64>,
}

/// Points by second, oldest first.
#[derive(Clone, Debug, Default)]
struct Window(VecDeque<(i64, u64)>);

impl Window {
    /// Adds to the present second; what is older than an hour is nobody's matter.
    fn add(&mut self, now: i64, points: u64) {
        self.0.retain(|(second, _)| *second > now - 3_600);
        match self.0.back_mut().filter(|(second, _)| *second == now) {
            Some((_, sum)) => *sum += points,
            None => self.0.push_back((now, points)),
        }
    }

    /// The sum of the last `seconds`, the present one included.
    fn last(&self, now: i64, seconds: i64) -> u64 {
        let within = |(second, _): &&(i64, u64)| *second > now - seconds;
        self.0.iter().rev().take_while(within).map(|(_, points)| points).sum()
    }
}

impl Meter {
    pub fn exhaust(&mut self, until: i64) {
        self.exhausted_until = Some(until);
    }

    /// Books one request, or the refusal with its reason. `ordered` refusals are a test's doing.
    pub fn book(
        &mut self,
        clock: &FakeClock,
        kind: Kind,
        (primary_limit, secondary): (bool, bool),
    ) -> Result<(), Refusal> {
        let now = clock.now();
        if self.hour != now.div_euclid(3600) {
            (self.hour, self.used) = (now.div_euclid(3600), 0);
        }
        if self.exhausted_until.is_some_and(|until| now < until) {
            return Err(Refusal { reply: primary(), ordered: true });
        }
        self.exhausted_until = None;
        if primary_limit && self.used >= PER_HOUR {
            return Err(Refusal { reply: primary(), ordered: false });
        }
        self.used += 1;
        match kind {
            Kind::Query => self.queries.add(now, 1),
            Kind::Read => self.rest.add(now, 1),
            Kind::Write | Kind::Creation => self.rest.add(now, 5),
        }
        if kind == Kind::Creation {
            self.creations.add(now, 1);
        }
        let too_fast = self.rest.last(now, 60) > POINTS_PER_MINUTE
            || self.queries.last(now, 60) > QUERY_POINTS_PER_MINUTE
            || self.creations.last(now, 60) > CREATIONS_PER_MINUTE
            || self.creations.last(now, 3_600) > CREATIONS_PER_HOUR;
        if secondary && too_fast {
            return Err(Refusal { reply: secondary_limit(Some(60)), ordered: false });
        }
        Ok(())
    }

    /// Whether more than one thing was created within the present second. GitHub asks for a second
    /// between two and does not refuse what comes sooner, so it is a matter of manners.
    pub fn hurries(&self, now: i64) -> bool {
        self.creations.last(now, 1) > 1
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
