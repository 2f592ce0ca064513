//! Ownership: how much of what was done to these files did the author do?

use super::{Evidence, NO_AUTHOR, OURS, Signal, Unknown};

pub(super) const SIGNAL: Signal = Signal {
    name: "own_share",
    title: "share of these files' past changes that are the author's",
    definition: "of the earlier changes of the touched files, counted in each file, the share that the author made; programs' changes are left out",
    unit: "share",
    formula: "sum over touched files of the author's earlier changes / the same of everybody's",
    source: OURS,
    read: own_share,
};

/// The author's share of the touched files' earlier changes, 0 to 1.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::past::Past;
/// use waymark::domain::risk::people::Person;
/// use waymark::domain::risk::signals::{Evidence, own_share};
/// let [ann, bob] = [1, 2].map(Person);
/// let past = Past::of(&[("a.rs", &[ann, bob, ann]), ("b.rs", &[bob])]);
/// let change = Change::of("", &[("a.rs", 1, 0), ("b.rs", 1, 0)]).by(ann);
/// assert_eq!(own_share(Evidence::of(&change, &past)), Ok(0.5));
/// ```
pub fn own_share(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    let past = evidence.past()?;
    let change = evidence.whole()?;
    let author = change.author.ok_or(NO_AUTHOR)?;
    let (mut own, mut all) = (0, 0);
    for (person, times) in past.touched(change).flat_map(|file| &file.people) {
        all += times.changes;
        own += if *person == author { times.changes } else { 0 };
    }
    if all == 0 {
        return Err("nobody is known to have changed these files before");
    }
    Ok(own as f64 / all as f64)
}
