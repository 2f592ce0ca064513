//! Is this request, is this answer as GitHub's published description says?
//!
//! The description is turned from OpenAPI 3.0 into JSON Schema once per process; the validator of each
//! schema is compiled when it is first asked for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock};

use jsonschema::{Draft, Registry, Validator};
use serde_json::{Map, Value, json};

const TEXT: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/github/openapi.json"));
const NAME: &str = "https://github.test/openapi";

/// The description as JSON Schema (2020-12), `paths` and `components` where they were.
pub fn document() -> &'static Value {
    static DOCUMENT: OnceLock<Value> = OnceLock::new();
    DOCUMENT.get_or_init(|| {
        let mut document: Value = serde_json::from_str(TEXT).expect("the description is JSON");
        document.as_object_mut().expect("an object").remove("x-webhooks");
        correct(&mut document);
        to_json_schema(&mut document);
        document
    })
}

/// Where the description, as published, cannot be met by GitHub's real answers.
///
/// `GET /app/installations` demands that an account be a user *and* an enterprise (`allOf`), which no
/// account is; `GET /app/installations/{installation_id}` shows the same object with `anyOf`.
///
/// `created` of workflow runs is called a date-time, but its own text says that it is a range in the
/// syntax of searches (`>=2026-11-01`), and `gh run list --created` sends such.
///
/// `GET /repos/{owner}/{repo}/teams` was trimmed away with everything else that nobody called; the
/// team that it lists was not. Written down here as the whole description has it.
fn correct(document: &mut Value) {
    let list = "/paths/~1app~1installations/get/responses/200/content/application~1json/schema";
    let list = document.pointer_mut(list).expect("the description has this answer");
    list["items"] = json!({"$ref": "#/components/schemas/installation"});
    let created = document.pointer_mut("/components/parameters/created/schema");
    *created.expect("the description has this parameter") = json!({"type": "string"});
    let teams = json!({"type": "array", "items": {"$ref": "#/components/schemas/team"}});
    let named = |name: &str| json!({"$ref": format!("#/components/parameters/{name}")});
    document["paths"]["/repos/{owner}/{repo}/teams"] = json!({"get": {
        "parameters": [named("owner"), named("repo"), named("per-page"), named("page")],
        "responses": {"200": {"content": {"application/json": {"schema": teams}}}},
    }});
}

/// What is wrong with `value` as the schema at `pointer` of the document; empty when nothing is.
pub fn complaints(pointer: &str, value: &Value) -> Vec<String> {
    validator(pointer)
        .iter_errors(value)
        .take(5)
        .map(|error| {
            // A failed choice prints the whole value: what each branch dislikes says more.
            let mut text = match error.kind() {
                jsonschema::error::ValidationErrorKind::AnyOf { context } => context
                    .iter()
                    .map(|branch| {
                        branch.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
                    })
                    .collect::<Vec<_>>()
                    .join(" OR "),
                _ => error.to_string(),
            };
            if let Some((at, _)) = text.char_indices().nth(300) {
                text.truncate(at);
            }
            format!("{} {text}", error.instance_path())
        })
        .collect()
}

fn validator(pointer: &str) -> Arc<Validator> {
    static REGISTRY: OnceLock<Registry<'static>> = OnceLock::new();
    static COMPILED: Mutex<Option<HashMap<String, Arc<Validator>>>> = Mutex::new(None);
    let mut compiled = COMPILED.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    let known = compiled.get_or_insert_default();
    if let Some(found) = known.get(pointer) {
        return found.clone();
    }
    let registry = REGISTRY.get_or_init(|| {
        Registry::new()
            .draft(Draft::Draft202012)
            .add(NAME, document())
            .and_then(|builder| builder.prepare())
            .expect("every reference of the description can be resolved")
    });
    let schema =
        json!({"$ref": format!("{NAME}#{}", pointer.replace('{', "%7B").replace('}', "%7D"))});
    let built = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .with_registry(registry)
        .should_validate_formats(true)
        .build(&schema)
        .unwrap_or_else(|error| panic!("schema {pointer}: {error}"));
    known.entry(pointer.into()).or_insert(Arc::new(built)).clone()
}

/// One operation of the description.
pub struct Operation {
    pointer: String,
    value: &'static Value,
}

impl Operation {
    pub fn find(method: &str, template: &str) -> Option<Operation> {
        let pointer = format!("/paths/{}/{}", escape(template), method.to_lowercase());
        Some(Operation { value: document().pointer(&pointer)?, pointer })
    }

    /// Complaints about path and query parameters: unknown, missing, of the wrong type.
    pub fn check_parameters(
        &self,
        path: &[(String, String)],
        query: &[(String, String)],
    ) -> Vec<String> {
        let mut out = Vec::new();
        let mut known = Vec::new();
        let list = self.value["parameters"].as_array().map_or(&[][..], |list| list.as_slice());
        for (index, raw) in list.iter().enumerate() {
            let (pointer, parameter) = match raw["$ref"].as_str() {
                Some(target) => {
                    let target = target.trim_start_matches('#').to_string();
                    let value = document().pointer(&target).expect("references resolve");
                    (target, value)
                }
                None => (format!("{}/parameters/{index}", self.pointer), raw),
            };
            let name = parameter["name"].as_str().unwrap_or_default();
            let given = match parameter["in"].as_str() {
                Some("path") => path,
                Some("query") => query,
                _ => continue,
            };
            known.push(name);
            match given.iter().find(|(key, _)| key == name) {
                Some((_, text)) => {
                    let value = coerce(text, &parameter["schema"]);
                    let wrong = complaints(&format!("{pointer}/schema"), &value);
                    out.extend(wrong.into_iter().map(|text| format!("parameter {name}: {text}")));
                }
                None if parameter["required"] == true => {
                    out.push(format!("parameter {name} is missing"))
                }
                None => {}
            }
        }
        for (key, value) in query {
            if !known.contains(&key.as_str()) {
                out.push(format!("unknown query parameter {key}={value}"));
            }
            if key == "per_page" && value.parse::<u32>().is_ok_and(|n| n > 100 || n == 0) {
                out.push(format!("per_page={value} is outside 1..=100"));
            }
        }
        out
    }

    /// Complaints about a request body; `None` stands for an empty one.
    pub fn check_body(&self, body: Option<&Value>) -> Vec<String> {
        let pointer = format!("{}/requestBody/content/application~1json/schema", self.pointer);
        let Some(schema) = document().pointer(&pointer) else {
            return match body {
                Some(_) => vec!["a body where none belongs".into()],
                None => Vec::new(),
            };
        };
        let Some(body) = body else {
            return match self.value["requestBody"]["required"] == true {
                true => vec!["the body is missing".into()],
                false => Vec::new(),
            };
        };
        let mut out = complaints(&pointer, body);
        if let (Some(known), Some(given)) = (schema["properties"].as_object(), body.as_object()) {
            let unknown = given.keys().filter(|key| !known.contains_key(*key));
            out.extend(unknown.map(|key| format!("unknown property {key}")));
        }
        out
    }

    /// Complaints about one of the fake's own answers.
    pub fn check_answer(&self, status: u16, body: Option<&Value>) -> Vec<String> {
        let mut pointer = format!("{}/responses/{status}", self.pointer);
        let Some(mut response) = document().pointer(&pointer) else {
            // Errors are documented sparsely: 401, 404 and 429 may come from anywhere.
            return if status >= 300 {
                Vec::new()
            } else {
                vec![format!("undocumented status {status}")]
            };
        };
        if let Some(target) = response["$ref"].as_str() {
            pointer = target.trim_start_matches('#').into();
            response = document().pointer(&pointer).expect("references resolve");
        }
        match (body, response.pointer("/content/application~1json/schema")) {
            (Some(body), Some(_)) => {
                complaints(&format!("{pointer}/content/application~1json/schema"), body)
            }
            _ => Vec::new(),
        }
    }
}

fn coerce(text: &str, schema: &Value) -> Value {
    let kind = schema["type"].as_str().or_else(|| {
        schema["oneOf"]
            .as_array()
            .or(schema["anyOf"].as_array())?
            .iter()
            .find_map(|s| s["type"].as_str())
    });
    match kind {
        Some("integer" | "number") => {
            text.parse::<i64>().map_or_else(|_| json!(text), |n| json!(n))
        }
        Some("boolean") => text.parse::<bool>().map_or_else(|_| json!(text), |b| json!(b)),
        _ => json!(text),
    }
}

fn escape(part: &str) -> String {
    part.replace('~', "~0").replace('/', "~1")
}

/// `nullable`, formats and `oneOf` in the words of JSON Schema.
fn to_json_schema(value: &mut Value) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(to_json_schema),
        Value::Object(map) => {
            map.values_mut().for_each(to_json_schema);
            rewrite(map);
        }
        _ => {}
    }
}

fn rewrite(map: &mut Map<String, Value>) {
    map.remove("discriminator");
    // A property may be called "format" or "oneOf": only strings and lists are keywords.
    if map.get("format").is_some_and(|format| format.is_string() && format != "date-time") {
        map.remove("format");
    }
    // GitHub's alternatives overlap; "exactly one" is not meant.
    if map.get("oneOf").is_some_and(Value::is_array) && !map.contains_key("anyOf") {
        let alternatives = map.remove("oneOf").expect("just seen");
        map.insert("anyOf".into(), alternatives);
    }
    if map.get("nullable") == Some(&json!(true)) {
        map.remove("nullable");
        let inner = Value::Object(std::mem::take(map));
        map.insert("anyOf".into(), json!([inner, {"type": "null"}]));
    }
}
