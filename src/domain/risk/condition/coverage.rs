//! Do tests run through it?

use super::{Condition, Weight};

/// A patch with fewer executable lines says little, in lines.
const PATCH_LINES: u64 = 20;
/// Percent of a patch that tests should run through.
const PATCH_PERCENT: f64 = 80.0;
/// A project's coverage may fall by so many percentage points.
const PROJECT_POINTS: f64 = -1.0;

/// What coverage says: `patch` is percent of the patch's lines and how many there are, `project`
/// the difference in percentage points. What is not known is `None`, and makes no condition.
pub fn of_coverage(patch: Option<(f64, Option<u64>)>, project: Option<f64>) -> Option<Condition> {
    let mut evidence = Vec::new();
    if let Some((percent, lines)) = patch
        && percent < PATCH_PERCENT
        && lines.is_none_or(|lines| lines >= PATCH_LINES)
    {
        evidence.push(format!("tests run through {percent:.0} % of the changed lines"));
    }
    if let Some(points) = project.filter(|points| *points <= PROJECT_POINTS) {
        evidence.push(format!("the project's coverage falls by {:.2} percentage points", -points));
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
        assert_eq!(of_coverage(None, None), None);
        assert_eq!(of_coverage(Some((80.0, Some(50))), Some(-0.99)), None);
        assert_eq!(of_coverage(Some((10.0, Some(19))), None), None);
        let both = of_coverage(Some((10.0, None)), Some(-1.0)).expect("low");
        assert_eq!(both.evidence.len(), 2);
    }
}
