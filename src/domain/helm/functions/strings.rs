//! Texts: cut, joined, indented, quoted.

use std::fmt::Write as _;

use crate::domain::helm::budget::Fault;
use crate::domain::helm::show;
use crate::domain::helm::value::{Map, Value};

use super::{ANY, Args, Function, function};

pub(super) const TABLE: &[Function] = &[
    function("toString", 1, 1, |a| a.text(a.shown(0)?)),
    function("quote", 0, ANY, |a| quoted(a, go_quoted)),
    function("squote", 0, ANY, |a| quoted(a, |text| format!("'{text}'"))),
    function("cat", 0, ANY, |a| quoted(a, str::to_owned)),
    function("trim", 1, 1, |a| a.text(a.str(0)?.trim())),
    function("trimAll", 2, 2, |a| trimmed(a, true, true)),
    function("trimall", 2, 2, |a| trimmed(a, true, true)),
    function("trimPrefix", 2, 2, |a| {
        let (prefix, text) = (a.str(0)?, a.str(1)?);
        a.text(text.strip_prefix(&**prefix).unwrap_or(text))
    }),
    function("trimSuffix", 2, 2, |a| {
        let (suffix, text) = (a.str(0)?, a.str(1)?);
        a.text(text.strip_suffix(&**suffix).unwrap_or(text))
    }),
    function("trunc", 2, 2, |a| {
        let (count, text) = (a.int(0)?, a.str(1)?);
        let size = usize::try_from(count.unsigned_abs()).unwrap_or(usize::MAX);
        if size >= text.len() {
            return Ok(a.any(1).clone());
        }
        let part =
            if count < 0 { cut(text, text.len() - size, text.len()) } else { cut(text, 0, size) };
        a.text(part)
    }),
    function("substr", 3, 3, |a| {
        let (start, end, text) = (a.int(0)?, a.int(1)?, a.str(2)?);
        let end = usize::try_from(end).map_or(text.len(), |end| end.min(text.len()));
        let start = usize::try_from(start).unwrap_or(0);
        if start > end {
            return Err(a.fault("is out of range"));
        }
        a.text(cut(text, start, end))
    }),
    function("repeat", 2, 2, |a| {
        let (count, text) = (a.count(0)?, a.str(1)?);
        a.budget().text(count.saturating_mul(text.len()))?;
        a.text(text.repeat(count))
    }),
    function("replace", 3, 3, |a| {
        let (old, new, text) = (a.str(0)?, a.str(1)?, a.str(2)?);
        let found = if old.is_empty() { text.len() + 1 } else { text.matches(&**old).count() };
        a.budget().text(text.len() + found.saturating_mul(new.len()))?;
        a.text(text.replace(&**old, new))
    }),
    function("contains", 2, 2, |a| Ok(Value::Bool(a.str(1)?.contains(&**a.str(0)?)))),
    function("hasPrefix", 2, 2, |a| Ok(Value::Bool(a.str(1)?.starts_with(&**a.str(0)?)))),
    function("hasSuffix", 2, 2, |a| Ok(Value::Bool(a.str(1)?.ends_with(&**a.str(0)?)))),
    function("indent", 2, 2, |a| indented(a, "")),
    function("nindent", 2, 2, |a| indented(a, "\n")),
    function("split", 2, 2, |a| {
        let text = a.str(1)?;
        parts(a, text.split(&**a.str(0)?))
    }),
    function("splitn", 3, 3, |a| {
        let text = a.str(2)?;
        parts(a, text.splitn(a.count(1)?, &**a.str(0)?))
    }),
    function("splitList", 2, 2, |a| {
        let (separator, text) = (a.str(0)?, a.str(1)?);
        if separator.is_empty() {
            return a.items(text.chars().map(|c| Value::str(c.to_string())).collect());
        }
        a.items(text.split(&**separator).map(Value::str).collect())
    }),
    function("nospace", 1, 1, |a| {
        let text: String = a.str(0)?.chars().filter(|c| !c.is_whitespace()).collect();
        a.text(text)
    }),
    function("plural", 3, 3, |a| Ok(a.any(usize::from(a.int(2)? != 1)).clone())),
];

/// Every argument that is not nil, as Go prints it, in quotes of some kind.
fn quoted(args: &Args<'_>, quote: impl Fn(&str) -> String) -> Result<Value, Fault> {
    let mut out = String::new();
    for value in args.values.iter().filter(|value| !matches!(value, Value::Nil)) {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(&quote(&show::text(value, args.budget())?));
        args.budget().text(out.len())?;
    }
    args.text(out)
}

/// Go's `%q`.
pub(super) fn go_quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\u{b}' => out.push_str("\\v"),
            c if (c as u32) < 0x20 || c as u32 == 0x7f => {
                let _ = write!(out, "\\x{:02x}", c as u32);
            }
            c if c.is_control() || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}') => {
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// Bytes `start..end`, moved inwards to whole characters: Go would cut one in two.
fn cut(text: &str, start: usize, end: usize) -> &str {
    let start = (start..=text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len());
    let end = (0..=end).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    text.get(start..end).unwrap_or("")
}

fn trimmed(args: &Args<'_>, start: bool, end: bool) -> Result<Value, Fault> {
    let set = args.str(0)?;
    let mut text: &str = args.str(1)?;
    args.budget().text(text.len().saturating_mul(1 + set.len() / 64))?;
    if start {
        text = text.trim_start_matches(|c| set.contains(c));
    }
    if end {
        text = text.trim_end_matches(|c| set.contains(c));
    }
    args.text(text)
}

fn indented(args: &Args<'_>, before: &str) -> Result<Value, Fault> {
    let (spaces, text) = (args.count(0)?, args.str(1)?);
    let lines = 1 + text.matches('\n').count();
    args.budget().text(text.len() + lines.saturating_mul(spaces + 1))?;
    let pad = " ".repeat(spaces);
    args.text(format!("{before}{pad}{}", text.replace('\n', &format!("\n{pad}"))))
}

/// `{_0: …, _1: …}`.
fn parts<'t>(args: &Args<'_>, parts: impl Iterator<Item = &'t str>) -> Result<Value, Fault> {
    let map: Map = parts
        .enumerate()
        .map(|(index, part)| (format!("_{index}").into(), Value::str(part)))
        .collect();
    args.budget().items(map.len())?;
    Ok(Value::map(map))
}
