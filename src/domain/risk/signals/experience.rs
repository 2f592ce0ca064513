//! EXP: how well does the author know the repository?

use std::collections::BTreeSet;

use crate::domain::time::Timestamp;

use super::{Evidence, KAMEI, Signal, Unknown, number};

pub(super) const SIGNAL: Signal = Signal {
    name: "exp",
    title: "earlier changes of the author here",
    definition: "how many changes the author has merged into this repository before",
    unit: "changes",
    formula: "number of the author's earlier changes",
    source: KAMEI,
    read: experience,
};

/// The author's earlier changes.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::past::Past;
/// use waymark::domain::risk::signals::{Evidence, experience};
/// use waymark::domain::time::Timestamp;
/// let own = vec![(Timestamp(0), ["api".to_owned()].into()), (Timestamp(9), [].into())];
/// let past = Past { own: Some(own), ..Past::of(&[]) };
/// assert_eq!(experience(Evidence::of(&Change::of("", &[]), &past)), Ok(2.0));
/// ```
pub fn experience(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    Ok(number(own(evidence)?.len()))
}

/// The author's earlier changes, when they were looked up.
pub(super) fn own<'a>(
    evidence: Evidence<'a>,
) -> Result<&'a [(Timestamp, BTreeSet<String>)], Unknown> {
    let past = evidence.past()?;
    past.own.as_deref().ok_or("the author's other changes are not looked up here")
}
