//! How much came after the approval?

use super::{Evidence, Signal, Unknown};

pub(super) const SIGNAL: Signal = Signal {
    name: "stale_share",
    title: "share of the lines that came after the last approval",
    definition: "share of the changed lines that were changed behind the commit which was approved last",
    unit: "share",
    formula: "min(1, lines changed in the touched files between the approved commit and the head / changed lines)",
    source: "GitHub, Dismiss stale pull request approvals; measured in lines here",
    read: stale_share,
};

/// The share of the changed lines that came after the last approval, 0 to 1.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::observed::{Observed, Reviewing};
/// use waymark::domain::risk::signals::{Evidence, stale_share};
/// let change = Change::of("", &[("a.rs", 150, 50)]);
/// let reviewing = Reviewing { approvals: 1, after: Some(30), ..Reviewing::default() };
/// let seen = Observed { reviewing: Ok(reviewing), ..Observed::nothing("nobody looked") };
/// assert_eq!(stale_share(Evidence::without_past(&change).observing(&seen)), Ok(0.15));
/// ```
pub fn stale_share(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    let reviewing = evidence.observed()?.reviewing?;
    let after = reviewing.after.ok_or(match reviewing.approvals {
        0 => "nobody has approved it",
        _ => "what was approved cannot be compared with what is there now",
    })?;
    Ok((after as f64 / evidence.lines()? as f64).min(1.0))
}
