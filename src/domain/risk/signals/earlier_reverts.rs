//! How often was what touched these files taken back lately?

use crate::domain::risk::DAY_MS;
use crate::domain::risk::past::REVERT_DAYS;
use crate::domain::time::Timestamp;

use super::{Evidence, OURS, Signal, Unknown, number};

pub(super) const SIGNAL: Signal = Signal {
    name: "frev180",
    title: "reverts on these files in 180 days",
    definition: "for each touched file, how many of its earlier changes were reverted within the last 180 days, whoever wrote them; added up",
    unit: "reverts",
    formula: "sum over touched files of the reverts of their earlier changes in the last 180 days",
    source: OURS,
    read: earlier_reverts,
};

/// Reverts of earlier changes on the touched files, 180 days back, added up over the files.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::past::Past;
/// use waymark::domain::risk::people::Person;
/// use waymark::domain::risk::signals::{Evidence, earlier_reverts};
/// use waymark::domain::risk::DAY_MS;
/// use waymark::domain::time::Timestamp;
/// let mut past = Past::of(&[("a.rs", &[Person(1), Person(1)]), ("b.rs", &[Person(2)])]);
/// let mut change = Change::of("", &[("a.rs", 1, 0), ("b.rs", 1, 0)]);
/// change.at = Timestamp(200 * DAY_MS);
/// for (path, reverted) in [("a.rs", 10), ("b.rs", 30)] {
///     let file = past.files.get_mut(path).expect("there");
///     file.single[0].reverted = Some(Timestamp(reverted * DAY_MS));
/// }
/// // Day 10 is 190 days back.
/// assert_eq!(earlier_reverts(Evidence::of(&change, &past)), Ok(1.0));
/// ```
pub fn earlier_reverts(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    let past = evidence.past()?;
    let now = evidence.change.at;
    let since = now.plus_ms(-REVERT_DAYS * DAY_MS);
    let lately = |at: Timestamp| since <= at && at < now;
    let count = past.single(evidence.change).filter(|e| e.reverted.is_some_and(lately));
    Ok(number(count.count()))
}
