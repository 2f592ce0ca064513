//! LA: how many lines does the change add?

use super::{Evidence, KAMEI, Signal, Unknown};

pub(super) const SIGNAL: Signal = Signal {
    name: "la",
    title: "lines added",
    definition: "lines added by the change, binary files not counted",
    unit: "lines",
    formula: "sum of added lines",
    source: KAMEI,
    read: added,
};

/// Lines added.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::signals::{Evidence, added};
/// let change = Change::of("", &[("a.rs", 10, 2), ("b.rs", 5, 0)]);
/// assert_eq!(added(Evidence::without_past(&change)), Ok(15.0));
/// ```
pub fn added(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    let change = evidence.whole()?;
    Ok(change.files.iter().map(|file| file.added).sum::<u64>() as f64)
}
