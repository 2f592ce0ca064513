//! What does a check run tell of coverage that no service known to us gave? Read by expressions of the
//! organisation.

use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use crate::domain::glob;

/// Memory that a compiled expression may take, in bytes.
const MAX_COMPILED: usize = 1 << 20;
/// What a row is called whose number is one of the changed lines; the check run's name follows.
pub(super) const PATCH_OF: &str = "patch of ";
/// The same of the whole project.
pub(super) const PROJECT_OF: &str = "project of ";

/// Where in the words of a check run its coverage stands.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageRule {
    /// Name of the check run, or a glob over names.
    pub check: String,
    /// Expression whose first group is the percentage of the changed lines that tests run through.
    pub patch: Option<String>,
    /// Expression whose first group is the change of the project's coverage in percentage points.
    pub project: Option<String>,
}

/// Whether this is an expression with a group.
pub fn is_expression(text: &str) -> bool {
    compiled(text).is_some()
}

/// Expressions take time in proportion to what they read, whatever they are; their size is bounded.
fn compiled(text: &str) -> Option<Regex> {
    let regex = RegexBuilder::new(text).size_limit(MAX_COMPILED).build().ok()?;
    (regex.captures_len() > 1).then_some(regex)
}

/// What a check run tells by these rules: contexts and words that [`read`](super::read) understands.
///
/// ```
/// use waymark::domain::risk::coverage::{CoverageRule, read, told};
/// let rule = CoverageRule {
///     check: "Sonar*".to_owned(),
///     patch: Some(r"([\d.]+)% Coverage on New Code".to_owned()),
///     project: None,
/// };
/// let rows = told(&[rule], "SonarCloud Code Analysis", "2 issues\n61.5% Coverage on New Code");
/// let rows = rows.iter().map(|(context, said)| (context.as_str(), "success", said.as_str()));
/// assert_eq!(read(rows).patch, Some(61.5));
/// ```
pub fn told(rules: &[CoverageRule], check: &str, words: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for rule in rules.iter().filter(|rule| glob::matches(&rule.check, check)) {
        for (kind, expression) in [(PATCH_OF, &rule.patch), (PROJECT_OF, &rule.project)] {
            let regex = expression.as_deref().and_then(compiled);
            let group = regex.and_then(|regex| Some(regex.captures(words)?.get(1)?.as_str()));
            let number = group.and_then(|number| number.trim().parse().ok());
            if let Some(number) = number.filter(|n: &f64| (-100.0..=100.0).contains(n)) {
                found.push((format!("{kind}{check}"), format!("{number}")));
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::risk::coverage::read;

    #[test]
    fn only_what_was_asked_for_is_read_and_only_numbers_that_can_be() {
        let rule = |project: &str| CoverageRule {
            check: "cover".to_owned(),
            patch: None,
            project: Some(project.to_owned()),
        };
        let points = |project, check, words: &str| {
            let rows = told(&[rule(project)], check, words);
            read(rows.iter().map(|(context, said)| (&**context, "failure", &**said))).project
        };
        let expression = r"total ([+-][\d.]+) pp";
        assert_eq!(points(expression, "cover", "total -1.25 pp"), Some(-1.25));
        assert_eq!(points(expression, "cover", "total +0.5 pp"), Some(0.5));
        assert_eq!(points(expression, "other", "total -1.25 pp"), None);
        assert_eq!(points(expression, "cover", "total -1.2.3 pp"), None);
        assert_eq!(points(expression, "cover", "total -900 pp"), None);
        assert_eq!(points("no group", "cover", "no group"), None);
        assert!(is_expression(expression));
        assert!(!is_expression("(") && !is_expression("none") && !is_expression("((a{999}){999})"));
    }
}
