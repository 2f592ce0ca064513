//! LD: how many lines does the change delete?

use super::{Evidence, KAMEI, Signal, Unknown};

pub(super) const SIGNAL: Signal = Signal {
    name: "ld",
    title: "lines deleted",
    definition: "lines deleted by the change, binary files not counted",
    unit: "lines",
    formula: "sum of deleted lines",
    source: KAMEI,
    read: deleted,
};

/// Lines deleted.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::signals::{Evidence, deleted};
/// let change = Change::of("", &[("a.rs", 10, 2), ("b.rs", 5, 1)]);
/// assert_eq!(deleted(Evidence::without_past(&change)), Ok(3.0));
/// ```
pub fn deleted(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    let change = evidence.whole()?;
    Ok(change.files.iter().map(|file| file.deleted).sum::<u64>() as f64)
}
