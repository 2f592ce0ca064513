//! Which facts does a policy read, itself and through what it imports?

use std::collections::BTreeSet;

use regorus::unstable::{Expr, Module, Ref};
use serde_json::Value;

use crate::domain::policy::syntax::{each_expr, imports, package, segments};

/// Levels of a pruned value.
const DEPTH: usize = 6;
/// Members of a pruned list, and fields of a pruned object.
const ITEMS: usize = 2;
const FIELDS: usize = 16;
/// Characters of a pruned text.
const TEXT: usize = 80;

/// `input.repo.owner` → its value, pruned; in the order of names.
pub(super) fn read(
    modules: &[Ref<Module>],
    own: &Ref<Module>,
    input: &Value,
) -> Vec<(String, Value)> {
    let mut paths: BTreeSet<Vec<String>> = BTreeSet::new();
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut waiting = vec![own];
    while let Some(module) = waiting.pop() {
        if !seen.insert(package(module)) {
            continue;
        }
        for rule in &module.policy {
            each_expr(rule, &mut |expr| {
                if let Some(path) = read_of(expr) {
                    paths.insert(path);
                }
                match expr {
                    Expr::RefDot { field, .. } => names.extend(text(&field.1)),
                    Expr::String { value, .. } => names.extend(text(value)),
                    _ => {}
                }
            });
        }
        let targets: Vec<String> = imports(module).into_iter().map(|(_, target)| target).collect();
        waiting.extend(modules.iter().filter(|m| targets.contains(&package(m))));
    }
    // `input.repo` says nothing more where `input.repo.owner` is named, and the other way round.
    let shortest = |path: &&Vec<String>| {
        !paths.iter().any(|other| other.len() < path.len() && path.starts_with(other))
    };
    paths
        .iter()
        .filter(shortest)
        .map(|path| {
            let value = path.iter().try_fold(input, |value, part| value.get(part));
            (
                format!("input.{}", path.join(".")),
                prune(value.unwrap_or(&Value::Null), &names, DEPTH),
            )
        })
        .collect()
}

/// The part after `input` of a reference to it, as far as it is plain.
fn read_of(expr: &Expr) -> Option<Vec<String>> {
    let parts = segments(expr)?;
    (parts.len() > 1 && parts[0] == "input").then(|| parts[1..].to_vec())
}

fn text(value: &regorus::Value) -> Option<String> {
    value.as_string().ok().map(|text| text.to_string())
}

/// A value without the fields that no rule names, short lists and texts.
fn prune(value: &Value, names: &BTreeSet<String>, depth: usize) -> Value {
    match value {
        Value::Array(items) if depth == 0 => Value::from(format!("… {} items", items.len())),
        Value::Object(fields) if depth == 0 => Value::from(format!("… {} fields", fields.len())),
        Value::Array(items) => {
            let mut kept: Vec<Value> =
                items.iter().take(ITEMS).map(|v| prune(v, names, depth - 1)).collect();
            if items.len() > ITEMS {
                kept.push(Value::from(format!("… {} more", items.len() - ITEMS)));
            }
            Value::from(kept)
        }
        Value::Object(fields) => {
            let named = fields.iter().filter(|(name, _)| names.contains(*name));
            let kept = named.take(FIELDS).map(|(k, v)| (k.clone(), prune(v, names, depth - 1)));
            Value::Object(kept.collect())
        }
        Value::String(text) if text.chars().count() > TEXT => {
            Value::from(text.chars().take(TEXT).collect::<String>() + "…")
        }
        other => other.clone(),
    }
}
