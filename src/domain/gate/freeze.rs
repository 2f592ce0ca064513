//! When is nothing deployed? Freeze windows of the organisation's calendar, around the present.
//!
//! Days and hours are those of the window's own zone, with its summer time: a freeze from 18:00 in
//! Berlin begins at another instant in July than in December.

use chrono::{DateTime, Datelike, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::scope::{At, covers};
use crate::domain::config::FreezeRule;
use crate::domain::time::Timestamp;

/// How far ahead windows are told, in days; besides those that hold now.
const AHEAD_DAYS: u64 = 7;

/// A freeze window that is about a deployment, now or soon.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Window {
    /// Why; text of the organisation.
    pub reason: String,
    /// Its first instant, RFC 3339 in UTC.
    pub from: String,
    /// The first instant behind it, RFC 3339 in UTC.
    pub until: String,
    /// Whether it holds now.
    pub active: bool,
    /// Where it stands: `acme/.github:waymark.yml:7`.
    pub place: String,
    /// Globs over the environments that it holds; empty: all.
    #[serde(default)]
    pub environments: Vec<String>,
    /// Teams whose repositories it holds; empty: all.
    #[serde(default)]
    pub teams: Vec<String>,
}

/// A time zone by its IANA name: `Europe/Berlin`, `UTC`.
pub fn zone(name: &str) -> Option<Tz> {
    name.trim().parse().ok()
}

/// A day, or a day and a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    day: NaiveDate,
    time: Option<NaiveTime>,
}

impl Moment {
    /// Reads `2026-12-20` or `2026-12-20 18:00`.
    pub fn parse(text: &str) -> Option<Self> {
        let (day, time) = match text.get(10..) {
            None => return None,
            Some("") => (text, None),
            Some(rest) => (&text[..10], Some(rest.strip_prefix([' ', 'T'])?)),
        };
        let day = day.parse().ok().filter(|_| day.len() == 10)?;
        let time = match time {
            None => None,
            Some(time) => time_of(clock(time).filter(|t| *t < DAY)?),
        };
        Some(Self { day, time })
    }

    /// Its instant as a beginning: of the day, when there is no time.
    pub fn begins(self, zone: Tz) -> Timestamp {
        instant(zone, self.day.and_time(self.time.unwrap_or_default()))
    }

    /// Its instant as an end: behind the day, when there is no time.
    pub fn ends(self, zone: Tz) -> Timestamp {
        match self.time {
            Some(time) => instant(zone, self.day.and_time(time)),
            None => instant(zone, next(self.day).and_time(NaiveTime::MIN)),
        }
    }
}

/// Hours of a day, in minutes since its midnight; they may reach into the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Hours {
    from: u32,
    until: u32,
}

const DAY: u32 = 24 * 60;

impl Hours {
    const ALL: Self = Self { from: 0, until: DAY };

    /// Reads `16:00-24:00`, `22:00-06:00`.
    pub fn parse(text: &str) -> Option<Self> {
        let (from, until) = text.split_once('-')?;
        let (from, until) = (clock(from.trim())?, clock(until.trim())?);
        (from < DAY && from != until).then_some(Self { from, until })
    }

    /// On this day in this zone.
    fn on(self, day: NaiveDate, zone: Tz) -> (Timestamp, Timestamp) {
        let at = |day: NaiveDate, minutes: u32| match time_of(minutes) {
            Some(time) => instant(zone, day.and_time(time)),
            None => instant(zone, next(day).and_time(NaiveTime::MIN)),
        };
        let last = if self.until <= self.from { next(day) } else { day };
        (at(day, self.from), at(last, self.until))
    }
}

/// The windows about this deployment: those that hold now, and those that begin within a week.
/// `file` names the organisation's file.
///
/// Definition: a time in which nothing is to be deployed. Unit: instants in UTC. Formula: first instant <= now <
/// end, by the clock of its zone. Source: the organisation. (Friday itself: odds ratio 1.00, `docs/risk.md`.)
///
/// ```
/// use waymark::domain::gate::freeze::{Moment, zone};
/// // Whoever writes the 3rd of January in Berlin means until its end there.
/// let last = Moment::parse("2027-01-03").expect("a day");
/// let end = last.ends(zone("Europe/Berlin").expect("a zone"));
/// assert_eq!(end.to_rfc3339(), "2027-01-03T23:00:00Z");
/// ```
pub fn windows(rules: &[FreezeRule], file: &str, at: At<'_>, now: Timestamp) -> Vec<Window> {
    let mut found = Vec::new();
    for rule in rules.iter().filter(|rule| covers(&rule.scope, at)) {
        for (from, until) in occurrences(rule, now) {
            found.push(Window {
                reason: rule.reason.clone(),
                from: from.to_rfc3339(),
                until: until.to_rfc3339(),
                active: from <= now && now < until,
                place: crate::domain::config::place(file, rule.line),
                environments: rule.scope.environments.clone(),
                teams: rule.scope.teams.clone(),
            });
        }
    }
    found.sort_by(|a, b| (&a.from, &a.until, &a.place).cmp(&(&b.from, &b.until, &b.place)));
    found
}

fn occurrences(rule: &FreezeRule, now: Timestamp) -> Vec<(Timestamp, Timestamp)> {
    let zone = zone(rule.zone.as_deref().unwrap_or("UTC")).unwrap_or(Tz::UTC);
    let moment = |text: &Option<String>| text.as_deref().and_then(Moment::parse);
    let (from, until) = (moment(&rule.from), moment(&rule.until));
    let season = (from.map(|m| m.begins(zone)), until.map(|m| m.ends(zone)));
    let near = |(from, until): &(Timestamp, Timestamp)| {
        now < *until && *from <= now.plus_ms(AHEAD_DAYS as i64 * 86_400_000)
    };
    if rule.every.is_empty() {
        return season.0.zip(season.1).into_iter().filter(near).collect();
    }
    let hours = rule.at.as_deref().and_then(Hours::parse).unwrap_or(Hours::ALL);
    let Some(present) = DateTime::from_timestamp_millis(now.0) else { return Vec::new() };
    let today = present.with_timezone(&zone).date_naive();
    // From yesterday: its hours may reach into today.
    let first = today.checked_sub_days(Days::new(1)).unwrap_or(today);
    let wanted = |day: &NaiveDate| rule.every.iter().any(|name| name.parse() == Ok(day.weekday()));
    first
        .iter_days()
        .take(AHEAD_DAYS as usize + 2)
        .filter(wanted)
        .map(|day| hours.on(day, zone))
        .filter(|(start, _)| {
            season.0.is_none_or(|from| from <= *start) && season.1.is_none_or(|end| *start < end)
        })
        .filter(near)
        .collect()
}

/// `16:30` in minutes, up to 24:00.
fn clock(text: &str) -> Option<u32> {
    let (hours, minutes) = text.split_once(':')?;
    let digits = |t: &str| t.len() == 2 && t.bytes().all(|b| b.is_ascii_digit());
    if !digits(hours) || !digits(minutes) {
        return None;
    }
    let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
    let all = hours * 60 + minutes;
    (minutes < 60 && all <= DAY).then_some(all)
}

/// `None` for 24:00.
fn time_of(minutes: u32) -> Option<NaiveTime> {
    NaiveTime::from_num_seconds_from_midnight_opt(minutes * 60, 0)
}

fn next(day: NaiveDate) -> NaiveDate {
    day.checked_add_days(Days::new(1)).unwrap_or(day)
}

/// The instant of a wall clock's time. One that the clock shows twice (autumn) is the first; one
/// that it never shows (spring) is an hour later.
fn instant(zone: Tz, wall: NaiveDateTime) -> Timestamp {
    let found = zone
        .from_local_datetime(&wall)
        .earliest()
        .or_else(|| zone.from_local_datetime(&(wall + TimeDelta::hours(1))).earliest());
    Timestamp(found.map_or_else(|| wall.and_utc().timestamp_millis(), |t| t.timestamp_millis()))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn at(text: &str) -> Timestamp {
        Timestamp::parse_rfc3339(text).expect("valid")
    }

    fn told(rule: FreezeRule, now: &str) -> Vec<String> {
        let teams = BTreeSet::from(["shop".to_owned()]);
        let deployment =
            At { environment: Some("production"), repository: "acme/shop", teams: Some(&teams) };
        windows(&[rule], "o.yml", deployment, at(now))
            .into_iter()
            .map(|w| format!("{} {} {}", w.from, w.until, if w.active { "now" } else { "later" }))
            .collect()
    }

    fn from_until(from: &str, until: &str, zone: &str) -> FreezeRule {
        FreezeRule {
            from: Some(from.to_owned()),
            until: Some(until.to_owned()),
            zone: Some(zone.to_owned()),
            ..FreezeRule::default()
        }
    }

    fn every(day: &str, hours: Option<&str>, zone: &str) -> FreezeRule {
        FreezeRule {
            every: vec![day.to_owned()],
            at: hours.map(ToOwned::to_owned),
            zone: Some(zone.to_owned()),
            ..FreezeRule::default()
        }
    }

    #[test]
    fn a_day_belongs_to_the_freeze_until_its_end_there() {
        let holidays = || from_until("2026-12-20", "2027-01-03", "Europe/Berlin");
        let whole = "2026-12-19T23:00:00Z 2027-01-03T23:00:00Z";
        assert_eq!(told(holidays(), "2026-12-01T00:00:00Z"), [""; 0]);
        assert_eq!(told(holidays(), "2026-12-19T22:59:59Z"), [format!("{whole} later")]);
        assert_eq!(told(holidays(), "2026-12-19T23:00:00Z"), [format!("{whole} now")]);
        assert_eq!(told(holidays(), "2027-01-03T22:59:59Z"), [format!("{whole} now")]);
        assert_eq!(told(holidays(), "2027-01-03T23:00:00Z"), [""; 0]);
        let timed = from_until("2026-07-01 18:00", "2026-07-02T06:30", "Europe/Berlin");
        assert_eq!(
            told(timed, "2026-07-01T17:00:00Z"),
            ["2026-07-01T16:00:00Z 2026-07-02T04:30:00Z now"]
        );
    }

    #[test]
    fn it_recurs_by_the_clock_on_the_wall() {
        // 2026-11-21 is a Saturday.
        let friday = || every("friday", Some("16:00-24:00"), "America/New_York");
        assert_eq!(
            told(friday(), "2026-11-21T03:00:00Z"),
            [
                "2026-11-20T21:00:00Z 2026-11-21T05:00:00Z now",
                "2026-11-27T21:00:00Z 2026-11-28T05:00:00Z later"
            ]
        );
        assert_eq!(
            told(friday(), "2026-11-21T05:00:00Z"),
            ["2026-11-27T21:00:00Z 2026-11-28T05:00:00Z later"]
        );
        let night = every("friday", Some("22:00-06:00"), "UTC");
        assert_eq!(
            told(night, "2026-11-21T05:59:00Z")[0],
            "2026-11-20T22:00:00Z 2026-11-21T06:00:00Z now"
        );
        let sunday = every("sunday", None, "Europe/Berlin");
        // The day on which summer time begins has 23 hours there.
        assert_eq!(
            told(sunday, "2026-03-29T10:00:00Z")[0],
            "2026-03-28T23:00:00Z 2026-03-29T22:00:00Z now"
        );
        // 02:30 does not exist on that day.
        let gap = every("sunday", Some("02:30-04:00"), "Europe/Berlin");
        assert_eq!(
            told(gap, "2026-03-29T01:45:00Z")[0],
            "2026-03-29T01:30:00Z 2026-03-29T02:00:00Z now"
        );
        let season = FreezeRule {
            from: Some("2026-12-01".to_owned()),
            until: Some("2026-12-31".to_owned()),
            ..every("friday", None, "UTC")
        };
        assert_eq!(told(season, "2026-11-20T12:00:00Z"), [""; 0]);
    }

    #[test]
    fn what_is_no_time_is_refused() {
        for odd in ["", "2026-12-2", "2026-13-01", "2026-12-20 24:00", "2026-12-20x10:00", "now"] {
            assert_eq!(Moment::parse(odd), None, "{odd}");
        }
        for odd in ["", "16:00", "16:00-16:00", "24:00-01:00", "16:61-17:00", "1:00-2:00"] {
            assert_eq!(Hours::parse(odd), None, "{odd}");
        }
        assert!(zone("Europe/Berlin").is_some() && zone("UTC").is_some() && zone("X/Y").is_none());
    }
}
