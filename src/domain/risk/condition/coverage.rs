//! Do tests run through it?

use super::{Condition, Weight};
use crate::domain::risk::coverage::Coverage;

/// A patch with fewer executable lines says little, in lines.
const PATCH_LINES: u64 = 20;
/// Percent of a patch that tests should run through.
const PATCH_PERCENT: f64 = 80.0;
/// A project's coverage may fall by so many percentage points.
const PROJECT_POINTS: f64 = -1.0;

/// Whether tests leave out much of what changes, or the whole project loses by it. What is not known
/// makes no condition; a service that failed without a number does.
///
/// Definition: patch coverage below 80 % (of at least 20 lines that can be run, when that is known), or a
/// project that falls by a percentage point or more. Unit: percent, percentage points. Formula: as of the
/// signals `patch_coverage` and `project_coverage`. Source: `docs/risk.md`, after Codecov's commit statuses.
///
/// ```
/// use waymark::domain::risk::condition::of_coverage;
/// use waymark::domain::risk::coverage::Coverage;
/// let seen = Coverage { patch: Some(63.5), lines: Some(40), ..Coverage::default() };
/// let low = of_coverage(&seen).expect("a condition");
/// assert_eq!(low.evidence, ["tests run through 64 % of the changed lines"]);
/// assert_eq!(of_coverage(&Coverage { lines: Some(19), ..seen }), None);
/// ```
pub fn of_coverage(seen: &Coverage) -> Option<Condition> {
    let mut evidence = Vec::new();
    let enough = seen.lines.is_none_or(|lines| lines >= PATCH_LINES);
    if let Some(percent) = seen.patch.filter(|percent| *percent < PATCH_PERCENT && enough) {
        evidence.push(format!("tests run through {percent:.0} % of the changed lines"));
    }
    if let Some(points) = seen.project.filter(|points| *points <= PROJECT_POINTS) {
        let since = seen.since.as_ref().map(|sha| format!(", compared with `{}`", sha.short()));
        evidence.push(format!(
            "the project's coverage falls by {:.2} percentage points{}",
            -points,
            since.unwrap_or_default()
        ));
    }
    for context in [&seen.failed_patch, &seen.failed_project].into_iter().flatten() {
        evidence.push(format!("`{}` failed, percentage not told", context.replace('`', "'")));
    }
    (!evidence.is_empty()).then(|| Condition {
        name: "low_coverage".to_owned(),
        weight: Weight::Warn,
        evidence,
        how_to_clear: "add tests for the lines that none runs through".to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn little_or_unknown_coverage_is_told_apart() {
        let of = |patch, lines, project| {
            of_coverage(&Coverage { patch, lines, project, ..Coverage::default() })
        };
        assert_eq!(of(None, None, None), None);
        assert_eq!(of(Some(80.0), Some(50), Some(-0.99)), None);
        assert_eq!(of(Some(10.0), Some(19), None), None);
        let both = of(Some(10.0), None, Some(-1.0)).expect("low");
        assert_eq!(both.evidence.len(), 2);
    }

    #[test]
    fn a_service_that_fails_without_a_number_is_heard() {
        let failed_patch = Some("codecov/patch".to_owned());
        let failed = of_coverage(&Coverage { failed_patch, ..Coverage::default() }).expect("low");
        assert_eq!(failed.evidence, ["`codecov/patch` failed, percentage not told"]);
    }
}
