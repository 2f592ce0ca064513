//! REXP: how fresh is what the author knows?

use crate::domain::time::Timestamp;

use super::age::days;
use super::experience::own;
use super::{Evidence, KAMEI, Signal, Unknown};

pub(super) const SIGNAL: Signal = Signal {
    name: "rexp",
    title: "recent experience of the author here",
    definition: "the author's earlier changes, each counting less the longer it is past",
    unit: "changes",
    formula: "sum over the author's earlier changes of 1 / (1 + years since)",
    source: KAMEI,
    read: recent_experience,
};

/// The author's earlier changes, weighted by 1 / (1 + years since); a year has 365.25 days.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::past::Past;
/// use waymark::domain::risk::signals::{Evidence, recent_experience};
/// use waymark::domain::time::Timestamp;
/// const YEAR_MS: i64 = 31_557_600_000;
/// let own = vec![(Timestamp(0), [].into()), (Timestamp(YEAR_MS), [].into())];
/// let past = Past { own: Some(own), ..Past::of(&[]) };
/// let mut change = Change::of("", &[]);
/// change.at = Timestamp(YEAR_MS);
/// assert_eq!(recent_experience(Evidence::of(&change, &past)), Ok(1.5));
/// ```
pub fn recent_experience(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    let years = |at: Timestamp| days(evidence.change.at.0 - at.0) / 365.25;
    Ok(own(evidence)?.iter().map(|(at, _)| 1.0 / (1.0 + years(*at))).fold(0.0, |sum, x| sum + x))
}
