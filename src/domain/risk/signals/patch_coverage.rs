//! Do tests run through the changed lines?

use super::{Evidence, Signal, Unknown};

pub(super) const SIGNAL: Signal = Signal {
    name: "patch_coverage",
    title: "percent of the changed lines that tests run through",
    definition: "percent of the added lines that can be run which tests run through",
    unit: "percent",
    formula: "100 * added lines that are hit / added lines that are hit or missed; from an uploaded report, else in a coverage service's words",
    source: "Codecov, Patch coverage (docs.codecov.com/docs/commit-status)",
    read: patch_coverage,
};

/// Percent of the coverable changed lines that are covered, 0 to 100.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::observed::Observed;
/// use waymark::domain::risk::signals::{Evidence, patch_coverage};
/// let change = Change::of("", &[("a.rs", 4, 1)]);
/// // One of the four added lines is a comment, two of the others are run.
/// let found = Ok(2.0 / 3.0 * 100.0);
/// let seen = Observed { patch_coverage: found, ..Observed::nothing("nobody looked") };
/// let value = patch_coverage(Evidence::without_past(&change).observing(&seen)).unwrap();
/// assert!((value - 66.666_666_666_666_67).abs() < 1e-9);
/// ```
pub fn patch_coverage(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    evidence.observed()?.patch_coverage
}
