//! AGE: how long were these files left alone?

use crate::domain::risk::DAY_MS;

use super::{Evidence, KAMEI, Signal, Unknown, number};

pub(super) const SIGNAL: Signal = Signal {
    name: "age",
    title: "days since these files last changed",
    definition: "mean time since each touched file last changed; new files have none",
    unit: "days",
    formula: "mean over touched files with a past of (now - last change)",
    source: KAMEI,
    read: age,
};

/// Mean days since the last change of each touched file that has a past.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::past::Past;
/// use waymark::domain::risk::people::Person;
/// use waymark::domain::risk::signals::{Evidence, age};
/// use waymark::domain::risk::DAY_MS;
/// use waymark::domain::time::Timestamp;
/// let past = Past::of(&[("a.rs", &[Person(1), Person(1)]), ("b.rs", &[Person(2)])]);
/// let mut change = Change::of("", &[("a.rs", 1, 0), ("b.rs", 1, 0)]);
/// change.at = Timestamp(10 * DAY_MS);
/// // a.rs last changed on day 2, b.rs on day 3.
/// assert_eq!(age(Evidence::of(&change, &past)), Ok(7.5));
/// ```
pub fn age(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    let past = evidence.past()?;
    let files = &evidence.whole()?.files;
    let last = files.iter().filter_map(|file| past.of_file(&file.path)?.last());
    let ages: Vec<f64> = last.map(|e| days(evidence.change.at.0 - e.at.0)).collect();
    if ages.is_empty() {
        return Err("every file is new, or was last changed before history begins");
    }
    Ok(ages.iter().sum::<f64>() / number(ages.len()))
}

/// Days, never less than none.
pub(super) fn days(ms: i64) -> f64 {
    ms.max(0) as f64 / DAY_MS as f64
}
