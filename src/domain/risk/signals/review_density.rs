//! How much was said of it?

use super::{Evidence, Signal, Unknown};

pub(super) const SIGNAL: Signal = Signal {
    name: "review_density",
    title: "review comments per 100 changed lines",
    definition: "comments of people other than the author on the change's lines, for every 100 changed lines",
    unit: "comments per 100 lines",
    formula: "100 * comments / (lines added + lines deleted)",
    source: "McIntosh and Kamei, Are Fix-Inducing Changes a Moving Target?, IEEE TSE 44(5), 2018",
    read: review_density,
};

/// Review comments for every 100 changed lines. Many mark a hard change: they protect from nothing.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::observed::{Observed, Reviewing};
/// use waymark::domain::risk::signals::{Evidence, review_density};
/// let change = Change::of("", &[("a.rs", 150, 50)]);
/// let reviewing = Reviewing { comments: Some(3), ..Reviewing::default() };
/// let seen = Observed { reviewing: Ok(reviewing), ..Observed::nothing("nobody looked") };
/// assert_eq!(review_density(Evidence::without_past(&change).observing(&seen)), Ok(1.5));
/// ```
pub fn review_density(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    let comments = evidence.observed()?.reviewing?.comments.ok_or("nobody counted the comments")?;
    let lines = evidence.lines()?;
    Ok(comments as f64 * 100.0 / lines as f64)
}
