//! How does an editor know the keys? JSON Schema (2020-12), printed from the tables.

use serde_json::{Map, Value, json};

use super::known::Known;
use super::shape::{LEVELS, LOCKS, MODES, Shape, Table};
use super::tables;
use crate::domain::risk::condition::NAMES;

/// A configuration file that has a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigKind {
    /// `.github/waymark.yml` of a repository.
    Repository,
    /// `waymark.yml` of the organisation's configuration repository.
    Organisation,
}

impl ConfigKind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Repository, Self::Organisation];

    /// The word for it, and the schema's file name without its ending.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Repository => "repository",
            Self::Organisation => "organisation",
        }
    }

    fn table(self) -> &'static Table {
        match self {
            Self::Repository => &tables::REPOSITORY,
            Self::Organisation => &tables::ORGANISATION,
        }
    }
}

/// The schema of a file, with the names that are known as choices. The published ones know none:
/// a new policy changes nothing but its own directory.
pub fn schema(kind: ConfigKind, known: &Known) -> Value {
    let mut schema = table(kind.table(), known);
    let (title, about) = match kind {
        ConfigKind::Repository => (
            "Waymark, repository",
            ".github/waymark.yml: what this repository asks of Waymark. It is read from the base \
             branch.",
        ),
        ConfigKind::Organisation => (
            "Waymark, organisation",
            "waymark.yml of the organisation's configuration repository: what holds in all \
             repositories.",
        ),
    };
    if let Value::Object(map) = &mut schema {
        let mut whole = Map::new();
        whole.insert("$schema".to_owned(), "https://json-schema.org/draft/2020-12/schema".into());
        whole.insert("title".to_owned(), title.into());
        whole.insert("description".to_owned(), about.into());
        whole.append(map);
        // An empty file is right, too.
        whole.insert("type".to_owned(), json!(["object", "null"]));
        *map = whole;
    }
    schema
}

fn table(table: &Table, known: &Known) -> Value {
    let mut properties = Map::new();
    for key in table.keys {
        let mut shape = shape(&key.shape, known);
        // A key without a value is as good as none.
        if key.needed.is_none() {
            shape = json!({"anyOf": [shape, {"type": "null"}]});
        }
        if let Value::Object(map) = &mut shape {
            map.insert("description".to_owned(), key.about.into());
        }
        properties.insert(key.name.to_owned(), shape);
    }
    let mut schema = json!({
        "type": "object", "properties": properties, "additionalProperties": false,
    });
    let needed: Vec<&str> =
        table.keys.iter().filter(|k| k.needed.is_some()).map(|k| k.name).collect();
    if !needed.is_empty() {
        schema["required"] = json!(needed);
    }
    schema
}

fn shape(it: &Shape, known: &Known) -> Value {
    match it {
        Shape::Text => json!({"type": "string", "pattern": "\\S"}),
        Shape::Flag => json!({"type": "boolean"}),
        Shape::Whole { least, most } => {
            json!({"type": "integer", "minimum": least, "maximum": most})
        }
        Shape::Date => json!({"type": "string", "format": "date", "pattern": DATE}),
        Shape::Choice(words) => json!({"enum": words}),
        Shape::Percent => {
            json!({"type": "number", "exclusiveMinimum": 0, "exclusiveMaximum": 100})
        }
        Shape::Moment => json!({"type": "string", "pattern": MOMENT}),
        Shape::Hours => json!({"type": "string", "pattern": HOURS}),
        Shape::Expression => json!({"type": "string", "format": "regex"}),
        Shape::Zone => json!({"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_+/-]*$"}),
        Shape::Address => json!({"type": "string", "pattern": "^https?://[^@?# ]+$"}),
        Shape::Glob => json!({"type": "string", "pattern": "\\S"}),
        // Readers of YAML 1.1 take a bare `off` for false.
        Shape::Mode => json!({"anyOf": [{"enum": MODES}, {"const": false}]}),
        Shape::Level => json!({"enum": LEVELS}),
        Shape::OneOf(words) => json!({"enum": words}),
        // Names that exist are offered; an organisation may have more of its own.
        Shape::Path => offered(json!(known.paths.clone().unwrap_or_default()), "\\S"),
        Shape::Policy => offered(json!(known.policies), ID),
        Shape::Policies => {
            let mut packs: Vec<String> =
                known.policies.iter().map(|id| format!("{}/*", id.pack())).collect();
            packs.dedup();
            let ids = known.policies.iter().map(|id| id.to_string());
            let mut all: Vec<String> = packs.into_iter().chain(ids).collect();
            if !all.is_empty() {
                all.insert(0, "*".to_owned());
            }
            offered(json!(all), PATTERN)
        }
        Shape::Condition => json!({"enum": NAMES}),
        // Their list grows; who writes a wrong one is told when the file is read.
        Shape::Command => json!({"type": "string", "pattern": "^[a-z]+$"}),
        Shape::Lock => json!({"anyOf": [
            {"enum": &LOCKS[..4]}, {"type": "string", "pattern": "^parameters\\.."},
        ]}),
        Shape::Parameters => parameters(known),
        Shape::List(of) => json!({"type": "array", "items": shape(of, known)}),
        Shape::OneOrMore(of) => {
            let of = shape(of, known);
            json!({"anyOf": [of.clone(), {"type": "array", "items": of, "minItems": 1}]})
        }
        Shape::Map { key, of } => {
            let (names, of) = (shape(key, known), shape(of, known));
            json!({"type": "object", "propertyNames": names, "additionalProperties": of})
        }
        Shape::Table(of) => table(of, known),
        Shape::Short { key, table: of } => {
            let alone = of.key(key).map(|key| shape(&key.shape, known));
            json!({"anyOf": [alone, table(of, known)]})
        }
    }
}

fn offered(names: Value, pattern: &str) -> Value {
    if names.as_array().is_none_or(Vec::is_empty) {
        return json!({"type": "string", "pattern": pattern});
    }
    json!({"anyOf": [{"enum": names}, {"type": "string", "pattern": pattern}]})
}

/// The pattern of a policy's id.
const ID: &str = "^[a-z][a-z0-9_]*/[a-z][a-z0-9_]*$";
/// The pattern of an id, `pack/*` or `*`.
const PATTERN: &str = "^(\\*|[a-z][a-z0-9_]*/(\\*|[a-z][a-z0-9_]*))$";
/// The pattern of a day; which days exist, only the reader knows.
const DATE: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}$";
/// The pattern of a day, with or without a time.
const MOMENT: &str = "^[0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2})?$";
/// The pattern of hours of a day.
const HOURS: &str = "^[0-9]{2}:[0-9]{2}-[0-9]{2}:[0-9]{2}$";

fn parameters(known: &Known) -> Value {
    let Some(defaults) = &known.parameters else { return json!({"type": "object"}) };
    let kind = |default: &Value| match default {
        Value::Null => json!({}),
        Value::Bool(_) => json!({"type": "boolean"}),
        Value::Number(_) => json!({"type": "number"}),
        Value::String(_) => json!({"type": "string"}),
        Value::Array(_) => json!({"type": "array"}),
        Value::Object(_) => json!({"type": "object"}),
    };
    let properties: Map<String, Value> =
        defaults.iter().map(|(name, default)| (name.clone(), kind(default))).collect();
    json!({"type": "object", "properties": properties})
}
