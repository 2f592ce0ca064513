//! NF: how many files does the change touch?

use super::{Evidence, KAMEI, Signal, Unknown};

pub(super) const SIGNAL: Signal = Signal {
    name: "nf",
    title: "files touched",
    definition: "files that the change adds, modifies, renames or removes",
    unit: "files",
    formula: "number of touched files",
    source: KAMEI,
    read: files,
};

/// Files touched; known even when not all of them are listed.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::signals::{Evidence, files};
/// let change = Change::of("", &[("a.rs", 10, 2), ("b.rs", 5, 1)]);
/// assert_eq!(files(Evidence::without_past(&change)), Ok(2.0));
/// ```
pub fn files(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    Ok(evidence.change.file_count() as f64)
}
