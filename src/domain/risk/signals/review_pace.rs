//! How fast was it approved, for its size?

use super::{Evidence, Signal, Unknown};

/// Milliseconds of an hour.
const HOUR_MS: f64 = 3_600_000.0;

pub(super) const SIGNAL: Signal = Signal {
    name: "review_pace",
    title: "changed lines per hour until the first approval",
    definition: "changed lines for every hour from when it could be reviewed to the first approval by another person",
    unit: "lines per hour",
    formula: "(lines added + lines deleted) / hours from ready for review to the first approval, at least one minute",
    source: "Cohen et al., Best Kept Secrets of Peer Code Review, 2006 (Cisco study)",
    read: review_pace,
};

/// Changed lines for every hour until the first approval.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::observed::{Observed, Reviewing};
/// use waymark::domain::risk::signals::{Evidence, review_pace};
/// let change = Change::of("", &[("a.rs", 150, 50)]);
/// let reviewing = Reviewing { waited_ms: Some(30 * 60 * 1000), ..Reviewing::default() };
/// let seen = Observed { reviewing: Ok(reviewing), ..Observed::nothing("nobody looked") };
/// // 200 lines in half an hour.
/// assert_eq!(review_pace(Evidence::without_past(&change).observing(&seen)), Ok(400.0));
/// ```
pub fn review_pace(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    let reviewing = evidence.observed()?.reviewing?;
    let waited = reviewing.waited_ms.ok_or(match reviewing.approvals {
        0 => "nobody has approved it",
        _ => "nobody saw when its review could begin",
    })?;
    let hours = (waited as f64 / HOUR_MS).max(1.0 / 60.0);
    Ok(evidence.lines()? as f64 / hours)
}
