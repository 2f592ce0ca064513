//! SQL within programs: texts in quotes that begin like a statement.

use crate::domain::yaml::Lines;

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
    for (at, literal) in texts(framework, text) {
        let trimmed = literal.trim_start();
        let start = trimmed.get(..16).unwrap_or(trimmed).to_ascii_uppercase();
        let start = start.replace('\n', " ");
        if found.len() >= MAX_STATEMENTS || !BEGINS.iter().any(|begin| start.starts_with(begin)) {
            continue;
        }
        let before = lines.at(at) - 1;
        let dialect = dialect.or_else(|| Dialect::guess(literal));
        let inner = sql(literal, dialect).into_iter();
        found.extend(inner.map(|s| {
            let (line, last_line) = (s.line + before, s.last_line + before);
            Statement { line, last_line, by_pattern: true, ..s }
        }));
    }
    found
}

/// Texts in quotes with their places; of Liquibase what stands in `sql` elements and keys.
fn texts(framework: Framework, text: &str) -> Vec<(usize, &str)> {
    if framework == Framework::Liquibase {
        return of_liquibase(text);
    }
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let quote =
            ["\"\"\"", "'''", "\"", "'", "`"].into_iter().find(|quote| rest.starts_with(quote));
        if let Some(quote) = quote {
            let start = at + quote.len();
            let end = end_of(text, start, quote);
            let documents = quote.len() == 3 && says_what_for(framework, &text[..at]);
            found.extend((!documents).then_some((start, &text[start..end])));
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
            found.push((start, text.get(start..end).unwrap_or("")));
            at = end.max(start) + tag.len();
        } else if starts_comment(framework, rest) {
            at += rest.find('\n').unwrap_or(rest.len());
        } else {
            at += rest.chars().next().map_or(1, char::len_utf8);
        }
    }
    found
}

/// Whether a text stands by itself, given to nobody: Python's way to say what something is for.
fn says_what_for(framework: Framework, before: &str) -> bool {
    let python = matches!(framework, Framework::Alembic | Framework::Django);
    let starts_line = before.rsplit('\n').next().is_none_or(|line| line.trim().is_empty());
    let given = ['(', ',', '=', '[', '+', '{', '\\'];
    python && starts_line && !before.trim_end().ends_with(given)
}

/// The end of a text; a single quote ends with its line, so that an apostrophe does no harm.
fn end_of(text: &str, start: usize, quote: &str) -> usize {
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

fn of_liquibase(text: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (open, close) in
        [("<sql>", "</sql>"), ("<sql ", "</sql>"), ("sql: ", "\n"), ("\"sql\": \"", "\"")]
    {
        for (at, _) in text.match_indices(open) {
            let mut start = at + open.len();
            if open == "<sql " {
                start += text[start..].find('>').map_or(0, |end| end + 1);
            }
            let end = text[start..].find(close).map_or(text.len(), |end| start + end);
            found.push((start, text[start..end].trim_end_matches("]]>")));
        }
    }
    found
        .into_iter()
        .map(|(at, sql)| match sql.trim_start().strip_prefix("<![CDATA[") {
            Some(rest) => (at + (sql.len() - rest.len()), rest),
            None => (at, sql),
        })
        .collect()
}
