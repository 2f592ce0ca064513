//! What does regorus complain about, where, and what would help?
//!
//! regorus speaks in text: `--> path:line:column`, the source line, a caret, `error: words`. Here
//! it becomes a [`PolicyProblem`], with a hint for the mistakes that authors make most.

use super::metadata::PolicyProblem;

/// Longest complaint about an evaluation, in characters.
const MAX_MESSAGE: usize = 300;

/// Part of a complaint → what to do about it; the first that fits counts.
const HINTS: &[(&str, &str)] = &[
    (
        "is unsafe",
        "nothing gives it a value: bind it first, as in `some x in input.files` or `x := …`; \
         inside `not` and comparisons nothing is bound",
    ),
    ("`if` keyword is required", "write `if` between the head of the rule and its `{`"),
    ("`contains` keyword is required", "write `findings contains {…} if {…}` for a set"),
    (
        "invalid character in string",
        "a `\"` is not closed on its line; a text over several lines stands between backticks",
    ),
    ("expecting `}`", "a `{` above is not closed, or a line in it is not a complete expression"),
    ("expecting `]`", "a `[` above is not closed"),
    ("expecting `)`", "a `(` above is not closed"),
    ("previously defined with", "give both rules the same number of arguments, or another name"),
    ("cannot be shadowed", "`input` and `data` are taken: choose another name"),
    (
        "rule conflicts with",
        "a name is either a set (`contains`), a function, or one value: rename one of the rules",
    ),
    ("missing `import future.keywords", "add `import rego.v1` below the package line"),
    ("generated multiple times", "make the key say more, or gather the values in a set"),
    ("in default value", "write a plain value: `default applies := false`"),
    (
        "expects numeric argument",
        "one side is no number: ask `is_number(x)` first, or make it one with `to_number(x)`",
    ),
    ("sprintf wants", "write `sprintf(\"%s: %d\", [name, number])`: the values stand in a list"),
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
    // The first one: what follows may be values, and those may be of judged files.
    let message = text.lines().find_map(|l| l.trim().strip_prefix("error: ")).map_or_else(
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

/// The same of an evaluation. regorus repeats the values that a rule stumbled over and its own
/// state, which hold files of the judged repository and the time it took: no word of that is told.
pub(super) fn run_time_problem(path: &str, error: &anyhow::Error) -> PolicyProblem {
    let problem = rego_problem(path, error);
    let message = SAID
        .iter()
        .find(|(part, _)| problem.message.contains(part))
        .map_or_else(|| without_values(&problem.message), |(_, words)| (*words).to_owned());
    let hint = WHILE_JUDGING.iter().find(|(part, _)| message.contains(part));
    let hint = hint.map(|(_, hint)| (*hint).to_owned()).or(problem.hint);
    PolicyProblem { message, hint, ..problem }
}

/// Part of a complaint → what to do about it, where the same words mean something else when a
/// policy is loaded.
const WHILE_JUDGING: &[(&str, &str)] =
    &[("rule conflicts with", DISAGREE), ("multiple outputs", DISAGREE)];
const DISAGREE: &str = "rules of this name hold at once and disagree: make their conditions \
    exclude each other, or write a set with `contains`";

/// What is said of an evaluation that takes too long.
const TIME_OUT: &str = "execution exceeded the time limit";

/// Whether an evaluation was ended because it takes too long.
pub(super) fn is_time_out(problem: &PolicyProblem) -> bool {
    problem.message == TIME_OUT
}

/// Part of a complaint → what is said instead.
const SAID: &[(&str, &str)] = &[
    ("execution exceeded time limit", TIME_OUT),
    ("execution exceeded memory limit", "execution exceeded the memory limit"),
    ("function produced multiple outputs", "functions must not produce multiple outputs"),
    ("generated multiple times", "a key of the object is given different values"),
];

/// The words before the first value, and no quoted text but names of variables and functions.
fn without_values(message: &str) -> String {
    let ends = [" (path [", ". Got ", ", got ", " Got ", "\"", "{", "["];
    let end = ends.iter().filter_map(|end| message.find(end)).min().unwrap_or(message.len());
    let words = message[..end].trim_end_matches([' ', ':', ',', '`', '(']);
    words.chars().take(MAX_MESSAGE).collect()
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
    fn what_was_judged_is_no_part_of_a_message() {
        for (said, told) in [
            (
                "var fil is unsafe (path [\"waymark\", \"x\"], scopes [{\"file\": Object({})}])",
                "var fil is unsafe",
            ),
            (
                "`add` expects numeric argument. Got `\"s3cret\"` instead",
                "`add` expects numeric argument",
            ),
            ("walk expected array result, got `s3cret`", "walk expected array result"),
            (
                "function produced multiple outputs {s3cret}",
                "functions must not produce multiple outputs",
            ),
            (
                "value for key `s3cret` generated multiple times: `1` and `2`",
                "a key of the object is given different values",
            ),
            (
                "execution exceeded time limit (elapsed=5000013ns, limit=5000000ns)",
                "execution exceeded the time limit",
            ),
            (
                "`some .. in collection` expects array/set/object. Got `s3cret\\nerror: s3cret`",
                "`some .. in collection` expects array/set/object",
            ),
        ] {
            let words =
                format!("\n--> a/b/policy.rego:7:5\n  |\n7 | \ty == 2\n  |  ^\nerror: {said}");
            let problem = run_time_problem("a/b/policy.rego", &anyhow::anyhow!(words));
            assert_eq!((problem.message.as_str(), problem.line), (told, Some(7)));
        }
    }

    #[test]
    fn words_without_a_frame_are_kept() {
        let problem = rego_problem("x.rego", &anyhow::anyhow!("file exceeds the limit"));
        assert_eq!(problem, PolicyProblem::new("x.rego", None, "file exceeds the limit"));
    }
}
