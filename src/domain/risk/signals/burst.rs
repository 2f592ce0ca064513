//! Churn: how much is going on in these files just now?

use std::collections::BTreeSet;

use crate::domain::risk::DAY_MS;
use crate::domain::risk::past::BURST_DAYS;

use super::{Evidence, OURS, Signal, Unknown, number};

pub(super) const SIGNAL: Signal = Signal {
    name: "burst",
    title: "changes of these files within 7 days",
    definition: "how many different changes touched these files within the 7 days before",
    unit: "changes",
    formula: "| set over touched files of the changes in the last 7 days |",
    source: OURS,
    read: burst,
};

/// Distinct changes of the touched files in the last 7 days.
///
/// ```
/// use waymark::domain::risk::DAY_MS;
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::past::Past;
/// use waymark::domain::risk::people::Person;
/// use waymark::domain::risk::signals::{Evidence, burst};
/// use waymark::domain::time::Timestamp;
/// // One change each on day 1, 2 and 3.
/// let past = Past::of(&[("a.rs", &[Person(1), Person(1)]), ("b.rs", &[Person(2)])]);
/// let mut change = Change::of("", &[("a.rs", 1, 0), ("b.rs", 1, 0)]);
/// change.at = Timestamp(9 * DAY_MS);
/// assert_eq!(burst(Evidence::of(&change, &past)), Ok(2.0));
/// ```
pub fn burst(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    let past = evidence.past()?;
    let change = evidence.whole()?;
    let from = change.at.plus_ms(-BURST_DAYS * DAY_MS);
    let lately = past.single(change).filter(|earlier| earlier.at >= from);
    Ok(number(lately.map(|earlier| earlier.change).collect::<BTreeSet<_>>().len()))
}
