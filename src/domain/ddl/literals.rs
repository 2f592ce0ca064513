//! SQL within programs: texts in quotes that begin like a statement.

use crate::domain::yaml::Lines;

use super::changelog::{self, Told};
use super::joined::{Joined, Quoted, joined};
use super::layout::Framework;
use super::{Dialect, MAX_STATEMENTS, Statement, sql};

/// How a statement that matters begins.
const BEGINS: [&str; 20] = [
    "ALTER ",
    "DROP ",
    "CREATE ",
    "TRUNCATE ",
    "DELETE ",
    "UPDATE ",
    "REINDEX ",
    "RENAME ",
    "VACUUM ",
    "CLUSTER ",
    "REFRESH ",
    "LOCK ",
    "INSERT ",
    "SELECT ",
    "WITH ",
    "DO ",
    "CALL ",
    "GRANT ",
    "REVOKE ",
    "COMMENT ",
];

/// What the SQL in a program does.
pub(super) fn statements(
    framework: Framework,
    text: &str,
    dialect: Option<Dialect>,
) -> Vec<Statement> {
    let lines = Lines::of(text);
    let mut found = Vec::new();
    let mut read = |at: usize, literal: &str, on_one_line: bool| {
        if found.len() >= MAX_STATEMENTS {
            return;
        }
        let before = lines.at(at) - 1;
        let dialect = dialect.or_else(|| Dialect::guess(literal));
        let inner = sql(literal, dialect).into_iter();
        found.extend(inner.map(|s| {
            let (first, last) = if on_one_line { (1, 1) } else { (s.line, s.last_line) };
            let (line, last_line) = (first + before, last + before);
            Statement { line, last_line, by_pattern: true, ..s }
        }));
    };
    if framework == Framework::Liquibase {
        for Told { at, sql, on_one_line } in changelog::texts(text) {
            read(at, &sql, on_one_line);
        }
        return found;
    }
    for Joined { at, text, parts } in joined(framework, text, texts(framework, text)) {
        if begins(&text) {
            read(at, &text, false);
        } else if parts.len() > 1 {
            // What stands before a statement may be anything.
            parts.into_iter().filter(|(_, part)| begins(part)).for_each(|(at, part)| {
                read(at, part, false);
            });
        }
    }
    found
}

/// Whether a text begins like a statement, behind its comments.
pub(super) fn begins(text: &str) -> bool {
    let mut rest = text.trim_start();
    while let Some(end) = match rest {
        _ if rest.starts_with("--") => Some("\n"),
        _ if rest.starts_with("/*") => Some("*/"),
        _ => None,
    } {
        rest = rest.split_once(end).map_or("", |(_, rest)| rest.trim_start());
    }
    let start = rest.split_at(rest.floor_char_boundary(16.min(rest.len()))).0;
    let start = start.to_ascii_uppercase().replace(['\n', '\r', '\t'], " ");
    BEGINS.iter().any(|begin| start.starts_with(begin))
}

/// Texts in quotes.
fn texts(framework: Framework, text: &str) -> Vec<Quoted<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some(quote) = quote_of(rest) {
            let start = at + quote.len();
            let end = end_of(text, start, quote);
            let documents = quote.len() == 3 && says_what_for(framework, &text[..at]);
            let closed = text[end..].starts_with(quote).then_some(end + quote.len());
            let quoted = Quoted { open: Some(at), start, text: &text[start..end], closed };
            found.extend((!documents).then_some(quoted));
            at = end + quote.len();
        } else if let Some(tag) = heredoc(rest) {
            let start = rest.find('\n').map_or(text.len(), |line| at + line + 1);
            let end = text[start..]
                .lines()
                .scan(start, |at, line| {
                    let here = *at;
                    *at += line.len() + 1;
                    Some((here, line))
                })
                .find(|(_, line)| line.trim() == tag)
                .map_or(text.len(), |(at, _)| at);
            let inner = text.get(start..end).unwrap_or("");
            found.push(Quoted { open: None, start, text: inner, closed: None });
            at = end.max(start) + tag.len();
        } else if starts_comment(framework, rest) {
            at += rest.find('\n').unwrap_or(rest.len());
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    found
}

/// The quote at the start of a text.
pub(super) fn quote_of(text: &str) -> Option<&'static str> {
    ["\"\"\"", "'''", "\"", "'", "`"].into_iter().find(|quote| text.starts_with(quote))
}

/// Whether a text stands by itself, given to nobody: Python's way to say what something is for.
fn says_what_for(framework: Framework, before: &str) -> bool {
    let python = matches!(framework, Framework::Alembic | Framework::Django);
    let starts_line = before.rsplit('\n').next().is_none_or(|line| line.trim().is_empty());
    let given = ['(', ',', '=', '[', '+', '{', '\\'];
    python && starts_line && !before.trim_end().ends_with(given)
}

/// The end of a text; a single quote ends with its line, so that an apostrophe does no harm.
pub(super) fn end_of(text: &str, start: usize, quote: &str) -> usize {
    let mut at = start;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if rest.starts_with(quote) || (quote == "'" && rest.starts_with('\n')) {
            return at;
        }
        let step = if rest.starts_with('\\') { 2 } else { 1 };
        at += rest.chars().take(step).map(char::len_utf8).sum::<usize>();
    }
    text.len()
}

/// The tag of Ruby's `<<~SQL`.
fn heredoc(rest: &str) -> Option<&str> {
    let rest = rest.strip_prefix("<<~").or_else(|| rest.strip_prefix("<<-"))?;
    let end = rest.find(|c: char| !c.is_ascii_uppercase() && c != '_')?;
    (end > 0).then(|| &rest[..end])
}

fn starts_comment(framework: Framework, rest: &str) -> bool {
    match framework {
        Framework::Rails | Framework::Django | Framework::Alembic => rest.starts_with('#'),
        _ => rest.starts_with("//"),
    }
}
