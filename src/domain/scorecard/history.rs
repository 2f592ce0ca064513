//! How was it last week, and in the eleven weeks before? From the changes of levels.
//!
//! A week ends on Sunday night, UTC (ISO 8601), so that the past does not move from day to day.
//! The past is that of the repositories that exist today: what has left is in no week.

use chrono::{Datelike, Days, NaiveDate, NaiveTime};

use crate::domain::finding::Level;
use crate::domain::ids::RepoId;
use crate::domain::time::Timestamp;

/// Weeks that are looked back upon, this one included.
pub const WEEKS: usize = 12;

/// A change of a level.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LevelChange {
    /// Whose.
    pub repo: RepoId,
    /// Since when.
    pub since: Timestamp,
    /// The level from then on.
    pub level: Option<Level>,
    /// Whether it was on a path that it had chosen.
    pub on_path: bool,
}

/// How many repositories stood where at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Gold, silver, bronze, and below: see [`rung`].
    pub levels: [usize; 4],
    /// On a golden path.
    pub on_path: usize,
}

impl Tally {
    /// Counts one repository.
    pub fn add(&mut self, level: Option<Level>, on_path: bool) {
        self.levels[rung(level)] += 1;
        self.on_path += usize::from(on_path);
    }

    /// How many were counted.
    pub fn total(&self) -> usize {
        self.levels.iter().sum()
    }

    /// The share on a golden path in whole percent, rounded down: 80 is said when it is reached.
    pub fn percent(&self) -> Option<u8> {
        (self.on_path * 100).checked_div(self.total()).and_then(|p| u8::try_from(p).ok())
    }
}

/// The index of a level: gold 0, silver 1, bronze 2, none 3.
pub fn rung(level: Option<Level>) -> usize {
    match level {
        Some(Level::Gold) => 0,
        Some(Level::Silver) => 1,
        Some(Level::Bronze) => 2,
        None => 3,
    }
}

/// The ends of the last eleven weeks, oldest first.
pub fn week_ends(today: NaiveDate) -> [Timestamp; WEEKS - 1] {
    let back = u64::from(today.weekday().num_days_from_monday());
    let monday = today - Days::new(back);
    std::array::from_fn(|n| {
        let weeks = (WEEKS - 2 - n) as u64;
        let day = monday - Days::new(7 * weeks);
        Timestamp(day.and_time(NaiveTime::MIN).and_utc().timestamp_millis())
    })
}

/// The end of last week.
pub fn last_week(today: NaiveDate) -> Timestamp {
    week_ends(today)[WEEKS - 2]
}

/// What a repository was at a moment, by its own changes, oldest first; `None`: not known yet.
pub fn at(changes: &[LevelChange], moment: Timestamp) -> Option<&LevelChange> {
    changes.iter().take_while(|change| change.since < moment).last()
}

/// Tallies at some moments. `changes` are sorted by repository, then by time; `counts` says which
/// repositories belong.
pub fn tallies<const N: usize>(
    changes: &[LevelChange],
    moments: [Timestamp; N],
    counts: &dyn Fn(RepoId) -> bool,
) -> [Tally; N] {
    let mut tallies = [Tally::default(); N];
    for own in changes.chunk_by(|a, b| a.repo == b.repo).filter(|own| counts(own[0].repo)) {
        for (tally, moment) in tallies.iter_mut().zip(moments) {
            if let Some(then) = at(own, moment) {
                tally.add(then.level, then.on_path);
            }
        }
    }
    tallies
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn change(repo: i64, day: &str, level: Option<Level>, on_path: bool) -> LevelChange {
        let since = Timestamp::parse_rfc3339(&format!("{day}T12:00:00Z")).unwrap();
        LevelChange { repo: RepoId(repo), since, level, on_path }
    }

    #[test]
    fn weeks_end_on_sunday_night() {
        // A Saturday, a Sunday and the Monday after it.
        let ends = |day: &str| week_ends(day.parse().unwrap());
        let last = |day: &str| ends(day)[WEEKS - 2].to_rfc3339();
        assert_eq!(last("2026-11-21"), "2026-11-16T00:00:00Z");
        assert_eq!(last("2026-11-22"), "2026-11-16T00:00:00Z");
        assert_eq!(last("2026-11-23"), "2026-11-23T00:00:00Z");
        assert_eq!(ends("2026-11-21")[0].to_rfc3339(), "2026-09-07T00:00:00Z");
    }

    #[test]
    fn the_past_is_read_from_changes() {
        let changes = [
            change(1, "2026-11-01", None, false),
            change(1, "2026-11-12", Some(Level::Silver), true),
            change(2, "2026-11-14", Some(Level::Bronze), false),
            change(3, "2026-11-17", Some(Level::Gold), true),
        ];
        let ends = week_ends("2026-11-21".parse().unwrap());
        let tallies = tallies(&changes, ends, &|_| true);
        let seen: Vec<_> = tallies.iter().map(|t| (t.total(), t.percent())).collect();
        assert_eq!(seen[..8], [(0, None); 8]);
        assert_eq!(seen[8..], [(1, Some(0)), (1, Some(0)), (2, Some(50))]);
        assert_eq!(tallies[10].levels, [0, 1, 1, 0]);
    }
}
