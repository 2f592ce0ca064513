//! Durations, rates and differences, short enough for a table.

use crate::domain::metrics::{Comparison, Measure};

/// `45 s`, `20 min`, `3.5 h`, `2.1 d`: two digits or so, for people compare magnitudes.
///
/// ```
/// use waymark::domain::report::dora::duration;
/// assert_eq!(duration(45_000), "45 s");
/// assert_eq!(duration(90_000), "1.5 min");
/// assert_eq!(duration(20 * 60_000), "20 min");
/// assert_eq!(duration(3 * 3_600_000 + 1_800_000), "3.5 h");
/// assert_eq!(duration(50 * 24 * 3_600_000), "50 d");
/// ```
pub fn duration(ms: i64) -> String {
    let seconds = ms as f64 / 1000.0;
    let (value, unit) = match seconds.abs() {
        s if s < 60.0 => return format!("{seconds:.0} s"),
        s if s < 3_600.0 => (seconds / 60.0, "min"),
        s if s < 48.0 * 3_600.0 => (seconds / 3_600.0, "h"),
        _ => (seconds / 86_400.0, "d"),
    };
    format!("{} {unit}", short(value))
}

/// One digit behind the point below ten, none above, none where it is 0.
fn short(value: f64) -> String {
    let text = if value.abs() < 9.95 { format!("{value:.1}") } else { format!("{value:.0}") };
    text.strip_suffix(".0").map(str::to_owned).unwrap_or(text)
}

/// Deployments per day, as people think of them: per week.
///
/// ```
/// use waymark::domain::report::dora::per_week;
/// assert_eq!((per_week(0.5).as_str(), per_week(0.01).as_str()), ("3.5", "0.07"));
/// ```
pub fn per_week(per_day: f64) -> String {
    let week = per_day * 7.0;
    if week != 0.0 && week.abs() < 0.95 { format!("{week:.2}") } else { short(week) }
}

/// `12 %`.
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// The measure in words, with the unit of its figures.
pub fn title(measure: Measure) -> &'static str {
    match measure {
        Measure::DeploymentsPerDay => "deployments per week",
        Measure::LeadTime => "lead time for changes",
        Measure::ChangeFailureRate => "change failure rate",
        Measure::TimeToRestore => "time to restore",
        Measure::CiDuration => "CI duration",
        Measure::CiSuccess => "CI success rate",
        Measure::CreationToFirst => "creation to first deployment",
    }
}

/// A figure of a measure.
pub fn figure(measure: Measure, figure: f64) -> String {
    match measure {
        Measure::DeploymentsPerDay => per_week(figure),
        Measure::ChangeFailureRate | Measure::CiSuccess => percent(figure),
        Measure::LeadTime
        | Measure::TimeToRestore
        | Measure::CiDuration
        | Measure::CreationToFirst => duration(figure.round() as i64),
    }
}

/// The difference of a comparison with its interval: `−2 h (−3.1 h to −1 h)`; what is missing, in
/// words.
pub fn difference(comparison: &Comparison) -> String {
    let Some(difference) = comparison.difference else { return "no comparison".to_owned() };
    // Of a rate, points are the unit, told once.
    let points = matches!(comparison.measure, Measure::ChangeFailureRate | Measure::CiSuccess);
    let unit = if points { " points" } else { "" };
    let signed = |value: f64| {
        let text = match comparison.measure {
            _ if points => format!("{:.0}", value.abs() * 100.0),
            measure => figure(measure, value.abs()),
        };
        let zero = text.trim_end_matches(|c: char| !c.is_ascii_digit()).parse() == Ok(0.0_f64);
        match value {
            _ if zero => text,
            v if v < 0.0 => format!("−{text}"),
            _ => format!("+{text}"),
        }
    };
    match comparison.interval {
        Some((low, high)) => {
            format!("{}{unit} ({} to {})", signed(difference), signed(low), signed(high))
        }
        None => format!("{}{unit} (too few repositories for an interval)", signed(difference)),
    }
}

/// The words for a clear difference in favour of the path.
pub const BETTER: &str = "better on the path";
/// The words for a clear difference to its disadvantage.
pub const WORSE: &str = "worse on the path";

/// Which way a difference points, if it is clear; nothing where there is no interval.
pub fn verdict(comparison: &Comparison) -> &'static str {
    let Some((low, high)) = comparison.interval else { return "" };
    if low == 0.0 && high == 0.0 {
        return "no difference";
    }
    if !comparison.is_clear() {
        return "may be chance";
    }
    let more_is_better =
        matches!(comparison.measure, Measure::DeploymentsPerDay | Measure::CiSuccess);
    if (low > 0.0) == more_is_better { BETTER } else { WORSE }
}
