//! What is the smallest object that GitHub's description accepts? The fake's answers start from it, so
//! that only the fields which mean something have to be written out.

use std::collections::HashMap;
use std::sync::Mutex;

use serde_json::{Map, Value, json};

use super::openapi::document;

/// A minimal value of the component `name` (all required fields, null where allowed) with `fields`
/// laid over it, objects merged, everything else replaced.
pub fn fill(name: &str, fields: Value) -> Value {
    static KNOWN: Mutex<Option<HashMap<String, Value>>> = Mutex::new(None);
    let mut known = KNOWN.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let mut value = known
        .get_or_insert_default()
        .entry(name.into())
        .or_insert_with(|| {
            let schema = document()
                .pointer(&format!("/components/schemas/{name}"))
                .unwrap_or_else(|| panic!("no component {name}"));
            of_schema(schema, false, 0)
        })
        .clone();
    drop(known);
    overlay(&mut value, fields);
    value
}

/// Lays `over` on `value`.
pub fn overlay(value: &mut Value, over: Value) {
    match (value, over) {
        (Value::Object(old), Value::Object(new)) => {
            for (key, over) in new {
                overlay(old.entry(key).or_insert(Value::Null), over);
            }
        }
        (value, over) => *value = over,
    }
}

fn of_schema(schema: &Value, may_be_null: bool, depth: usize) -> Value {
    if depth > 12 {
        return Value::Null;
    }
    if let Some(target) = schema["$ref"].as_str() {
        let target = document().pointer(target.trim_start_matches('#'));
        return of_schema(target.expect("references resolve"), may_be_null, depth + 1);
    }
    if let Some(options) = schema["anyOf"].as_array() {
        let with_base = |option: &Value| {
            let mut value = of_schema(option, may_be_null, depth + 1);
            if schema["properties"].is_object() {
                overlay(&mut value, object(schema, depth));
            }
            value
        };
        return match options.iter().any(|option| option["type"] == "null") {
            true if may_be_null => Value::Null,
            _ => with_base(&options[0]),
        };
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let mut value = json!({});
        parts.iter().for_each(|part| overlay(&mut value, of_schema(part, may_be_null, depth + 1)));
        return value;
    }
    if let Some(first) = schema["enum"].as_array().and_then(|list| list.first()) {
        return first.clone();
    }
    match schema["type"].as_str() {
        Some("string") if schema["format"] == "date-time" => json!("2026-01-01T00:00:00Z"),
        Some("string") => json!(""),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(0)),
        Some("boolean") => json!(false),
        Some("array") => json!([]),
        _ => object(schema, depth),
    }
}

fn object(schema: &Value, depth: usize) -> Value {
    let mut map = Map::new();
    for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
        map.insert(name.into(), of_schema(&schema["properties"][name], true, depth + 1));
    }
    Value::Object(map)
}
