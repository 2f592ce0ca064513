//! How much of what is touched does the author know?

use super::{Evidence, NO_AUTHOR, OURS, Signal, Unknown};

pub(super) const SIGNAL: Signal = Signal {
    name: "b_known",
    title: "share of the files that the author changed before",
    definition: "of the touched files that were there already, the share that the author has changed before; renames followed",
    unit: "share",
    formula: "existing touched files that the author changed before / existing touched files; 0 when all are new",
    source: OURS,
    read: known,
};

/// The share of already existing touched files that the author changed before, 0 to 1; 0 when
/// every file is new.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::past::Past;
/// use waymark::domain::risk::people::Person;
/// use waymark::domain::risk::signals::{Evidence, known};
/// let [ann, bob] = [1, 2].map(Person);
/// let past = Past::of(&[("a.rs", &[ann, bob]), ("b.rs", &[bob]), ("c.rs", &[bob])]);
/// let files = [("a.rs", 1, 0), ("b.rs", 1, 0), ("c.rs", 2, 2), ("d.rs", 1, 0)];
/// let change = Change::of("", &files).by(ann);
/// assert_eq!(known(Evidence::of(&change, &past)), Ok(0.25));
/// ```
pub fn known(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    let past = evidence.past()?;
    let author = evidence.change.author.ok_or(NO_AUTHOR)?;
    Ok(past.known_share(author, evidence.change).unwrap_or(0.0))
}
