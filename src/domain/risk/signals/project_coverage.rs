//! Does the whole project's coverage change?

use super::{Evidence, Signal, Unknown};

pub(super) const SIGNAL: Signal = Signal {
    name: "project_coverage",
    title: "change of the project's coverage in percentage points",
    definition: "the project's coverage at the head minus that at the base",
    unit: "percentage points",
    formula: "100 * hit / coverable lines at the head - the same at the base; from uploaded reports of both, else in a coverage service's words",
    source: "Codecov, Project coverage (docs.codecov.com/docs/commit-status)",
    read: project_coverage,
};

/// Percentage points by which the project's coverage changes; below 0 it falls.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::observed::Observed;
/// use waymark::domain::risk::signals::{Evidence, project_coverage};
/// let change = Change::of("", &[("a.rs", 4, 1)]);
/// let found = Ok(79.0 - 80.5);
/// let seen = Observed { project_coverage: found, ..Observed::nothing("nobody looked") };
/// assert_eq!(project_coverage(Evidence::without_past(&change).observing(&seen)), Ok(-1.5));
/// ```
pub fn project_coverage(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    evidence.observed()?.project_coverage
}
