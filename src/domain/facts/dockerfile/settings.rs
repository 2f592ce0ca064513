//! Which names do `ENV`, `ARG` and `LABEL` give a value, and what kind of value is it?
//!
//! Values themselves are not kept: a snapshot is stored and printed.

use serde::Serialize;

use super::super::literal::ValueKind;
use super::super::stage::words;
use super::super::substitute::expand;

/// Names beyond this length are cut.
const MAX_NAME_CHARS: usize = 200;

/// One `name=value` of `ENV`, `ARG` or `LABEL`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DockerSetting {
    /// `ENV`, `ARG` or `LABEL`.
    pub instruction: &'static str,
    /// To the name.
    pub pointer: String,
    /// Index of the stage that it is in; `None` before the first.
    pub stage: Option<usize>,
    /// The name.
    pub name: String,
    /// What the value is.
    pub value_kind: ValueKind,
}

/// The instruction that gives the values.
pub(super) struct Assignment<'p> {
    pub(super) kind: &'static str,
    pub(super) index: usize,
    pub(super) stage: Option<usize>,
    /// Without line continuations.
    pub(super) arguments: &'p str,
    pub(super) escape: char,
}

/// The settings, each with the offset of its name in `source`, the text as it stands in the file.
pub(super) fn read(what: &Assignment<'_>, source: &str) -> Vec<(DockerSetting, usize)> {
    let words = words(what.arguments, what.escape);
    let old_form = what.kind != "ARG" && words.first().is_some_and(|word| !word.contains('='));
    let pairs: Vec<(&str, &str)> = if old_form {
        let name = words.first().map_or("", String::as_str);
        let rest = what.arguments.trim_start().get(name.len()..).unwrap_or("");
        vec![(name, rest.trim())]
    } else {
        words.iter().filter_map(|word| word.split_once('=')).collect()
    };
    let mut from = 0;
    let mut settings = Vec::new();
    for (number, (name, value)) in pairs.into_iter().enumerate() {
        let at = source.get(from..).and_then(|rest| rest.find(name)).map_or(from, |at| from + at);
        from = at + name.len().min(source.len().saturating_sub(at));
        let setting = DockerSetting {
            instruction: what.kind,
            pointer: format!("/instructions/{}/{number}", what.index),
            stage: what.stage,
            name: name.trim_matches(['"', '\'']).chars().take(MAX_NAME_CHARS).collect(),
            value_kind: kind_of(name, value, what.escape),
        };
        settings.push((setting, at));
    }
    settings
}

/// What is written, variables apart: `${X:-text}` is the literal `text` when nobody sets `X`.
fn kind_of(name: &str, value: &str, escape: char) -> ValueKind {
    let variables = std::cell::Cell::new(false);
    let none = |_: &str| {
        variables.set(true);
        None
    };
    match expand(value, escape, &none).value {
        Some(text) => ValueKind::of_named(name, &text),
        None if variables.get() => ValueKind::Reference,
        // Too long to expand, or with a `$` that is no variable.
        None => ValueKind::of_named(name, value.trim_matches(['"', '\''])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kinds(kind: &'static str, arguments: &str) -> Vec<(String, ValueKind, usize)> {
        let what = Assignment { kind, index: 0, stage: None, arguments, escape: '\\' };
        let settings = read(&what, arguments);
        settings.into_iter().map(|(s, at)| (s.name, s.value_kind, at)).collect()
    }

    #[test]
    fn every_form_is_read() {
        let a = |name: &str, kind, at| (name.to_owned(), kind, at);
        let got = kinds("ENV", "A=x1 B=\"two words\" C=$A D=");
        assert_eq!(
            got,
            [
                a("A", ValueKind::Text, 0),
                a("B", ValueKind::Text, 5),
                a("C", ValueKind::Reference, 19),
                a("D", ValueKind::Empty, 24),
            ]
        );
        assert_eq!(kinds("ENV", "A some words"), [a("A", ValueKind::Text, 0)]);
        assert_eq!(kinds("ARG", "A"), []);
        assert_eq!(kinds("ARG", "A=${B:-word}"), [a("A", ValueKind::Text, 0)]);
        assert_eq!(kinds("LABEL", "\"a.b\"=\"x y\""), [a("a.b", ValueKind::Text, 0)]);
        let long = format!("A={}", "ab".repeat(300));
        assert_eq!(kinds("ENV", &long), [a("A", ValueKind::Text, 0)]);
    }
}
