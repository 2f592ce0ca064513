//! What do coverage services say of a commit? Read from the words of their commit statuses, and from the
//! titles of their check runs, which are the same.
//!
//! Codecov: `codecov/project[/flag]` with `80.24% (+0.11%) compared to a6f4c12`, `codecov/patch`
//! with `91.00% of diff hit (target 80.00%)`. Coveralls: `coverage/coveralls` with `Coverage
//! decreased (-0.2%) to 81.3%`. What cannot be read is unknown.

use super::Coverage;
use super::configured::{PATCH_OF, PROJECT_OF};

/// Whether a status is one of coverage, by its context.
pub fn is_coverage(context: &str) -> bool {
    let context = context.to_ascii_lowercase();
    context.starts_with("codecov/") || context == "coverage/coveralls"
}

/// As many of a service's words as are kept.
pub fn clipped(words: &str) -> String {
    words.chars().take(300).collect()
}

/// Reads statuses: context, state and words. The words vary, the state does not: whoever failed without a
/// number that can be read is named.
///
/// ```
/// use waymark::domain::risk::coverage::read;
/// let said = [
///     ("codecov/patch", "failure", "63.50% of diff hit (target 80.00%)"),
///     ("codecov/project", "success", "80.24% (-1.11%) compared to a6f4c12"),
///     ("codecov/project/unit", "failure", "No report found to compare against"),
/// ];
/// let coverage = read(said.into_iter());
/// assert_eq!((coverage.patch, coverage.project), (Some(63.5), Some(-1.11)));
/// assert_eq!(coverage.failed_project.as_deref(), Some("codecov/project/unit"));
/// ```
pub fn read<'a>(statuses: impl Iterator<Item = (&'a str, &'a str, &'a str)>) -> Coverage {
    let mut found = Coverage::default();
    for (context, state, said) in statuses {
        let lower = context.to_ascii_lowercase();
        let (known, number, failed) = if lower.starts_with("codecov/patch") {
            (&mut found.patch, percent(said), &mut found.failed_patch)
        } else if lower.starts_with("codecov/project") || lower == "coverage/coveralls" {
            (&mut found.project, difference(said), &mut found.failed_project)
        } else if context.starts_with(PATCH_OF) {
            let number = said.parse().ok().filter(|n: &f64| (0.0..=100.0).contains(n));
            (&mut found.patch, number, &mut found.failed_patch)
        } else if context.starts_with(PROJECT_OF) {
            (&mut found.project, said.parse().ok(), &mut found.failed_project)
        } else {
            continue;
        };
        match number {
            Some(number) => *known = Some(known.map_or(number, |known| known.min(number))),
            None if state == "failure" => _ = failed.get_or_insert_with(|| context.to_owned()),
            None => {}
        }
    }
    found
}

/// `91.00% of diff hit`: the percentage at the start.
fn percent(said: &str) -> Option<f64> {
    let (number, rest) = said.trim().split_once('%')?;
    let number: f64 = number.trim().parse().ok()?;
    (rest.contains("diff") && (0.0..=100.0).contains(&number)).then_some(number)
}

/// `(+0.11%)`, `(-0.2%)`, `remains the same`, `remained the same`.
fn difference(said: &str) -> Option<f64> {
    if said.contains("remains the same") || said.contains("remained the same") {
        return Some(0.0);
    }
    let (_, rest) = said.split_once('(')?;
    let (number, _) = rest.split_once("%)")?;
    let signed = number.starts_with(['+', '-']);
    number.parse().ok().filter(|n: &f64| signed && n.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_of_both_services() {
        let read = |context, said| read([(context, "success", said)].into_iter());
        let project = |context, said| read(context, said).project;
        let codecov = "codecov/project/unit";
        assert_eq!(project(codecov, "80.24% remains the same compared to a6f4c12"), Some(0.0));
        assert_eq!(project(codecov, "80.24% (target 75.00%)"), None);
        let coveralls = "coverage/coveralls";
        assert_eq!(project(coveralls, "Coverage decreased (-0.2%) to 81.3%"), Some(-0.2));
        assert_eq!(project(coveralls, "First build on main at 81.3%"), None);
        let silent = read("codecov/patch", "Coverage not affected");
        assert_eq!((silent.patch, silent.failed_patch), (None, None));
        assert!(!is_coverage("ci/build"));
    }

    #[test]
    fn the_worst_flag_counts() {
        let said = [
            ("codecov/project/unit", "success", "80% (+1.00%) compared to a6f4c12"),
            ("codecov/project/e2e", "failure", "60% (-2.00%) compared to a6f4c12"),
        ];
        assert_eq!(read(said.into_iter()).project, Some(-2.0));
    }
}
