//! NS: how many subsystems does the change touch?

use std::collections::BTreeSet;

use super::{Evidence, KAMEI, Signal, Unknown, number};

pub(super) const SIGNAL: Signal = Signal {
    name: "ns",
    title: "subsystems touched",
    definition: "distinct first parts of the touched paths; files at the top count as one",
    unit: "subsystems",
    formula: "number of distinct first parts of paths",
    source: KAMEI,
    read: subsystems,
};

/// Subsystems touched.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::signals::{Evidence, subsystems};
/// let change = Change::of("", &[("api/x.rs", 1, 0), ("api/v2/y.rs", 1, 0), ("Makefile", 1, 0)]);
/// assert_eq!(subsystems(Evidence::without_past(&change)), Ok(2.0));
/// ```
pub fn subsystems(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    let files = &evidence.whole()?.files;
    let distinct: BTreeSet<&str> = files.iter().map(|file| subsystem(&file.path)).collect();
    Ok(number(distinct.len()))
}

/// The first part of a path; empty for files at the top.
pub fn subsystem(path: &str) -> &str {
    path.split_once('/').map_or("", |(first, _)| first)
}
