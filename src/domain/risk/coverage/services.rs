//! What do coverage services say of a commit? Read from the words of their commit statuses, and from the
//! titles of their check runs, which are the same.
//!
//! Codecov: `codecov/project[/flag]` with `80.24% (+0.11%) compared to a6f4c12`, `codecov/patch`
//! with `91.00% of diff hit (target 80.00%)`. Coveralls: `coverage/coveralls` with `Coverage
//! decreased (-0.2%) to 81.3%`. What cannot be read is unknown.

use super::Coverage;

/// Whether a status is one of coverage, by its context.
pub fn is_coverage(context: &str) -> bool {
    let context = context.to_ascii_lowercase();
    context.starts_with("codecov/") || context == "coverage/coveralls"
}

/// As many of a service's words as are kept.
pub fn clipped(words: &str) -> String {
    words.chars().take(300).collect()
}

/// Reads statuses: context and words.
///
/// ```
/// use waymark::domain::risk::coverage::read;
/// let said = [
///     ("codecov/patch", "63.50% of diff hit (target 80.00%)"),
///     ("codecov/project", "80.24% (-1.11%) compared to a6f4c12"),
/// ];
/// let coverage = read(said.into_iter());
/// assert_eq!((coverage.patch, coverage.project), (Some(63.5), Some(-1.11)));
/// ```
pub fn read<'a>(statuses: impl Iterator<Item = (&'a str, &'a str)>) -> Coverage {
    let mut found = Coverage::default();
    let least = |known: Option<f64>, new: Option<f64>| match (known, new) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    for (context, said) in statuses {
        let context = context.to_ascii_lowercase();
        if context.starts_with("codecov/patch") {
            found.patch = least(found.patch, percent(said));
        } else if context.starts_with("codecov/project") || context == "coverage/coveralls" {
            found.project = least(found.project, difference(said));
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
        let project = |context, said| read([(context, said)].into_iter()).project;
        let codecov = "codecov/project/unit";
        assert_eq!(project(codecov, "80.24% remains the same compared to a6f4c12"), Some(0.0));
        assert_eq!(project(codecov, "80.24% (target 75.00%)"), None);
        let coveralls = "coverage/coveralls";
        assert_eq!(project(coveralls, "Coverage decreased (-0.2%) to 81.3%"), Some(-0.2));
        assert_eq!(project(coveralls, "First build on main at 81.3%"), None);
        assert_eq!(read([("codecov/patch", "Coverage not affected")].into_iter()).patch, None);
        assert!(!is_coverage("ci/build"));
    }

    #[test]
    fn the_worst_flag_counts() {
        let said = [
            ("codecov/project/unit", "80% (+1.00%) compared to a6f4c12"),
            ("codecov/project/e2e", "60% (-2.00%) compared to a6f4c12"),
        ];
        assert_eq!(read(said.into_iter()).project, Some(-2.0));
    }
}
