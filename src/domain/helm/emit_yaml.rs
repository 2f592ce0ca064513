//! How does Helm's `toYaml` write a value? Keys sorted, two spaces, lists flush with their key.

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::domain::yaml::{Schema, resolve};

use super::budget::{Budget, Fault};
use super::show::float;
use super::value::{Value, whole};

/// A value as YAML, without the line end behind it.
pub(super) fn yaml(value: &Value, budget: &Budget) -> Result<String, Fault> {
    let mut emitter = Emitter { out: String::new(), budget };
    emitter.value(value, 0, 0, false)?;
    Ok(emitter.out)
}

/// A number as JSON and YAML write it.
pub(super) fn number(number: f64) -> String {
    match whole(number) {
        Some(whole) => whole.to_string(),
        None if number.is_finite() => float(number),
        // Go cannot marshal it; nothing is the honest answer.
        None => "null".to_owned(),
    }
}

struct Emitter<'b> {
    out: String,
    budget: &'b Budget,
}

impl Emitter<'_> {
    /// `inline`: right behind `- `, where a collection begins on the same line.
    fn value(
        &mut self,
        value: &Value,
        indent: usize,
        depth: u32,
        inline: bool,
    ) -> Result<(), Fault> {
        self.budget.depth(depth)?;
        self.budget.text(self.out.len() / 64)?;
        match value {
            Value::Map(map) => {
                let map = map.borrow();
                for (index, (key, value)) in map.iter().enumerate() {
                    if !(index == 0 && (inline || self.out.is_empty())) {
                        self.line(indent);
                    }
                    self.scalar(key, indent, true)?;
                    self.out.push(':');
                    self.entry(value, indent, depth)?;
                }
                if map.is_empty() {
                    self.out.push_str("{}");
                }
            }
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    if !(index == 0 && (inline || self.out.is_empty())) {
                        self.line(indent);
                    }
                    self.out.push_str("- ");
                    self.value(item, indent + 2, depth + 1, true)?;
                }
                if items.is_empty() {
                    self.out.push_str("[]");
                }
            }
            Value::Nil => self.out.push_str("null"),
            Value::Bool(value) => self.out.push_str(if *value { "true" } else { "false" }),
            Value::Int(number) | Value::Int64(number) => {
                let _ = write!(self.out, "{number}");
            }
            Value::Float(value) => self.out.push_str(&number(*value)),
            Value::Str(text) => self.scalar(text, indent, false)?,
            Value::Host(_) => {
                let text = super::show::text(value, self.budget)?;
                self.scalar(&text, indent, false)?;
            }
        }
        Ok(())
    }

    /// What stands behind `key:`.
    fn entry(&mut self, value: &Value, indent: usize, depth: u32) -> Result<(), Fault> {
        match value {
            Value::Map(map) if !map.borrow().is_empty() => {
                self.line(indent + 2);
                self.value(value, indent + 2, depth + 1, true)
            }
            Value::List(items) if !items.is_empty() => {
                self.line(indent);
                self.value(value, indent, depth + 1, true)
            }
            _ => {
                self.out.push(' ');
                self.value(value, indent + 2, depth + 1, true)
            }
        }
    }

    fn line(&mut self, indent: usize) {
        self.out.push('\n');
        self.out.extend(std::iter::repeat_n(' ', indent));
    }

    /// A text: plain where it stays a text, a block where it has lines, else quoted.
    fn scalar(&mut self, text: &str, indent: usize, key: bool) -> Result<(), Fault> {
        // Each line of a block is indented once more.
        let lines = text.matches('\n').count();
        self.budget.text(self.out.len() + text.len() + lines * indent)?;
        if lines > 0 && !key && block(text) {
            self.block(text, indent);
        } else if !matches!(resolve(text, Schema::Kubernetes), Json::String(_)) || like_a_time(text)
        {
            double_quoted(text, &mut self.out);
        } else if plain(text) {
            self.out.push_str(text);
        } else if text.chars().all(|c| !c.is_control() && c != '\u{feff}') {
            self.out.push('\'');
            self.out.push_str(&text.replace('\'', "''"));
            self.out.push('\'');
        } else {
            double_quoted(text, &mut self.out);
        }
        Ok(())
    }

    fn block(&mut self, text: &str, indent: usize) {
        // At the top of a document a block is indented as well.
        let indent = indent.max(2);
        self.out.push('|');
        if text.starts_with(' ') || text.starts_with('\n') {
            self.out.push('2');
        }
        let body = text.trim_end_matches('\n');
        match text.len() - body.len() {
            0 => self.out.push('-'),
            1 => {}
            _ => self.out.push('+'),
        }
        for line in body.split('\n') {
            self.out.push('\n');
            if !line.is_empty() {
                self.out.extend(std::iter::repeat_n(' ', indent));
                self.out.push_str(line);
            }
        }
        let kept = (text.len() - body.len()).saturating_sub(1);
        self.out.extend(std::iter::repeat_n('\n', kept));
    }
}

/// Whether a text with lines survives as a literal block.
fn block(text: &str) -> bool {
    let body = text.trim_end_matches('\n');
    !body.is_empty()
        && text.chars().all(|c| c == '\n' || c == '\t' || !(c.is_control() || c == '\u{feff}'))
        && !body.starts_with('\t')
        // Only the first line tells how far a block is indented; keep clear of odd beginnings.
        && !body.starts_with([' ', '\n'])
        && !text.contains(['\u{85}', '\u{2028}', '\u{2029}'])
        && body.split('\n').all(|line| !line.ends_with(' '))
}

fn plain(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let second = text.chars().nth(1);
    let indicator = match first {
        '-' | '?' | ':' => second.is_none_or(char::is_whitespace),
        _ => "#,[]{}&*!|>'\"%@`".contains(first),
    };
    !indicator
        && !text.starts_with(char::is_whitespace)
        && !text.ends_with(char::is_whitespace)
        && !text.ends_with(':')
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.starts_with("---")
        && !text.starts_with("...")
        && text != "<<"
        && text
            .chars()
            .all(|c| !c.is_control() && !matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}'))
}

/// Dates and times of day are types of their own to Go's YAML.
fn like_a_time(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit())
        && text.contains([':', '-'])
        && text.chars().all(|c| c.is_ascii_digit() || ":-+.TZ ".contains(c))
}

fn double_quoted(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if c.is_control() || matches!(c, '\u{feff}' | '\u{2028}' | '\u{2029}') => {
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::yaml::load;
    use proptest::prelude::*;

    fn emitted(json: &Json) -> String {
        yaml(&Value::of_json(json), &Budget::new(super::super::budget::MAX_STEPS)).expect("small")
    }

    #[test]
    fn collections_look_as_gos_do() {
        let json = serde_json::json!({
            "b": {"x": [1, {"w": true, "z": [[]]}], "e": {}},
            "a": null, "port": 8080, "ratio": 0.5,
        });
        assert_eq!(
            emitted(&json),
            "a: null\nb:\n  e: {}\n  x:\n  - 1\n  - w: true\n    z:\n    - []\nport: 8080\nratio: 0.5"
        );
        assert_eq!(emitted(&serde_json::json!([["a"], "b"])), "- - a\n- b");
        assert_eq!(emitted(&serde_json::json!({})), "{}");
    }

    #[test]
    fn texts_look_as_gos_do() {
        for (text, expected) in [
            ("plain words", "plain words"),
            ("true", "\"true\""),
            ("8080", "\"8080\""),
            ("", "\"\""),
            ("2024-01-02", "\"2024-01-02\""),
            ("a: b", "'a: b'"),
            ("*", "'*'"),
            ("it's", "it's"),
            ("- x", "'- x'"),
            ("-x", "-x"),
            ("a\nb", "|-\n  a\n  b"),
            ("a\nb\n", "|\n  a\n  b"),
            ("a\n\n b\n\n", "|+\n  a\n\n   b\n"),
            ("tab\there", "\"tab\\there\""),
        ] {
            assert_eq!(emitted(&Json::from(text)), expected, "{text:?}");
        }
    }

    fn any_json() -> impl Strategy<Value = Json> {
        let leaf = prop_oneof![
            Just(Json::Null),
            any::<bool>().prop_map(Json::from),
            (-1000i64..1000).prop_map(|n| Json::from(n as f64)),
            "[ -~\n\t'\"é\u{2028}]{0,12}".prop_map(Json::from),
            "(true|no|on|012|1e3|0x1f|~|null|-|:|a: b|a #b|---|1:30|<<|=)".prop_map(Json::from),
        ];
        leaf.prop_recursive(4, 30, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Json::from),
                prop::collection::btree_map("[ -~\n]{0,6}", inner, 0..4)
                    .prop_map(|map| Json::Object(map.into_iter().collect())),
            ]
        })
    }

    /// Numbers compare as floats: that is what they are in a template.
    fn floats(json: &Json) -> Json {
        match json {
            Json::Number(number) => Json::from(number.as_f64()),
            Json::Array(items) => items.iter().map(floats).collect(),
            Json::Object(map) => {
                Json::Object(map.iter().map(|(k, v)| (k.clone(), floats(v))).collect())
            }
            other => other.clone(),
        }
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(json in any_json()) {
            // A `<<` key merges, in Go as here.
            prop_assume!(!json.to_string().contains("\"<<\":"));
            let text = emitted(&json) + "\n";
            let loaded = load(&text, Schema::Kubernetes);
            prop_assert_eq!(loaded.error, None, "{}", text);
            let read = loaded.documents.first().map(|document| floats(&document.value));
            prop_assert_eq!(read.unwrap_or(Json::Null), floats(&json), "{}", text);
        }
    }
}
