//! What does a configuration file say, and what is wrong with it? Read by its table.
//!
//! Every complaint is collected, each with its line; what can be understood counts all the same,
//! except where half of something would mean more than the whole ([`Table::whole`]).

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::known::{Known, clip};
use super::shape::{Shape, Table};
use crate::domain::judge::ConfigProblem;
use crate::domain::nearest::unknown_word;
use crate::domain::yaml::{self, Document, escape_token};

/// Complaints about one file; who has so many reads no more.
const MAX_PROBLEMS: usize = 100;

/// Pointer → line, of what may be complained about later: top-level keys and what stands
/// directly below them.
pub(super) type LinesOf = BTreeMap<String, u32>;

/// What was understood: the table's keys, with values of their shapes.
#[derive(Debug, Default)]
pub(super) struct Understood {
    pub(super) value: Map<String, Value>,
    pub(super) lines: LinesOf,
    pub(super) problems: Vec<ConfigProblem>,
}

/// Reads `text` as `table`. Each table of a list is given its own `line`.
pub(super) fn read(file: &str, text: &str, table: &'static Table, known: &Known) -> Understood {
    let mut reader = Reader { file, known, problems: Vec::new(), document: None };
    let loaded = yaml::load(text, yaml::Schema::Core12);
    let duplicates = loaded.documents.iter().flat_map(|d| &d.duplicates);
    for fault in duplicates.chain(&loaded.error) {
        reader.complain(Some(fault.line), fault.message.clone());
    }
    let mut understood = Understood::default();
    // A file that does not parse to its end says nothing: half a list of waivers may be the
    // wrong half.
    match loaded.documents.as_slice() {
        _ if loaded.error.is_some() => {}
        [] => {}
        [only] if only.value.is_null() => {}
        [only] => {
            reader.document = Some(only);
            if let Some(Value::Object(map)) = reader.table(table, "", &only.value) {
                understood.lines = lines_of(only, &map);
                understood.value = map;
            }
        }
        [_, second, ..] => {
            let line = second.spans.lines("").map(|l| l.0);
            reader.complain(line, "the file must hold one document".to_owned());
        }
    }
    reader.problems.sort_by_key(|p| p.line);
    understood.problems = reader.problems;
    understood
}

/// What was understood as a type with a field for every key of the table. A test of each file
/// holds the two together; should they part, the file counts as broken, not as empty.
pub(super) fn typed<T: DeserializeOwned + Default>(
    file: &str,
    value: Map<String, Value>,
    problems: &mut Vec<ConfigProblem>,
) -> T {
    serde_json::from_value(Value::Object(value)).unwrap_or_else(|e| {
        let message = format!("it cannot be used: {e}");
        problems.push(ConfigProblem { path: file.to_owned(), line: None, message });
        T::default()
    })
}

fn lines_of(document: &Document, map: &Map<String, Value>) -> LinesOf {
    let mut lines = LinesOf::new();
    let mut note = |pointer: String| {
        if let Some((line, _)) = document.spans.lines(&pointer) {
            lines.insert(pointer, line);
        }
    };
    for (key, value) in map {
        note(format!("/{key}"));
        for below in value.as_object().into_iter().flat_map(Map::keys) {
            note(format!("/{key}/{}", escape_token(below)));
        }
    }
    lines
}

struct Reader<'a> {
    file: &'a str,
    known: &'a Known,
    problems: Vec<ConfigProblem>,
    document: Option<&'a Document>,
}

impl Reader<'_> {
    fn complain(&mut self, line: Option<u32>, message: String) {
        if !self.is_full() {
            self.problems.push(ConfigProblem { path: self.file.to_owned(), line, message });
        }
    }

    fn is_full(&self) -> bool {
        self.problems.len() >= MAX_PROBLEMS
    }

    fn line(&self, pointer: &str) -> Option<u32> {
        self.document?.spans.lines(pointer).map(|l| l.0)
    }

    fn at(&mut self, pointer: &str, message: String) {
        self.complain(self.line(pointer), message);
    }

    fn table(&mut self, table: &'static Table, pointer: &str, value: &Value) -> Option<Value> {
        let Value::Object(map) = value else {
            let keys = table.names().join(", ");
            self.at(pointer, format!("{} is a mapping with {keys}", table.name));
            return None;
        };
        let before = self.problems.len();
        let mut read = Map::new();
        for (name, value) in map {
            if self.is_full() {
                break;
            }
            let below = format!("{pointer}/{}", escape_token(name));
            let Some(key) = table.key(name) else {
                self.at(&below, unknown_word("key", name, &table.names()));
                continue;
            };
            // A key without a value is as good as none.
            if !value.is_null()
                && let Some(value) = self.value(&key.shape, name, &below, value)
            {
                read.insert(name.clone(), value);
            }
        }
        let missing = |name: &str| map.get(name).is_none_or(Value::is_null);
        for message in table.keys.iter().filter(|k| missing(k.name)).filter_map(|k| k.needed) {
            self.at(pointer, message.to_owned());
        }
        let whole = self.problems.len() == before;
        (whole || !table.whole && !self.is_full()).then_some(Value::Object(read))
    }

    /// The value as it is meant; `None` after a complaint. `name` is what complaints call it.
    fn value(&mut self, shape: &Shape, name: &str, pointer: &str, value: &Value) -> Option<Value> {
        match (shape, value) {
            (Shape::Table(table), _) => self.table(table, pointer, value),
            (Shape::Short { table, .. }, Value::Object(_)) => self.table(table, pointer, value),
            (Shape::Short { key, table }, _) => {
                let alone = &table.key(key)?.shape;
                let value = self.value(alone, name, pointer, value)?;
                Some(Value::Object([((*key).to_owned(), value)].into_iter().collect()))
            }
            (Shape::List(of), Value::Array(items)) => Some(self.list(of, name, pointer, items)),
            (Shape::OneOrMore(of), Value::Array(items)) if !items.is_empty() => {
                let before = self.problems.len();
                let read = self.list(of, name, pointer, items);
                (self.problems.len() == before).then_some(read)
            }
            (Shape::OneOrMore(of), _) if !value.is_array() => {
                self.value(of, name, pointer, value).map(|one| Value::Array(vec![one]))
            }
            (Shape::Map { key, of }, Value::Object(map)) => Some(self.map(key, of, pointer, map)),
            (Shape::Parameters, Value::Object(map)) => Some(self.parameters(pointer, map)),
            (Shape::List(_) | Shape::OneOrMore(_) | Shape::Map { .. } | Shape::Parameters, _) => {
                self.at(pointer, format!("`{name}` must be {}", shape.words()));
                None
            }
            _ => match self.known.scalar(shape, value) {
                Ok(value) => Some(value),
                Err(complaint) => {
                    let message = complaint.unwrap_or_else(|| {
                        format!("`{name}` must be {}, not `{}`", shape.words(), short(value))
                    });
                    self.at(pointer, message);
                    None
                }
            },
        }
    }

    fn list(&mut self, of: &Shape, name: &str, pointer: &str, items: &[Value]) -> Value {
        let mut read = Vec::new();
        for (i, item) in items.iter().enumerate() {
            if self.is_full() {
                break;
            }
            let at = format!("{pointer}/{i}");
            if let Some(mut value) = self.value(of, name, &at, item) {
                if let (Value::Object(map), Some(line)) = (&mut value, self.line(&at)) {
                    map.insert("line".to_owned(), line.into());
                }
                read.push(value);
            }
        }
        Value::Array(read)
    }

    fn map(&mut self, key: &Shape, of: &Shape, pointer: &str, map: &Map<String, Value>) -> Value {
        let mut read = Map::new();
        for (name, value) in map {
            if self.is_full() {
                break;
            }
            let below = format!("{pointer}/{}", escape_token(name));
            match self.known.scalar(key, &Value::from(name.as_str())) {
                Ok(_) => {
                    if let Some(value) = self.value(of, name, &below, value) {
                        read.insert(name.clone(), value);
                    }
                }
                Err(complaint) => {
                    let message = complaint
                        .unwrap_or_else(|| format!("`{}` must be {}", clip(name), key.words()));
                    self.at(&below, message);
                }
            }
        }
        Value::Object(read)
    }

    fn parameters(&mut self, pointer: &str, map: &Map<String, Value>) -> Value {
        let Some(known) = &self.known.parameters else { return Value::Object(map.clone()) };
        let names: Vec<&str> = known.keys().map(String::as_str).collect();
        let mut read = Map::new();
        for (name, value) in map {
            if self.is_full() {
                break;
            }
            let message = match known.get(name) {
                None => unknown_word("parameter", name, &names),
                Some(default) => match kind_of(default) {
                    Some(kind) if kind_of(value) != Some(kind) => {
                        format!("`{name}` must be {kind}, not `{}`", short(value))
                    }
                    _ => {
                        read.insert(name.clone(), value.clone());
                        continue;
                    }
                },
            };
            self.at(&format!("{pointer}/{}", escape_token(name)), message);
        }
        Value::Object(read)
    }
}

/// What a parameter must be when its default is such; `None`: anything.
fn kind_of(value: &Value) -> Option<&'static str> {
    match value {
        Value::Null => None,
        Value::Bool(_) => Some("true or false"),
        Value::Number(_) => Some("a number"),
        Value::String(_) => Some("text"),
        Value::Array(_) => Some("a list"),
        Value::Object(_) => Some("a mapping"),
    }
}

fn short(value: &Value) -> String {
    value.to_string().chars().take(40).collect()
}
