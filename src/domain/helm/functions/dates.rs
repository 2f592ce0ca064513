//! Dates: there is no clock here, so it is always the first second of 2020, UTC.

use crate::domain::helm::budget::Fault;
use crate::domain::helm::value::{Host, Value};

use super::{Args, Function, function};

/// 2020-01-01T00:00:00Z in Unix time.
pub(in crate::domain::helm) const NOW_SECONDS: i64 = 1_577_836_800;

/// Go's reference time, piece by piece, and what stands there on that day; longer ones first.
const LAYOUT: [(&str, &str); 25] = [
    ("January", "January"),
    ("Monday", "Wednesday"),
    ("2006", "2020"),
    ("Z07:00", "Z"),
    ("-07:00", "+00:00"),
    ("-0700", "+0000"),
    ("Z0700", "Z"),
    (".000000000", ".000000000"),
    (".000000", ".000000"),
    (".000", ".000"),
    ("Jan", "Jan"),
    ("Mon", "Wed"),
    ("MST", "UTC"),
    ("002", "001"),
    ("01", "01"),
    ("02", "01"),
    ("03", "12"),
    ("04", "00"),
    ("05", "00"),
    ("06", "20"),
    ("15", "00"),
    ("PM", "AM"),
    ("pm", "am"),
    ("_2", " 1"),
    ("1", "1"),
];

pub(super) const TABLE: &[Function] = &[
    function("now", 0, 0, |_| Ok(Value::Host(Host::Time))),
    function("date", 2, 2, date),
    function("dateInZone", 3, 3, date),
    function("date_in_zone", 3, 3, date),
    function("htmlDate", 1, 1, |a| a.text("2020-01-01")),
    function("htmlDateInZone", 2, 2, |a| a.text("2020-01-01")),
    function("dateModify", 2, 2, |_| Ok(Value::Host(Host::Time))),
    function("date_modify", 2, 2, |_| Ok(Value::Host(Host::Time))),
    function("mustDateModify", 2, 2, |_| Ok(Value::Host(Host::Time))),
    function("must_date_modify", 2, 2, |_| Ok(Value::Host(Host::Time))),
    function("toDate", 2, 2, |_| Ok(Value::Host(Host::Time))),
    function("mustToDate", 2, 2, |_| Ok(Value::Host(Host::Time))),
    function("unixEpoch", 1, 1, |a| a.text(NOW_SECONDS.to_string())),
    function("ago", 1, 1, |a| a.text("0s")),
    function("duration", 1, 1, |a| {
        let seconds = super::numbers::to_int(a.any(0)).max(0);
        let (hours, minutes) = (seconds / 3_600, seconds / 60 % 60);
        let hours = if hours > 0 { format!("{hours}h") } else { String::new() };
        let minutes = if seconds >= 60 { format!("{minutes}m") } else { String::new() };
        a.text(format!("{hours}{minutes}{}s", seconds % 60))
    }),
    function("durationRound", 1, 1, |a| a.text(a.shown(0)?)),
];

fn date(args: &Args<'_>) -> Result<Value, Fault> {
    let mut rest: &str = args.str(0)?;
    let mut out = String::new();
    while let Some(next) = rest.chars().next() {
        match LAYOUT.iter().find(|(piece, _)| rest.starts_with(piece)) {
            Some((piece, stands)) => {
                out.push_str(stands);
                rest = &rest[piece.len()..];
            }
            None => {
                out.push(next);
                rest = &rest[next.len_utf8()..];
            }
        }
    }
    args.text(out)
}
