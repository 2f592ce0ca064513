//! What a catalog entry lacks and can only be one thing, and what is written in the wrong form.

use serde_json::Value;

use super::bench::{Bench, Spot};
use super::{Fix, codeowners};
use crate::domain::edit::fields;
use crate::domain::finding::Finding;

pub(super) const INFO_VALID: Fix =
    Fix { policy: "catalog/info_valid", look_out: "", apply: info_valid };

pub(super) const LIFECYCLE_KNOWN: Fix =
    Fix { policy: "catalog/lifecycle_known", look_out: "", apply: lifecycle };

fn lifecycle(bench: &mut Bench<'_>, finding: &Finding) -> Result<String, String> {
    let spot = bench.spot(finding)?;
    let at = spot.pointer.clone();
    let word = bench.value(&spot, &at);
    let low = word.as_str().unwrap_or_default().trim().to_lowercase();
    let known = bench.parameters.get("lifecycles").and_then(Value::as_array);
    if !known.is_some_and(|known| known.iter().any(|other| *other == low)) {
        return Err("which one it is is yours to say".to_owned());
    }
    bench.set(&spot, &at, &low)?;
    Ok(format!("writes `lifecycle: {low}`"))
}

fn info_valid(bench: &mut Bench<'_>, finding: &Finding) -> Result<String, String> {
    let spot = bench.spot(finding)?;
    let at = spot.pointer.clone();
    let entity = bench.value(&spot, "");
    let fields: Vec<&str> = at.split('/').skip(1).collect();
    match fields.as_slice() {
        ["apiVersion"] => api_version(bench, &spot, &entity),
        ["kind"] if entity["kind"].is_null() => kind(bench, &spot, &entity),
        ["metadata", "name"] if entity["metadata"]["name"].is_null() => {
            let name = bench.facts().repo.name.clone();
            let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            let first = name.chars().next().filter(char::is_ascii_alphabetic);
            if first.is_none() || name.len() > 63 || !name.chars().all(fits) {
                return Err("what it is called is yours to say".to_owned());
            }
            bench.set(&spot, &at, &name)?;
            Ok(format!("adds `name: {name}`, as the repository is called"))
        }
        ["metadata", "title" | "description"] => quoted(bench, &spot, &at),
        ["metadata", "labels" | "annotations", _] => quoted(bench, &spot, &at),
        ["metadata", "tags", _] => tag(bench, &spot, &at),
        ["spec", "owner"] if entity["spec"]["owner"].is_null() => {
            let owner = codeowners::group(bench).ok_or("nothing says who owns it")?;
            let owner = owner.as_str().unwrap_or_default().to_owned();
            bench.set(&spot, &at, &owner)?;
            Ok(format!("adds `owner: {owner}`, as CODEOWNERS says"))
        }
        ["spec", "children"] => {
            bench.set(&spot, &at, "[]")?;
            Ok("adds `children: []`".to_owned())
        }
        _ => Err("what belongs there is yours to say".to_owned()),
    }
}

fn api_version(bench: &mut Bench<'_>, spot: &Spot, entity: &Value) -> Result<String, String> {
    const VERSION: &str = "backstage.io/v1alpha1";
    let done = format!("writes `apiVersion: {VERSION}`");
    match &entity["apiVersion"] {
        Value::Null if spot.document == 0 && entity["kind"].is_string() => {
            let line = format!("apiVersion: {VERSION}");
            let value = Value::String(VERSION.to_owned());
            let text = bench.text(&spot.path)?;
            let text = fields::above(text, "/kind", "apiVersion", &[line], value)
                .map_err(|error| error.to_string())?;
            bench.put(&spot.path, text);
            Ok(done)
        }
        Value::Null => bench.set(spot, "/apiVersion", VERSION).map(|()| done),
        Value::String(other) if other.starts_with("backstage.io/") => {
            bench.set(spot, "/apiVersion", VERSION).map(|()| done)
        }
        _ => Err("which kind of document it is is yours to say".to_owned()),
    }
}

fn kind(bench: &mut Bench<'_>, spot: &Spot, entity: &Value) -> Result<String, String> {
    let spec = &entity["spec"];
    // An API has a definition besides, a Resource no lifecycle.
    let is_component =
        spec["type"].is_string() && spec["lifecycle"].is_string() && spec["definition"].is_null();
    if !is_component {
        return Err("which kind of entity it is is yours to say".to_owned());
    }
    bench.set(spot, "/kind", "Component")?;
    Ok("adds `kind: Component`".to_owned())
}

/// A number or truth value where a text belongs.
fn quoted(bench: &mut Bench<'_>, spot: &Spot, at: &str) -> Result<String, String> {
    let raw = raw(bench, spot, at).ok_or("what belongs there is yours to say")?;
    bench.set(spot, at, &format!("\"{raw}\""))?;
    Ok(format!("puts `{raw}` in quotes"))
}

fn tag(bench: &mut Bench<'_>, spot: &Spot, at: &str) -> Result<String, String> {
    let tag = match bench.value(spot, at) {
        Value::String(tag) => tag.to_lowercase(),
        Value::Number(_) => raw(bench, spot, at).ok_or("it is no word")?,
        _ => return Err("what is meant is yours to say".to_owned()),
    };
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "-:+#".contains(c);
    if tag.is_empty() || !tag.chars().all(fits) {
        return Err("what is meant is yours to say".to_owned());
    }
    let is_word = tag.starts_with(|c: char| c.is_ascii_lowercase()) && !tag.contains([':', '#']);
    let literal = if is_word { tag.clone() } else { format!("\"{tag}\"") };
    bench.set(spot, at, &literal)?;
    Ok(format!("writes the tag `{tag}`"))
}

/// A number or truth value as it is written.
fn raw(bench: &Bench<'_>, spot: &Spot, at: &str) -> Option<String> {
    if !matches!(bench.value(spot, at), Value::Number(_) | Value::Bool(_)) {
        return None;
    }
    let range = bench.mark(spot, at)?.value;
    let raw = bench.text(&spot.path).ok()?.get(range)?;
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '+' | '_');
    raw.chars().all(fits).then(|| raw.to_owned())
}
