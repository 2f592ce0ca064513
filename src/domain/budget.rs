//! What may we still ask of GitHub? Its documented limits, planned with instead of run into.
//!
//! Per installation (GITHUB-FACTS: secondary limits): 900 points a minute for REST (a GET 1, a
//! write 5), 2,000 for GraphQL, 80 content creations a minute and 500 an hour with at least a
//! second between two, and the hourly budget that GitHub's own headers tell. Of all of these a
//! reserve is kept for work that somebody waits for.
//!
//! Windows slide: GitHub does not say where its minutes begin.

mod limits;

pub use limits::Limits;

use std::collections::VecDeque;

use super::job::Priority;
use super::time::Timestamp;

const SECOND_MS: i64 = 1000;
const MINUTE_MS: i64 = 60 * SECOND_MS;
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Longest wait that is believed, in milliseconds. GitHub's longest window is an hour; the other is
/// for a clock of ours that is behind. Who waits longer waits by a broken header or clock, and to ask
/// once more does no harm.
pub const LONGEST_WAIT_MS: i64 = 2 * HOUR_MS;

/// What a call is, to the limits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Weight {
    /// A GET.
    Read,
    /// A change that notifies nobody: check runs, trees.
    Write,
    /// A change that people are told of: issues, comments, pull requests, branches.
    Content,
    /// A GraphQL question.
    Query,
}

impl Weight {
    /// Points of the secondary limit.
    pub fn points(self) -> u32 {
        match self {
            Self::Read | Self::Query => 1,
            Self::Write | Self::Content => 5,
        }
    }
}

/// How much of a limit a class of work may use up, in percent. The rest is for those who wait.
fn share(class: Priority) -> u32 {
    match class {
        Priority::Interactive => 100,
        Priority::Background => 85,
        Priority::Sweep | Priority::Report => 60,
        Priority::Past => 50,
    }
}

/// The hourly budget of one kind, as an answer's headers tell it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hour {
    /// `x-ratelimit-limit`.
    pub limit: u32,
    /// `x-ratelimit-remaining`.
    pub remaining: u32,
    /// `x-ratelimit-reset`.
    pub reset: Timestamp,
}

/// What one installation has used lately.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    rest: Window,
    query: Window,
    /// Moments of content creations within the last hour, oldest first.
    content: VecDeque<Timestamp>,
    core_hour: Option<Hour>,
    query_hour: Option<Hour>,
}

/// Points by second within the last minute, oldest first.
#[derive(Debug, Clone, Default)]
struct Window {
    seconds: VecDeque<(i64, u32)>,
    sum: u32,
}

impl Ledger {
    /// Books a call at `now`, or tells the moment before which asking again is pointless.
    pub fn book(
        &mut self,
        limits: &Limits,
        weight: Weight,
        class: Priority,
        now: Timestamp,
    ) -> Result<(), Timestamp> {
        let share = share(class);
        self.forget(now);
        let (window, hour, most) = match weight {
            Weight::Query => (&self.query, self.query_hour, limits.query_points),
            _ => (&self.rest, self.core_hour, limits.rest_points),
        };
        let mut not_before = window.room_for(weight.points(), most * share / 100);
        // GitHub itself refuses at zero; before that only those that nobody waits for stop.
        let reserve = |h: &Hour| u64::from(h.limit) * u64::from(100 - share) / 100;
        if let Some(hour) = hour.filter(|h| u64::from(h.remaining) < reserve(h) && h.reset > now) {
            // No hour is longer, whatever the clocks say.
            not_before = not_before.max(Some(hour.reset.min(now.plus_ms(HOUR_MS))));
        }
        if weight == Weight::Content {
            not_before = not_before.max(self.content_from(limits, share));
        }
        if let Some(not_before) = not_before.filter(|at| *at > now) {
            return Err(not_before);
        }
        match weight {
            Weight::Query => self.query.add(now, weight.points()),
            _ => self.rest.add(now, weight.points()),
        }
        if weight == Weight::Content {
            self.content.push_back(now);
        }
        Ok(())
    }

    /// Notes what an answer told of the hour.
    pub fn note(&mut self, query: bool, hour: Hour) {
        *(if query { &mut self.query_hour } else { &mut self.core_hour }) = Some(hour);
    }

    fn forget(&mut self, now: Timestamp) {
        self.rest.forget(now);
        self.query.forget(now);
        // The clock went back: these were made before now, nobody knows how long. As if just made
        // they never allow too much, and hold up nothing for longer than their window.
        for at in self.content.iter_mut().rev().take_while(|at| **at > now) {
            *at = now;
        }
        while self.content.front().is_some_and(|at| at.plus_ms(HOUR_MS) <= now) {
            self.content.pop_front();
        }
    }

    /// When the next content may be created.
    fn content_from(&self, limits: &Limits, share: u32) -> Option<Timestamp> {
        let spaced = self.content.back().map(|at| at.plus_ms(limits.spacing_ms));
        // The one that must have left the window before there is room.
        let full = |most: usize, window: i64| {
            let most = (most * share as usize / 100).max(1);
            let at = self.content.len().checked_sub(most)?;
            Some(self.content[at].plus_ms(window))
        };
        let minute = full(limits.content_a_minute, MINUTE_MS);
        spaced.max(minute).max(full(limits.content_an_hour, HOUR_MS))
    }
}

impl Window {
    fn add(&mut self, now: Timestamp, points: u32) {
        let second = now.as_secs();
        match self.seconds.back_mut() {
            Some((last, sum)) if *last >= second => *sum += points,
            _ => self.seconds.push_back((second, points)),
        }
        self.sum += points;
    }

    /// A second is forgotten a whole minute after its end. Those to come, which a clock that went
    /// back leaves, count as this one.
    fn forget(&mut self, now: Timestamp) {
        let second = now.as_secs();
        let ahead = self.seconds.partition_point(|(at, _)| *at <= second);
        let points = self.seconds.drain(ahead..).map(|(_, points)| points).sum();
        if points > 0 {
            self.seconds.push_back((second, points));
        }
        while let Some((second, points)) = self.seconds.front().copied()
            && Timestamp::from_secs(second + 1).plus_ms(MINUTE_MS) <= now
        {
            self.sum -= points;
            self.seconds.pop_front();
        }
    }

    /// `None`: there is room at once. Else when enough will have been forgotten.
    fn room_for(&self, points: u32, most: u32) -> Option<Timestamp> {
        let mut over = (self.sum + points).saturating_sub(most.max(points));
        for (second, used) in &self.seconds {
            if over == 0 {
                return None;
            }
            over = over.saturating_sub(*used);
            if over == 0 {
                return Some(Timestamp::from_secs(second + 1).plus_ms(MINUTE_MS));
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_000_000_000);
    const G: Limits = Limits::GITHUB;

    fn book(ledger: &mut Ledger, weight: Weight, class: Priority, ms: i64) -> Result<(), i64> {
        ledger.book(&G, weight, class, NOW.plus_ms(ms)).map_err(|at| at.0 - NOW.0)
    }

    #[test]
    fn a_minute_holds_900_points_wherever_it_begins() {
        let mut ledger = Ledger::default();
        for n in 0..180 {
            assert_eq!(book(&mut ledger, Weight::Write, Priority::Interactive, n * 100), Ok(()));
        }
        let refused = book(&mut ledger, Weight::Read, Priority::Interactive, 18_000);
        assert_eq!(refused, Err(61_000), "when the first second's points are a minute old");
        assert_eq!(book(&mut ledger, Weight::Read, Priority::Interactive, 60_999), Err(61_000));
        assert_eq!(book(&mut ledger, Weight::Read, Priority::Interactive, 61_000), Ok(()));
        // GraphQL has its own.
        assert_eq!(book(&mut ledger, Weight::Query, Priority::Interactive, 18_000), Ok(()));
    }

    #[test]
    fn no_window_ever_holds_more_than_allowed() {
        let mut ledger = Ledger::default();
        let mut made: Vec<(i64, u32)> = Vec::new();
        for ms in (0..300_000).step_by(137) {
            let weight = if ms % 3 == 0 { Weight::Write } else { Weight::Read };
            for _ in 0..4 {
                if book(&mut ledger, weight, Priority::Interactive, ms).is_ok() {
                    made.push((ms, weight.points()));
                }
            }
        }
        for start in (0..240_000).step_by(500) {
            let points: u32 = made
                .iter()
                .filter(|(at, _)| (start..start + 60_000).contains(at))
                .map(|(_, points)| points)
                .sum();
            assert!(points <= 900, "{points} within the minute from {start}");
        }
        assert!(made.len() > 1_500, "and not far less: {}", made.len());
    }

    #[test]
    fn content_is_a_second_apart_and_500_an_hour() {
        let mut ledger = Ledger::default();
        assert_eq!(book(&mut ledger, Weight::Content, Priority::Interactive, 0), Ok(()));
        assert_eq!(book(&mut ledger, Weight::Content, Priority::Interactive, 300), Err(1_000));
        let mut at = 1_000;
        let mut made = 1;
        while at < HOUR_MS {
            match book(&mut ledger, Weight::Content, Priority::Interactive, at) {
                Ok(()) => made += 1,
                Err(then) => at = then,
            }
        }
        assert_eq!(made, 500);
    }

    /// Nothing is forgotten, or more could be spent than GitHub allows; nothing waits for the clock
    /// to catch up either.
    #[test]
    fn a_clock_that_goes_back_an_hour_costs_a_minute_at_most() {
        let mut ledger = Ledger::default();
        for n in 0..180 {
            assert_eq!(book(&mut ledger, Weight::Write, Priority::Interactive, n * 100), Ok(()));
        }
        let back = 18_000 - HOUR_MS;
        let refused = book(&mut ledger, Weight::Read, Priority::Interactive, back);
        assert_eq!(refused, Err(back + 61_000));
        assert_eq!(book(&mut ledger, Weight::Read, Priority::Interactive, back + 61_000), Ok(()));

        let mut ledger = Ledger::default();
        assert_eq!(book(&mut ledger, Weight::Content, Priority::Interactive, 0), Ok(()));
        let back = -HOUR_MS;
        let refused = book(&mut ledger, Weight::Content, Priority::Interactive, back);
        assert_eq!(refused, Err(back + 1_000), "spaced as from now");
        assert_eq!(book(&mut ledger, Weight::Content, Priority::Interactive, back + 1_000), Ok(()));

        let hour = Hour { limit: 5_000, remaining: 9, reset: NOW.plus_ms(HOUR_MS) };
        ledger.note(false, hour);
        let refused = book(&mut ledger, Weight::Read, Priority::Sweep, back + 2_000);
        assert_eq!(refused, Err(2_000), "an hour, not two");
    }

    #[test]
    fn what_nobody_waits_for_leaves_a_reserve() {
        let mut ledger = Ledger::default();
        let hour = Hour { limit: 5_000, remaining: 1_999, reset: NOW.plus_ms(900_000) };
        ledger.note(false, hour);
        assert_eq!(book(&mut ledger, Weight::Read, Priority::Sweep, 0), Err(900_000));
        assert_eq!(book(&mut ledger, Weight::Read, Priority::Background, 0), Ok(()));
        ledger.note(false, Hour { remaining: 700, ..hour });
        assert_eq!(book(&mut ledger, Weight::Read, Priority::Background, 0), Err(900_000));
        assert_eq!(book(&mut ledger, Weight::Read, Priority::Interactive, 0), Ok(()));
        assert_eq!(book(&mut ledger, Weight::Read, Priority::Sweep, 900_000), Ok(()));
    }
}
