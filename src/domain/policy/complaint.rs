//! What does regorus complain about, where, and what would help?
//!
//! regorus speaks in text: `--> path:line:column`, the source line, a caret, `error: words`. Here
//! it becomes a [`PolicyProblem`], with a hint for the mistakes that authors make most.

use super::metadata::PolicyProblem;

/// Part of a complaint → what to do about it; the first that fits counts.
const HINTS: &[(&str, &str)] = &[
    (
        "is unsafe",
        "nothing gives it a value: bind it first, as in `some x in input.files` or `x := …`; \
         inside `not` and comparisons nothing is bound",
    ),
    ("`if` keyword is required", "write `if` between the head of the rule and its `{`"),
    ("`contains` keyword is required", "write `findings contains {…} if {…}` for a set"),
    ("expecting `}`", "a `{` above is not closed, or a line in it is not a complete expression"),
    ("expecting `]`", "a `[` above is not closed"),
    ("expecting `)`", "a `(` above is not closed"),
    ("previously defined with", "give both rules the same number of arguments, or another name"),
    ("cannot be shadowed", "`input` and `data` are taken: choose another name"),
    (
        "complete rules should not produce multiple outputs",
        "two rules of this name hold at once and disagree: make their conditions exclude each \
         other, or write a set with `contains`",
    ),
    (
        "rule conflicts with",
        "a name is either a set (`contains`), a function, or one value: rename one of the rules",
    ),
    ("missing `import future.keywords", "add `import rego.v1` below the package line"),
    ("execution exceeded", "the policy takes too long: look for loops inside of loops"),
    (
        "could not find function",
        "is it imported? `import data.waymark.lib.…` makes shared functions known",
    ),
];

/// Reads regorus' words. `path` counts when they name no file.
pub(super) fn rego_problem(path: &str, error: &anyhow::Error) -> PolicyProblem {
    let text = format!("{error:#}");
    let place = text.split("--> ").nth(1).and_then(|rest| rest.lines().next());
    let mut parts = place.unwrap_or_default().rsplitn(3, ':');
    let column = parts.next().and_then(|n| n.trim().parse().ok());
    let line: Option<u32> = parts.next().and_then(|n| n.parse().ok());
    let file = parts.next().filter(|file| file.ends_with(".rego"));
    let source = line.and_then(|line| excerpt(&text, line));
    let message = text.lines().rev().find_map(|l| l.trim().strip_prefix("error: ")).map_or_else(
        || text.lines().last().unwrap_or_default().trim().to_owned(),
        ToOwned::to_owned,
    );
    let hint = HINTS.iter().find(|(part, _)| message.contains(part));
    PolicyProblem {
        path: file.unwrap_or(path).to_owned(),
        line,
        column: source.as_ref().zip(column).map(|(source, at)| character(source, at)),
        source,
        hint: hint.map(|(_, hint)| (*hint).to_owned()),
        message,
    }
}

/// regorus' column as a number of characters: it counts a tab as four.
pub(super) fn character(source: &str, column: u32) -> u32 {
    let (mut at, mut character) = (1, 1);
    for c in source.chars() {
        if at >= column {
            break;
        }
        at += if c == '\t' { 4 } else { 1 };
        character += 1;
    }
    character
}

/// The source line that regorus shows: `12  | some line`.
fn excerpt(text: &str, line: u32) -> Option<String> {
    let number = line.to_string();
    text.lines()
        .filter_map(|shown| shown.split_once("| "))
        .find(|(before, _)| before.trim() == number)
        .map(|(_, source)| source.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_is_taken_apart() {
        let words = "\n--> a/b/policy.rego:7:5\n  |\n7 | \ty == 2\n  |  ^\nerror: use of undefined \
            variable `y` is unsafe";
        let problem = rego_problem("x.rego", &anyhow::anyhow!(words));
        assert_eq!((problem.path.as_str(), problem.line), ("a/b/policy.rego", Some(7)));
        assert_eq!((problem.column, problem.source.as_deref()), (Some(2), Some("\ty == 2")));
        assert_eq!(problem.message, "use of undefined variable `y` is unsafe");
        assert!(problem.hint.is_some_and(|hint| hint.contains("bind it first")));
    }

    #[test]
    fn words_without_a_frame_are_kept() {
        let problem = rego_problem("x.rego", &anyhow::anyhow!("file exceeds the limit"));
        assert_eq!(problem, PolicyProblem::new("x.rego", None, "file exceeds the limit"));
    }
}
