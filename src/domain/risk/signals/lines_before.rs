//! LT: how long were the touched files?

use super::{Evidence, KAMEI, Signal, Unknown};

pub(super) const SIGNAL: Signal = Signal {
    name: "lt",
    title: "lines in the files before",
    definition: "lines of the touched files before the change",
    unit: "lines",
    formula: "sum over the touched files that were there of their lines before",
    source: KAMEI,
    read: lines_before,
};

/// Lines of the touched files before the change. Only where their contents are at hand.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::observed::Observed;
/// use waymark::domain::risk::signals::{Evidence, lines_before};
/// let change = Change::of("", &[("a.rs", 4, 1)]);
/// let seen = Observed { lines_before: Ok(120), ..Observed::nothing("nobody looked") };
/// let evidence = Evidence::without_past(&change);
/// assert_eq!(lines_before(evidence.observing(&seen)), Ok(120.0));
/// assert!(lines_before(evidence).is_err());
/// ```
pub fn lines_before(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    Ok(evidence.observed()?.lines_before? as f64)
}
