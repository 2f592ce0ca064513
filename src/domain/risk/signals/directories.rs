//! ND: how many directories does the change touch?

use std::collections::BTreeSet;

use super::{Evidence, KAMEI, Signal, Unknown, number};

pub(super) const SIGNAL: Signal = Signal {
    name: "nd",
    title: "directories touched",
    definition: "distinct directories that hold touched files",
    unit: "directories",
    formula: "number of distinct directories",
    source: KAMEI,
    read: directories,
};

/// Directories that hold touched files.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::signals::{Evidence, directories};
/// let change = Change::of("", &[("a/b/x.rs", 1, 0), ("a/b/y.rs", 1, 0), ("a/z.rs", 1, 0)]);
/// assert_eq!(directories(Evidence::without_past(&change)), Ok(2.0));
/// ```
pub fn directories(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    let folder = |path: &str| path.rsplit_once('/').map_or("", |(folder, _)| folder).to_owned();
    let files = &evidence.whole()?.files;
    let distinct: BTreeSet<String> = files.iter().map(|file| folder(&file.path)).collect();
    Ok(number(distinct.len()))
}
