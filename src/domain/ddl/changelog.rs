//! The SQL in Liquibase's change logs: `sql` elements of XML, keys of YAML and JSON.

use std::borrow::Cow;

use super::literals::{begins, end_of};

/// A text of SQL.
pub(super) struct Told<'t> {
    pub(super) at: usize,
    pub(super) sql: Cow<'t, str>,
    /// Whether its line breaks are written as signs, so that all of it stands on one line.
    pub(super) on_one_line: bool,
}

/// Every SQL of a change log, with its place.
pub(super) fn texts<'t>(text: &'t str) -> Vec<Told<'t>> {
    let mut found = Vec::new();
    // What lies in a text that was told is part of it, and is not read again.
    let mut over = 0;
    let mut tell = |told: Option<Told<'t>>| {
        let told = told.filter(|told| told.at >= over && !told.sql.trim().is_empty());
        over = told.as_ref().map_or(over, |told| told.at + told.sql.len());
        found.extend(told);
    };
    if text.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
        for (at, _) in text.match_indices("<sql") {
            tell(element(text, at + "<sql".len()));
        }
        return found;
    }
    for (at, _) in text.match_indices("sql") {
        let behind = &text[at + "sql".len()..];
        let before = text[..at].chars().next_back();
        let (behind, quoted) = match before {
            Some('"') if behind.starts_with('"') => (&behind[1..], true),
            Some(c) if c.is_alphanumeric() || matches!(c, '_' | '<' | '"') => continue,
            _ => (behind, false),
        };
        if let Some(value) = behind.trim_start_matches([' ', '\t']).strip_prefix(':') {
            let start = text.len() - value.len();
            tell(if quoted { json(text, start) } else { key(text, at, start) });
        }
    }
    found
}

/// What an element holds; `at` is behind its name.
fn element(text: &str, at: usize) -> Option<Told<'_>> {
    if !text[at..].starts_with(|c: char| c == '>' || c.is_whitespace()) {
        return None;
    }
    let start = at + text[at..].find('>')? + 1;
    if text[..start].ends_with("/>") {
        return None;
    }
    let end = text[start..].find("</sql>").map_or(text.len(), |end| start + end);
    let sql = text[start..end].trim_end().trim_end_matches("]]>");
    let (at, sql) = match sql.trim_start().strip_prefix("<![CDATA[") {
        Some(rest) => (start + (sql.len() - rest.len()), rest),
        None => (start, sql),
    };
    Some(Told { at, sql: sql.into(), on_one_line: false })
}

/// A text of JSON; an object has keys of its own.
fn json(text: &str, at: usize) -> Option<Told<'_>> {
    let blank = text[at..].len() - text[at..].trim_start().len();
    let start = at + blank + 1;
    text[at + blank..].starts_with('"').then(|| in_quotes(text, start, "\""))
}

/// A text in quotes, without the signs for what cannot be written there.
fn in_quotes<'t>(text: &'t str, start: usize, quote: &str) -> Told<'t> {
    let sql = &text[start..end_of(text, start, quote)];
    if quote == "'" || !sql.contains('\\') {
        return Told { at: start, sql: sql.into(), on_one_line: false };
    }
    let sql =
        sql.replace("\\n", "\n").replace("\\t", " ").replace("\\r", " ").replace("\\\"", "\"");
    Told { at: start, sql: sql.into(), on_one_line: true }
}

/// The value of a key of YAML that stands at `name`; `start` is behind its colon.
fn key(text: &str, name: usize, start: usize) -> Option<Told<'_>> {
    let line_starts = text[..name].rfind('\n').map_or(0, |line| line + 1);
    let line_ends = text[start..].find('\n').map_or(text.len(), |end| start + end);
    let before = &text[line_starts..name];
    let value = &text[start..line_ends];
    let first = start + (value.len() - value.trim_start().len());
    let value = value.trim();
    if value.starts_with('{') || before.contains('#') {
        return None;
    }
    if let Some(quote) = ["\"", "'"].into_iter().find(|quote| value.starts_with(quote)) {
        return Some(in_quotes(text, first + 1, quote));
    }
    if before.contains('{') {
        let end = text[first..line_ends].find('}').map_or(line_ends, |end| first + end);
        return Some(Told { at: first, sql: text[first..end].into(), on_one_line: false });
    }
    if !before.trim_matches([' ', '\t', '-']).is_empty() {
        let sql = &text[first..line_ends];
        return begins(sql).then(|| Told { at: first, sql: sql.into(), on_one_line: false });
    }
    // What goes on below is indented deeper than the key.
    let mut end = (line_ends + 1).min(text.len());
    for line in text[end..].split_inclusive('\n') {
        let indent = line.len() - line.trim_start().len();
        if !line.trim().is_empty() && indent <= before.len() {
            break;
        }
        end += line.len();
    }
    let scalar = value.starts_with(['|', '>']);
    let from = if scalar { (line_ends + 1).min(end) } else { first };
    let sql = &text[from..end.max(from)];
    // Without a value on its line it may be a map, which has keys of its own.
    let head = sql.split_whitespace().next().unwrap_or("");
    let is_map = value.is_empty() && (head.ends_with(':') || head.starts_with('-'));
    (!is_map).then(|| Told { at: from, sql: sql.into(), on_one_line: false })
}
