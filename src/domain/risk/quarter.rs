//! Did last quarter's predictions come true here? A table of bands, and whether the multiple is to be
//! believed: when the same band is off to the same side in two quarters, it is withheld.
//!
//! Every change has the rate that was predicted at its merge ([`Replay`]). A band is off when the mean
//! of its predicted rates lies outside of the 95 % interval (Wilson) of what was observed, and at least
//! [`FEWEST`] reverts were expected or seen. By chance alone one band in twenty is off, and about one in
//! 800 is off to the same side twice in a row.

use chrono::{Datelike, NaiveDate};
use serde::Serialize;

use super::DAY_MS;
use super::backtest::measures::wilson;
use super::backtest::{EDGES, row_of};
use super::model::Model;
use super::replay::{LABEL_DAYS, Merged, Replay};
use super::signals::Unknown;
use crate::domain::time::Timestamp;

/// Rows of the table.
pub const BANDS: usize = EDGES.len() + 1;
/// Reverts, expected or seen, below which a band says nothing.
pub const FEWEST: f64 = 5.0;
/// How far before a quarter changes are read: what it is compared with, and its base rate.
pub const LOOK_BACK_DAYS: i64 = 760;

/// A quarter of a year, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quarter {
    year: i32,
    /// 0 to 3.
    part: u32,
}

impl Quarter {
    /// The one that holds a moment.
    pub fn of(at: Timestamp) -> Self {
        let day = at.date();
        Self { year: day.year(), part: day.month0() / 3 }
    }

    /// The last one of which every change is old enough to tell.
    ///
    /// ```
    /// use waymark::domain::risk::quarter::Quarter;
    /// use waymark::domain::time::Timestamp;
    /// let ripe = |day| Quarter::ripe(Timestamp::parse_rfc3339(day).unwrap()).name();
    /// assert_eq!(ripe("2026-10-30T00:00:00Z"), "2026-Q2");
    /// assert_eq!(ripe("2026-10-31T00:00:00Z"), "2026-Q3");
    /// ```
    pub fn ripe(now: Timestamp) -> Self {
        Self::of(now.plus_ms(-LABEL_DAYS * DAY_MS)).before()
    }

    /// The one before.
    #[must_use]
    pub fn before(self) -> Self {
        match self.part {
            0 => Self { year: self.year - 1, part: 3 },
            part => Self { part: part - 1, ..self },
        }
    }

    /// Its beginning, and the beginning of the next one.
    pub fn span(self) -> (Timestamp, Timestamp) {
        let next = match self.part {
            3 => Self { year: self.year + 1, part: 0 },
            part => Self { part: part + 1, ..self },
        };
        (self.begin(), next.begin())
    }

    fn begin(self) -> Timestamp {
        let day = NaiveDate::from_ymd_opt(self.year, self.part * 3 + 1, 1).unwrap_or_default();
        let midnight = day.and_hms_opt(0, 0, 0).unwrap_or_default();
        Timestamp(midnight.and_utc().timestamp_millis())
    }

    /// `2026-Q3`.
    pub fn name(self) -> String {
        format!("{}-Q{}", self.year, self.part + 1)
    }
}

/// Changes of one band, and what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize)]
pub struct Tally {
    /// How many.
    pub total: u64,
    /// How many were reverted within 30 days; of another kind of harm, how many met it.
    pub harmed: u64,
    /// The sum of the predicted rates.
    pub expected: f64,
}

/// How a prediction compares with what came true.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Holds {
    /// Too few reverts to tell.
    TooFew,
    /// It came true.
    Yes,
    /// More came true.
    More,
    /// Less came true.
    Less,
}

impl Tally {
    /// Two tallies together.
    #[must_use]
    pub fn plus(self, other: Self) -> Self {
        Self {
            total: self.total + other.total,
            harmed: self.harmed + other.harmed,
            expected: self.expected + other.expected,
        }
    }

    /// The mean predicted rate.
    pub fn predicted(&self) -> f64 {
        self.expected / (self.total as f64).max(1.0)
    }

    /// The observed rate and its 95 % interval.
    pub fn observed(&self) -> (f64, [f64; 2]) {
        let rate = self.harmed as f64 / (self.total as f64).max(1.0);
        (rate, wilson(self.harmed, self.total))
    }

    /// Whether the prediction came true.
    pub fn holds(&self) -> Holds {
        let [low, high] = self.observed().1;
        if self.expected < FEWEST && (self.harmed as f64) < FEWEST {
            Holds::TooFew
        } else if self.predicted() < low {
            Holds::More
        } else if self.predicted() > high {
            Holds::Less
        } else {
            Holds::Yes
        }
    }
}

/// Counts the changes of a quarter by their predicted multiple. `merged` holds every change that
/// counts, oldest first, beginning long before.
pub fn tally(model: &Model, merged: &[Merged], quarter: Quarter) -> [Tally; BANDS] {
    let (from, until) = quarter.span();
    let mut found = [Tally::default(); BANDS];
    let mut replay = Replay::new(model);
    for change in merged.iter().filter(|change| change.at < until) {
        if let Some(x) = change.x.filter(|_| change.at >= from) {
            let score = replay.score(&x, change.at);
            let harmed = u64::from(change.reverted);
            let one = Tally { total: 1, harmed, expected: score.rate };
            let row = &mut found[row_of(score.multiple)];
            *row = row.plus(one);
        }
        replay.push(*change);
    }
    found
}

/// Every band, and all of them together.
pub fn rows(bands: &[Tally; BANDS]) -> impl Iterator<Item = Tally> {
    let all = bands.iter().fold(Tally::default(), |all, band| all.plus(*band));
    bands.iter().copied().chain([all])
}

/// Why no multiple is shown: the last quarter and the one before were off to the same side.
pub fn withheld(last: &[Tally; BANDS], before: &[Tally; BANDS]) -> Option<Unknown> {
    let both =
        |side| rows(last).zip(rows(before)).any(|(a, b)| a.holds() == side && b.holds() == side);
    if both(Holds::More) {
        Some("in each of the last two quarters more was reverted here than it had predicted")
    } else if both(Holds::Less) {
        Some("in each of the last two quarters less was reverted here than it had predicted")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const USUAL: usize = 1;

    fn band(total: u64, harmed: u64, expected: f64) -> [Tally; BANDS] {
        let mut found = [Tally::default(); BANDS];
        found[USUAL] = Tally { total, harmed, expected };
        found
    }

    #[test]
    fn a_quarter_is_counted_by_what_was_known_at_each_merge() {
        let model = Model::built_in().expect("readable");
        let quarter = Quarter::of(Timestamp::parse_rfc3339("2026-08-01T00:00:00Z").expect("a day"));
        assert_eq!(
            (quarter.name().as_str(), quarter.before().name().as_str()),
            ("2026-Q3", "2026-Q2")
        );
        let (from, until) = quarter.span();
        let x = model.start().mean;
        let at = |day: i64, reverted| Merged {
            at: from.plus_ms(day * DAY_MS),
            x: Some(x),
            weight: 1.0,
            reverted,
        };
        let mut merged: Vec<Merged> = (-300..0).map(|day| at(day, day % 10 == 0)).collect();
        merged.extend((0..92).map(|day| at(day, day == 3)));
        merged.push(Merged { at: until, ..at(0, true) });
        let found = tally(model, &merged, quarter);
        let all = rows(&found).last().expect("there");
        assert_eq!((all.total, all.harmed), (92, 1));
        // A tenth was reverted before, so about a tenth was expected: drawn toward the prior.
        assert!((5.0..9.2).contains(&all.expected), "{all:?}");
        assert_eq!(all.holds(), Holds::Less);
    }

    #[test]
    fn a_multiple_is_withheld_when_two_quarters_fail_to_the_same_side() {
        let (more, less, fine) = (band(400, 20, 4.0), band(4_000, 4, 40.0), band(400, 5, 4.0));
        assert!(withheld(&more, &more).is_some_and(|why| why.contains("more was reverted")));
        assert!(withheld(&less, &less).is_some_and(|why| why.contains("less was reverted")));
        for (last, before) in [(&more, &fine), (&fine, &more), (&more, &less), (&fine, &fine)] {
            assert_eq!(withheld(last, before), None);
        }
        // Few reverts say nothing.
        let few = band(10, 4, 0.1);
        assert_eq!(few[USUAL].holds(), Holds::TooFew);
        assert_eq!(withheld(&few, &few), None);
    }
}
