//! What does a template ask for, and are the answers fit? JSON Schema, as Backstage's forms read it.

use serde_json::{Map, Value, json};

/// One question of a template.
#[derive(Debug, Clone, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// `title`, else the name.
    pub title: String,
    /// `description`, else empty.
    pub description: String,
    /// `string`, `boolean`, `integer`, `number`, `array`, `object`.
    pub kind: String,
    /// `enum`, as text.
    pub choices: Vec<String>,
    /// `default`.
    pub default: Option<Value>,
    /// Whether it must be answered.
    pub required: bool,
    /// `ui:field`: `OwnerPicker`, `RepoUrlPicker`, … tell what is meant whatever the name.
    pub field: String,
}

impl Parameter {
    /// A text as a value of the parameter's kind; text that does not fit stays text, so that the
    /// schema complains about it.
    pub fn value_of(&self, text: &str) -> Value {
        let as_text = || Value::from(text);
        match self.kind.as_str() {
            "boolean" => match text {
                "true" | "yes" => Value::Bool(true),
                "false" | "no" => Value::Bool(false),
                _ => as_text(),
            },
            "integer" => text.parse::<i64>().map_or_else(|_| as_text(), Value::from),
            "number" => text.parse::<f64>().map_or_else(|_| as_text(), Value::from),
            "array" if !text.starts_with('[') => {
                text.split(',').map(str::trim).filter(|item| !item.is_empty()).collect()
            }
            "array" | "object" => serde_json::from_str(text).unwrap_or_else(|_| as_text()),
            _ => as_text(),
        }
    }
}

/// The questions of all pages, in the order of the pages; a later one of the same name is the same.
pub(super) fn of_pages(pages: &[Map<String, Value>]) -> Vec<Parameter> {
    let mut parameters: Vec<Parameter> = Vec::new();
    for page in pages {
        let required: Vec<&str> = page
            .get("required")
            .and_then(Value::as_array)
            .map(|list| list.iter().filter_map(Value::as_str).collect())
            .unwrap_or_default();
        for (name, schema) in properties(page) {
            if parameters.iter().any(|known| known.name == *name) {
                continue;
            }
            let text = |key: &str| schema.get(key).and_then(Value::as_str).map(str::to_owned);
            let choices = schema.get("enum").and_then(Value::as_array);
            parameters.push(Parameter {
                name: name.clone(),
                title: text("title").unwrap_or_else(|| name.clone()),
                description: text("description").unwrap_or_default().trim().to_owned(),
                kind: text("type").unwrap_or_else(|| "string".to_owned()),
                choices: choices.into_iter().flatten().map(plain).collect(),
                default: schema.get("default").cloned(),
                required: required.contains(&name.as_str()),
                field: text("ui:field").unwrap_or_default(),
            });
        }
    }
    parameters
}

fn properties(page: &Map<String, Value>) -> impl Iterator<Item = (&String, &Value)> {
    page.get("properties").and_then(Value::as_object).into_iter().flatten()
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// All pages as one schema: what Backstage checks page by page holds together.
fn schema(pages: &[Map<String, Value>]) -> Value {
    let mut parts: Vec<Value> = pages.iter().cloned().map(Value::Object).collect();
    // `allOf` of nothing is no schema.
    parts.push(Value::Bool(true));
    json!({"type": "object", "allOf": parts})
}

/// Why the pages are no schema, if so.
pub(super) fn fault(pages: &[Map<String, Value>]) -> Option<String> {
    compile(&schema(pages)).err()
}

fn compile(schema: &Value) -> Result<jsonschema::Validator, String> {
    // The linear engine: a template's pattern must not hang on a repository's text.
    jsonschema::draft7::options()
        .with_pattern_options(jsonschema::PatternOptions::regex())
        .build(schema)
        .map_err(|e| e.to_string())
}

/// Complaints about answers, each naming its parameter; at most 20.
pub(super) fn complaints(pages: &[Map<String, Value>], values: &Map<String, Value>) -> Vec<String> {
    let validator = match compile(&schema(pages)) {
        Ok(validator) => validator,
        Err(reason) => return vec![reason],
    };
    let values = Value::Object(values.clone());
    let mut found: Vec<String> = validator
        .iter_errors(&values)
        .map(|error| {
            let at = error.instance_path().to_string();
            let name = at.trim_start_matches('/').to_owned();
            if name.is_empty() { error.to_string() } else { format!("`{name}`: {error}") }
        })
        .take(20)
        .collect();
    found.dedup();
    found
}
