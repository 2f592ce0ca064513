//! NUC: how many changes touched these files last?

use std::collections::BTreeSet;

use super::{Evidence, KAMEI, Signal, Unknown, number};

pub(super) const SIGNAL: Signal = Signal {
    name: "nuc",
    title: "distinct last changes of these files",
    definition: "how many different changes touched these files last; Kamei's NUC as the published data have it",
    unit: "changes",
    formula: "| set over touched files of the last change |",
    source: KAMEI,
    read: changes,
};

/// Distinct last changes of the touched files.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::past::Past;
/// use waymark::domain::risk::people::Person;
/// use waymark::domain::risk::signals::{Evidence, changes};
/// let past = Past::of(&[("a.rs", &[Person(1), Person(1)]), ("b.rs", &[Person(2)])]);
/// let change = Change::of("", &[("a.rs", 1, 0), ("b.rs", 1, 0), ("new.rs", 9, 0)]);
/// assert_eq!(changes(Evidence::of(&change, &past)), Ok(2.0));
/// ```
pub fn changes(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    let past = evidence.past()?;
    let files = &evidence.whole()?.files;
    let last = files.iter().filter_map(|file| past.of_file(&file.path)?.last());
    Ok(number(last.map(|earlier| earlier.change).collect::<BTreeSet<_>>().len()))
}
