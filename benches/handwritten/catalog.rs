//! `catalog/info_present` and `catalog/info_valid`.

use serde_json::{Map, Value};
use waymark::domain::facts::{Extracted, FactKind};
use waymark::domain::finding::Finding;
use waymark::domain::yaml::escape_token;

use super::words::{is_dns_label, is_label_key, is_name, is_tag, is_text, shown};
use super::{Params, finding, whole};

pub fn info_present(facts: &Extracted, _: &Params, found: &mut Vec<Finding>) {
    const ID: &str = "catalog/info_present";
    let snapshot = &facts.snapshot;
    if snapshot.repo.archived || !whole(facts, FactKind::Catalog) {
        return;
    }
    let name = &snapshot.repo.name;
    match &snapshot.catalog.path {
        None => found.push(finding(
            facts,
            ID,
            "There is no `catalog-info.yaml` at the root of the repository".to_owned(),
            Some(("catalog-info.yaml", None)),
            None,
            format!("Create `catalog-info.yaml` with a Backstage entity of kind `Component` named `{name}`"),
        )),
        Some(path) if !snapshot.catalog.entities.iter().any(|document| document.is_entity) => {
            found.push(finding(
                facts,
                ID,
                format!("`{path}` holds no Backstage entity: no document in it has `apiVersion` and `kind`"),
                Some((path, None)),
                None,
                format!("Describe the repository as an entity of kind `Component` named `{name}`"),
            ));
        }
        Some(_) => {}
    }
}

pub fn info_valid(facts: &Extracted, _: &Params, found: &mut Vec<Finding>) {
    const ID: &str = "catalog/info_valid";
    for problem in &facts.snapshot.catalog.problems {
        let message = format!("{} is not valid YAML: {}", problem.path, problem.message);
        let mut one = finding(
            facts,
            ID,
            message,
            Some((&problem.path, Some(&problem.pointer))),
            None,
            String::new(),
        );
        one.remediation = None;
        found.push(one);
    }
    for document in &facts.snapshot.catalog.entities {
        for fault in faults(&document.entity) {
            let pointer = format!("{}{}", document.pointer, fault.at);
            let place = Some((document.path.as_str(), Some(pointer.as_str())));
            let resource = Some(resource(&document.entity));
            found.push(finding(facts, ID, fault.message, place, resource, fault.fix));
        }
    }
}

struct Fault {
    at: String,
    message: String,
    fix: String,
}

fn fault(at: impl Into<String>, message: impl Into<String>, fix: impl Into<String>) -> Fault {
    Fault { at: at.into(), message: message.into(), fix: fix.into() }
}

fn resource(entity: &Value) -> String {
    match (entity["kind"].as_str(), entity["metadata"]["name"].as_str()) {
        (Some(kind), Some(name)) => format!("{kind} {name}"),
        _ => "entity".to_owned(),
    }
}

/// Fields of `spec` by kind: required texts, optional texts, lists of texts.
type Fields = (&'static [&'static str], &'static [&'static str], &'static [&'static str]);

fn fields(kind: &str) -> Option<Fields> {
    Some(match kind {
        "API" => (&["type", "lifecycle", "owner"], &["system"], &[]),
        "Component" => (
            &["type", "lifecycle", "owner"],
            &["system", "subcomponentOf"],
            &["providesApis", "consumesApis", "dependsOn", "dependencyOf"],
        ),
        "Domain" => (&["owner"], &["subdomainOf"], &[]),
        "Group" => (&["type"], &["parent"], &["children", "members"]),
        "Location" => (&[], &["type", "target"], &["targets"]),
        "Resource" => (&["type", "owner"], &["system"], &["dependsOn", "dependencyOf"]),
        "System" => (&["owner"], &["domain"], &[]),
        "Template" => (&["type"], &["owner"], &[]),
        "User" => (&[], &[], &["memberOf"]),
        _ => return None,
    })
}

const KINDS: &str = "API, Component, Domain, Group, Location, Resource, System, Template, User";

fn faults(entity: &Value) -> Vec<Fault> {
    let Value::Object(map) = entity else {
        let what = match entity {
            Value::String(_) => "text",
            Value::Array(_) => "list",
            _ => "plain value",
        };
        return vec![fault(
            "",
            format!("This document is a {what} where Backstage expects an entity"),
            "Write a mapping with `apiVersion`, `kind`, `metadata` and `spec`, or remove the document",
        )];
    };
    let mut found = Vec::new();
    envelope(map, &mut found);
    match map.get("metadata") {
        Some(Value::Object(meta)) => metadata(meta, &mut found),
        _ => {
            found.push(fault("/metadata", "`metadata` is missing", "Add `metadata` with a `name`"))
        }
    }
    if let Some((kind, fields)) = entity["kind"].as_str().and_then(|k| Some((k, fields(k)?))) {
        match map.get("spec") {
            Some(Value::Object(spec)) => {
                let version = entity["apiVersion"].as_str().unwrap_or_default();
                specification(kind, version, fields, spec, &mut found);
            }
            _ => found.push(fault("/spec", "`spec` is missing", "Add `spec`")),
        }
    }
    found
}

fn envelope(map: &Map<String, Value>, found: &mut Vec<Fault>) {
    let kind = map.get("kind").and_then(Value::as_str);
    match map.get("apiVersion").and_then(Value::as_str) {
        None => found.push(fault(
            "/apiVersion",
            "`apiVersion` is missing",
            "Add `apiVersion: backstage.io/v1alpha1`",
        )),
        Some("backstage.io/v1alpha1" | "backstage.io/v1beta1") => {}
        Some(
            "backstage.io/v1beta2"
            | "scaffolder.backstage.io/v1beta2"
            | "scaffolder.backstage.io/v1beta3",
        ) if kind == Some("Template") => {}
        Some(other) => found.push(fault(
            "/apiVersion",
            format!("`apiVersion` is `{other}`, which Backstage does not know for this kind"),
            "Write `apiVersion: backstage.io/v1alpha1`",
        )),
    }
    match kind {
        None => found.push(fault("/kind", "`kind` is missing", "Add `kind: Component`")),
        Some(kind) if fields(kind).is_some() => {}
        Some(kind) => found.push(fault(
            "/kind",
            format!("`kind` is `{kind}`, which is not a kind of Backstage"),
            format!("Use one of {KINDS}"),
        )),
    }
}

fn metadata(meta: &Map<String, Value>, found: &mut Vec<Fault>) {
    let given = |key: &str| meta.get(key).filter(|value| !value.is_null());
    match given("name") {
        None => found.push(fault(
            "/metadata/name",
            "`metadata.name` is missing",
            "Add `name` under `metadata`",
        )),
        Some(name) if !name.as_str().is_some_and(is_name) => found.push(fault(
            "/metadata/name",
            format!("`metadata.name` is `{}`: it must be 1 to 63 letters and digits, with `-`, `_` or `.` between them", shown(name)),
            "Rename the entity",
        )),
        Some(_) => {}
    }
    if let Some(namespace) = given("namespace").filter(|n| !n.as_str().is_some_and(is_dns_label)) {
        found.push(fault(
            "/metadata/namespace",
            format!("`metadata.namespace` is `{}`: it must be 1 to 63 lower-case letters and digits, with `-` between them", shown(namespace)),
            "Rename or remove the namespace",
        ));
    }
    for field in ["title", "description"] {
        if given(field).is_some_and(|value| !value.is_string()) {
            found.push(fault(
                format!("/metadata/{field}"),
                format!("`metadata.{field}` must be a text"),
                "Put the value in quotes",
            ));
        }
    }
    for field in ["labels", "annotations"] {
        if let Some(value) = given(field) {
            pairs(field, value, found);
        }
    }
    if let Some(tags) = given("tags") {
        list_of_tags(tags, found);
    }
    if let Some(links) = given("links") {
        list_of_links(links, found);
    }
}

fn pairs(field: &str, value: &Value, found: &mut Vec<Fault>) {
    let Value::Object(map) = value else {
        let message = format!("`metadata.{field}` must be a mapping");
        found.push(fault(format!("/metadata/{field}"), message, "Write one `key: value` per line"));
        return;
    };
    for (key, value) in map {
        let at = format!("/metadata/{field}/{}", escape_token(key));
        if !is_label_key(key) {
            found.push(fault(
                at.clone(),
                format!("`{key}` is not a valid key in `metadata.{field}`: write `name` or `prefix.example.com/name`"),
                "Rename the key",
            ));
        }
        let (good, wanted) = if field == "annotations" {
            (value.is_string(), "a text")
        } else {
            let good = value.as_str().is_some_and(|text| text.is_empty() || is_name(text));
            (good, "a text of at most 63 letters and digits, with `-`, `_` or `.` between them")
        };
        if !good {
            let plain = value.is_number() || value.is_boolean();
            let fix = if plain {
                format!("Put it in quotes: `\"{value}\"`")
            } else {
                "Change the value".to_owned()
            };
            found.push(fault(at, format!("`{key}` in `metadata.{field}` must be {wanted}"), fix));
        }
    }
}

fn list_of_tags(tags: &Value, found: &mut Vec<Fault>) {
    let Value::Array(tags) = tags else {
        let fix = "Write one tag per line, each behind `- `";
        return found.push(fault("/metadata/tags", "`metadata.tags` must be a list", fix));
    };
    for (index, tag) in tags.iter().enumerate() {
        if tag.as_str().is_some_and(is_tag) {
            continue;
        }
        let lower = tag.as_str().map(str::to_lowercase).filter(|tag| is_tag(tag));
        found.push(fault(
            format!("/metadata/tags/{index}"),
            format!("Tag `{}` is not valid: a tag is 1 to 63 lower-case letters, digits, `:`, `+` and `#`, with `-` between them", shown(tag)),
            lower.map_or_else(|| "Change or remove the tag".to_owned(), |tag| format!("Write `{tag}`")),
        ));
    }
}

fn list_of_links(links: &Value, found: &mut Vec<Fault>) {
    let Value::Array(links) = links else {
        let fix = "Write one link per line, each behind `- url: `";
        return found.push(fault("/metadata/links", "`metadata.links` must be a list", fix));
    };
    for (index, _) in links.iter().enumerate().filter(|(_, link)| !is_text(link.get("url"))) {
        found.push(fault(
            format!("/metadata/links/{index}/url"),
            format!("Link {} has no `url`", index + 1),
            "Add `url` to the link",
        ));
    }
}

fn specification(
    kind: &str,
    version: &str,
    (required, optional, lists): Fields,
    spec: &Map<String, Value>,
    found: &mut Vec<Fault>,
) {
    let given = |key: &str| spec.get(key).filter(|value| !value.is_null());
    for field in required.iter().filter(|field| !is_text(spec.get(**field))) {
        let need = if given(field).is_none() { "the field" } else { "a text in" };
        let sample = match *field {
            "lifecycle" => "production",
            "owner" => "group:default/your-team",
            _ => "service",
        };
        found.push(fault(
            format!("/spec/{field}"),
            format!("{kind} needs {need} `spec.{field}`"),
            format!("Add `{field}: {sample}` under `spec`"),
        ));
    }
    for field in optional.iter().filter(|field| given(field).is_some_and(|v| !is_text(Some(v)))) {
        found.push(fault(
            format!("/spec/{field}"),
            format!("`spec.{field}` must be a text that is not empty"),
            "Write a name, or remove the field",
        ));
    }
    let texts = |v: &Value| v.as_array().is_some_and(|list| list.iter().all(|i| is_text(Some(i))));
    for field in lists.iter().filter(|field| given(field).is_some_and(|v| !texts(v))) {
        found.push(fault(
            format!("/spec/{field}"),
            format!("`spec.{field}` must be a list of texts"),
            "Write one reference per line, each behind `- `",
        ));
    }
    let placeholder = |value: &Value| {
        value.as_object().is_some_and(|map| map.keys().any(|key| key.starts_with('$')))
    };
    let definition = spec.get("definition");
    if kind == "API" && !is_text(definition) && !definition.is_some_and(placeholder) {
        let fix = "Add `definition` under `spec`, for example with `$text: ./openapi.yaml` in it";
        found.push(fault("/spec/definition", "API needs the field `spec.definition`", fix));
    }
    if kind == "Group" && given("children").is_none() {
        let message = "Group needs the field `spec.children`";
        found.push(fault("/spec/children", message, "Add `children: []` under `spec`"));
    }
    let steps = spec.get("steps").is_some_and(Value::is_array);
    if kind == "Template" && version == "scaffolder.backstage.io/v1beta3" && !steps {
        let message = "Template needs the field `spec.steps`";
        found.push(fault("/spec/steps", message, "Add `steps` under `spec`"));
    }
}
