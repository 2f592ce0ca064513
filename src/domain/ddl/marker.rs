//! Has somebody answered for a statement? A comment `waymark:acknowledged reason="…"`.
//!
//! On the statement's own line or in the comment lines above it, it counts for that statement; in
//! the comment at the start of the file it counts for all of it. Without a reason it is none, and
//! neither is what stands in a text that the statement works with. In Rails, `safety_assured` says
//! the same.

use std::collections::BTreeSet;

use super::layout::Framework;
use super::tokens::{Kind, statements};

const MARK: &str = "waymark:acknowledged";

/// The lines that are answered for.
pub(super) struct Marks {
    lines: BTreeSet<u32>,
    all: bool,
}

impl Marks {
    pub(super) fn of(framework: Framework, text: &str) -> Self {
        let mut lines = BTreeSet::new();
        let mut all = false;
        let quoted = quoted(framework, text);
        let mut offset = 0;
        // What closes the comment that is open where a line begins.
        let mut open: Option<&'static str> = None;
        // Within comment lines that follow a mark; and whether anything but comments was seen.
        let (mut carried, mut begun) = (false, false);
        // Indentation of a `safety_assured do` block.
        let mut assured: Option<usize> = None;
        for (number, line) in (1u32..).zip(text.split_inclusive('\n')) {
            let start = offset;
            offset += line.len();
            let code = line.trim();
            let indent = line.len() - line.trim_start().len();
            let seen = look(line, &mut open);
            let is_comment = !code.is_empty() && !seen.code;
            let marked = seen.mark.is_some_and(|at| !quoted.contains(&(start + at)));
            if let Some(deep) = assured {
                lines.insert(number);
                if indent <= deep && !code.is_empty() {
                    assured = None;
                }
            }
            if code.starts_with("safety_assured") {
                lines.insert(number);
                assured = (!code.contains('}') && !code.ends_with("end")).then_some(indent);
            }
            if is_comment {
                all |= marked && !begun;
                carried |= marked;
            } else if !code.is_empty() {
                begun = true;
                if carried || marked {
                    lines.insert(number);
                }
                carried = false;
            } else if begun {
                carried = false;
            }
        }
        Self { lines, all }
    }

    pub(super) fn answer_for(&self, line: u32) -> bool {
        self.all || self.lines.contains(&line)
    }
}

/// Where marks stand in what SQL quotes. The body of a function is in quotes as well, those of
/// dollars: it is a program with comments of its own.
fn quoted(framework: Framework, text: &str) -> BTreeSet<usize> {
    if framework != Framework::Sql || !text.contains(MARK) {
        return BTreeSet::new();
    }
    let statements = statements(text);
    let tokens = statements.iter().flatten();
    let texts = tokens.filter(|token| {
        matches!(token.kind, Kind::Quoted | Kind::Literal) && !text[token.at..].starts_with('$')
    });
    texts
        .flat_map(|token| token.text.match_indices(MARK).map(|(at, _)| token.at + 1 + at))
        .collect()
}

/// What a line holds.
#[derive(Default)]
struct Seen {
    /// Anything but comments.
    code: bool,
    /// Where a mark stands in one of its comments.
    mark: Option<usize>,
}

/// Reads a line; `open` is what closes the comment that is open before it, and then after it.
fn look(line: &str, open: &mut Option<&'static str>) -> Seen {
    let mut seen = Seen::default();
    let mut at = 0;
    while at < line.len() {
        let rest = &line[at..];
        if let Some(close) = *open {
            let end = rest.find(close);
            let comment = &rest[..end.unwrap_or(rest.len())];
            seen.mark = seen.mark.or_else(|| mark(comment).map(|mark| at + mark));
            at += end.map_or(rest.len(), |end| end + close.len());
            if end.is_some() {
                *open = None;
            }
            continue;
        }
        if let Some((sign, close)) =
            [("/*", "*/"), ("<!--", "-->")].into_iter().find(|(sign, _)| rest.starts_with(sign))
        {
            *open = Some(close);
            at += sign.len();
        } else if ["--", "#", "//"].iter().any(|sign| rest.starts_with(sign)) {
            seen.mark = seen.mark.or_else(|| mark(rest).map(|mark| at + mark));
            break;
        } else if let Some(quote) = ["'", "\"", "`"].into_iter().find(|q| rest.starts_with(q)) {
            seen.code = true;
            // What is not closed on its line is an apostrophe, or SQL that begins within a program.
            let end = rest[1..].find(quote).map_or(0, |end| end + 1);
            at += end + 1;
        } else {
            let first = rest.chars().next();
            seen.code |= first.is_some_and(|c| !c.is_whitespace());
            at += first.map_or(1, char::len_utf8);
        }
    }
    seen
}

/// Where a mark with a reason stands in a comment.
fn mark(comment: &str) -> Option<usize> {
    let (before, rest) = comment.split_once(MARK)?;
    let reason =
        rest.trim_start().strip_prefix("reason=\"").and_then(|rest| rest.split('"').next());
    reason.filter(|reason| !reason.trim().is_empty()).map(|_| before.len())
}
