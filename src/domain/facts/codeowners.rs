//! Who must look at which files? `CODEOWNERS`, where GitHub looks for it.

mod pattern;

use serde::Serialize;

use crate::domain::yaml::holds_mark;

use super::FactKind;
use super::gather::Gather;
use super::select::is_workflow;
use pattern::matches;

/// Rules read at most; more are a gap.
const MAX_RULES: usize = 10_000;

/// Characters of rules that are compared with characters of paths, when owners are asked for.
const MAX_STEPS: usize = 100_000_000;

/// Where the file may lie; the first that exists counts.
pub const PATHS: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// The file that counts.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Codeowners {
    /// The file, when there is one.
    pub path: Option<String>,
    /// Its rules, in order: the last one that matches a path decides.
    pub rules: Vec<OwnerRule>,
    /// Lines that GitHub leaves out.
    pub problems: Vec<OwnerProblem>,
    /// Whether `.github/workflows/` has an owner; `None` when the repository has no workflow, or
    /// when a line is still to be filled in.
    pub workflows_owned: Option<bool>,
}

/// One line.
#[derive(Debug, Clone, Serialize)]
pub struct OwnerRule {
    /// Names the line.
    pub pointer: String,
    /// As written, without escapes.
    pub pattern: String,
    /// `@user`, `@org/team` or addresses; none takes ownership away.
    pub owners: Vec<String>,
}

/// A line that does not parse.
#[derive(Debug, Clone, Serialize)]
pub struct OwnerProblem {
    /// Names the line.
    pub pointer: String,
    /// In plain words.
    pub message: String,
}

pub(super) fn extract(gather: &mut Gather<'_>) {
    let kind = FactKind::Codeowners;
    let mut workflows = gather.tree.entries.keys().filter(|path| is_workflow(path)).peekable();
    let has_workflows = workflows.peek().is_some();
    let workflows: Vec<String> = workflows.cloned().collect();
    let Some(path) = PATHS.into_iter().find(|path| gather.tree.entries.contains_key(*path)) else {
        return;
    };
    gather.snapshot.codeowners.path = Some(path.to_owned());
    let Some(text) = gather.text(kind, path) else { return };
    let mut found = Codeowners { path: Some(path.to_owned()), ..Codeowners::default() };
    let mut template = false;
    for (number, pattern, owners) in lines(&text) {
        if found.rules.len() + found.problems.len() >= MAX_RULES {
            gather.gap(kind, Some(path), format!("has more than {MAX_RULES} rules"));
            break;
        }
        if is_template(&pattern, &owners) {
            template = true;
            continue;
        }
        let pointer = gather.spans.problem(path, number);
        match fault(&pattern, &owners) {
            Some(message) => found.problems.push(OwnerProblem { pointer, message }),
            None => found.rules.push(OwnerRule { pointer, pattern, owners }),
        }
    }
    if template {
        gather.gap_template(kind, path);
    }
    found.workflows_owned = (has_workflows && !template).then(|| {
        // A file that does not exist yet must have an owner too, or all that do exist.
        owned(&found.rules, ".github/workflows/any.yml")
            || workflows.iter().all(|path| owned(&found.rules, path))
    });
    gather.snapshot.codeowners = found;
}

fn owned(rules: &[OwnerRule], path: &str) -> bool {
    let last = rules.iter().rev().find(|rule| matches(&rule.pattern, path));
    last.is_some_and(|rule| !rule.owners.is_empty())
}

/// Who owns any of these paths, by the text of the file: `@user`, `@organisation/team` or addresses, as
/// written. Lines that GitHub leaves out, and those behind the 10,000th, count for nothing; of very many
/// paths and long rules the first are looked at.
///
/// ```
/// use waymark::domain::facts::codeowners::owners;
/// let text = "* @acme/all\n/src/ @Ann\n/src/gone/\n";
/// assert_eq!(owners(text, ["src/a.rs", "src/gone/b.rs"].into_iter()), ["@Ann"]);
/// ```
pub fn owners<'a>(text: &str, paths: impl Iterator<Item = &'a str>) -> Vec<String> {
    let rules = lines(text).filter(|(_, pattern, owners)| fault(pattern, owners).is_none());
    let rules: Vec<(u32, String, Vec<String>)> = rules.take(MAX_RULES).collect();
    let each: usize = rules.iter().map(|(_, pattern, _)| pattern.len()).sum();
    let mut left = MAX_STEPS;
    let paths = paths.take_while(|path| {
        let enough = left.checked_sub(each.saturating_mul(path.len()));
        left = enough.unwrap_or(0);
        enough.is_some()
    });
    let last = |path: &'a str| rules.iter().rev().find(|(_, pattern, _)| matches(pattern, path));
    let mut found: Vec<String> = paths.filter_map(last).flat_map(|rule| rule.2.clone()).collect();
    found.sort();
    found.dedup();
    found
}

/// Number, pattern and owners of every line that says something.
fn lines(text: &str) -> impl Iterator<Item = (u32, String, Vec<String>)> {
    (1u32..).zip(text.trim_start_matches('\u{feff}').lines()).filter_map(|(number, line)| {
        let mut words = words(line).into_iter();
        Some((number, words.next()?, words.collect()))
    })
}

/// The words before a comment; `\ ` belongs to a word.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some(next) if next.is_whitespace() => word.push(next),
                Some(next) => word.extend([c, next]),
                None => word.push(c),
            },
            '#' if word.is_empty() => break,
            c if c.is_whitespace() => words.extend(take(&mut word)),
            c => word.push(c),
        }
    }
    words.extend(take(&mut word));
    words
}

fn take(word: &mut String) -> Option<String> {
    (!word.is_empty()).then(|| std::mem::take(word))
}

/// Whether another program is to fill a line in. A whole `{{…}}` in a pattern may be the name of a
/// folder, as templates of repositories have them.
fn is_template(pattern: &str, owners: &[String]) -> bool {
    let open = holds_mark(pattern) && !pattern.contains("}}");
    open || owners.iter().any(|owner| holds_mark(owner))
}

/// Why GitHub leaves a line out, as far as its documentation says.
fn fault(pattern: &str, owners: &[String]) -> Option<String> {
    if pattern.starts_with('!') {
        return Some("a pattern cannot be negated with `!`".to_owned());
    }
    if pattern.starts_with('[') || pattern.starts_with("^[") {
        return Some("sections in `[…]` are not known to GitHub".to_owned());
    }
    if pattern.starts_with("\\#") {
        return Some("a pattern cannot begin with an escaped `#`".to_owned());
    }
    let wrong = owners.iter().find(|owner| !is_owner(owner))?;
    Some(format!("`{wrong}` is neither `@user`, `@organisation/team` nor an e-mail address"))
}

/// Loose on purpose: only what can be nobody at all is refused.
fn is_owner(text: &str) -> bool {
    match text.split_once('@') {
        Some(("", name)) => {
            let parts: Vec<&str> = name.split('/').collect();
            parts.len() <= 2 && parts.iter().all(|part| !part.is_empty() && !part.contains('@'))
        }
        Some((_, domain)) => !domain.is_empty() && !domain.contains('@'),
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::testing::{extract_from, repo};
    use super::*;

    fn read(files: &[(&str, &str)]) -> Codeowners {
        let needs = BTreeSet::from([FactKind::Codeowners]);
        extract_from(files, &repo(), &needs).snapshot.codeowners
    }

    #[test]
    fn lines_become_rules_and_problems() {
        let text = "# all\n*  @acme/all # ours\n\n/my\\ docs/ a@b.c @x\napps/github\n\
                    !x @a\n[Section]\nz @acme/a/b\ny nobody\n";
        let found = read(&[("CODEOWNERS", text), ("docs/CODEOWNERS", "* @other")]);
        let rules: Vec<_> = found
            .rules
            .iter()
            .map(|rule| format!("{} {}", rule.pattern, rule.owners.join(",")))
            .collect();
        assert_eq!(rules, ["* @acme/all", "/my docs/ a@b.c,@x", "apps/github "]);
        assert_eq!(found.problems.len(), 4, "{:?}", found.problems);
        assert_eq!(found.workflows_owned, None);
    }

    #[test]
    fn a_line_that_is_filled_in_is_a_gap() {
        for line in ["* @{{ owner }}", "* {{cookiecutter.owner}}", "{% if x %}", "{{ path }} @a"] {
            let text = format!("/docs/ @acme/docs\n{line}\n");
            let files = [("CODEOWNERS", text.as_str()), (".github/workflows/ci.yml", "")];
            let needs = BTreeSet::from([FactKind::Codeowners]);
            let got = extract_from(&files, &repo(), &needs).snapshot;
            assert_eq!((got.codeowners.rules.len(), got.codeowners.problems.len()), (1, 0));
            assert_eq!(got.codeowners.workflows_owned, None, "{line}");
            assert_eq!(got.gaps[0].reason, "`CODEOWNERS` is a template, which is not rendered");
        }
        for line in ["/{{cookiecutter.slug}}/ @acme/all", "* @a # {{ x }}"] {
            assert_eq!(read(&[("CODEOWNERS", line)]).rules.len(), 1, "{line}");
        }
    }

    #[test]
    fn the_last_rule_decides_who_owns_workflows() {
        for (text, expected) in [
            ("* @a", true),
            ("/.github/ @a", true),
            (".github/workflows/ @a", true),
            ("*.yml @a", true),
            (".github/workflows/ci.yml @a", true),
            ("/src/ @a", false),
            ("* @a\n/.github/", false),
            ("", false),
        ] {
            let found = read(&[(".github/CODEOWNERS", text), (".github/workflows/ci.yml", "")]);
            assert_eq!(found.workflows_owned, Some(expected), "{text}");
        }
    }
}
