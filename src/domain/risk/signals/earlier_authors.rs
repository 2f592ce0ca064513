//! NDEV: how many people changed these files before?

use super::{Evidence, KAMEI, Signal, Unknown, number};

pub(super) const SIGNAL: Signal = Signal {
    name: "ndev",
    title: "people who changed these files before",
    definition: "distinct people who changed any of the touched files before, the author among them if so; renames followed, programs not counted",
    unit: "people",
    formula: "| union over touched files of the authors of earlier changes |",
    source: KAMEI,
    read: earlier_authors,
};

/// Distinct earlier authors over all touched files.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::past::Past;
/// use waymark::domain::risk::people::Person;
/// use waymark::domain::risk::signals::{Evidence, earlier_authors};
/// let [ann, bob, cid] = [1, 2, 3].map(Person);
/// let past = Past::of(&[("a.rs", &[ann, bob]), ("b.rs", &[bob, cid, cid])]);
/// let change = Change::of("", &[("a.rs", 1, 0), ("b.rs", 1, 0)]).by(ann);
/// assert_eq!(earlier_authors(Evidence::of(&change, &past)), Ok(3.0));
/// assert!(earlier_authors(Evidence::without_past(&change)).is_err());
/// ```
pub fn earlier_authors(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    let past = evidence.past()?;
    Ok(number(past.authors(evidence.change).len()))
}
