//! What is no error, but most likely a mistake? Undefined Rego is silent: a misspelt fact makes a
//! policy that never fires.

use regorus::unstable::{Module, Ref};
use serde_json::Value;

use super::library::Library;
use super::lint::problem;
use super::metadata::{PolicyMeta, PolicyProblem};
use super::syntax::{each_expr, segments, start};
use crate::domain::facts::{self, FactKind, RepoFacts};
use crate::domain::ids::PolicyId;
use crate::domain::nearest::nearest;
use crate::domain::tree::SourceTree;

/// Remarks on one policy, each name once.
pub fn remarks(library: &Library, id: &PolicyId) -> Vec<PolicyProblem> {
    let Some(meta) = library.policies.get(id) else { return Vec::new() };
    let mut engine = library.engine.clone();
    let modules: Vec<Ref<Module>> = engine.get_modules().clone();
    let own = |module: &&Ref<Module>| *module.package.span.source.get_path() == meta.path;
    let Some(module) = modules.iter().find(own) else { return Vec::new() };
    let mut found = Vec::new();
    let v1 = |i: &regorus::unstable::Import| {
        segments(&i.refr).is_some_and(|parts| parts == ["rego", "v1"])
    };
    // regorus reads `if` and `contains` without it; OPA before 1.0 and conftest do not.
    if !module.imports.iter().any(v1)
        && !module.package.span.source.get_contents().contains("import rego.v1")
    {
        let hint = "add it below the package line: older OPA and conftest need it";
        let words = "there is no `import rego.v1`".to_owned();
        found.push(problem(&module.package.span, words, Some(hint.to_owned())));
    }
    let facts = fact_names();
    let known: Vec<&str> = facts.iter().map(String::as_str).collect();
    let mut seen = std::collections::BTreeSet::new();
    for rule in &module.policy {
        each_expr(rule, &mut |expr| {
            let Some(parts) = segments(expr) else { return };
            let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
            let remark = match parts.as_slice() {
                ["input", fact] => of_fact(fact, &known, meta),
                ["data", "waymark", "params", name] => of_parameter(name, meta),
                _ => None,
            };
            if let Some((message, hint)) = remark
                && seen.insert(message.clone())
            {
                found.push(problem(start(expr), message, hint));
            }
        });
    }
    found
}

/// What stands directly below `input`.
fn fact_names() -> Vec<String> {
    let none = std::collections::BTreeSet::new();
    let empty = facts::extract(&SourceTree::default(), &RepoFacts::default(), &none);
    match serde_json::to_value(&empty.snapshot) {
        Ok(Value::Object(fields)) => fields.keys().cloned().collect(),
        _ => Vec::new(),
    }
}

fn of_fact(fact: &str, known: &[&str], meta: &PolicyMeta) -> Option<(String, Option<String>)> {
    if !known.contains(&fact) {
        let hint = match nearest(fact, known) {
            Some(near) => format!("did you mean `input.{near}`?"),
            None => format!("known are {}", known.join(", ")),
        };
        return Some((format!("`input.{fact}` is always undefined"), Some(hint)));
    }
    // Some kinds of fact have the name of their list.
    let kind: FactKind = serde_json::from_value(Value::from(fact)).ok()?;
    let message = format!("`input.{fact}` is always empty: METADATA `needs` does not name it");
    let hint = format!("write `needs: [{fact}]`, or add it to the list");
    (!meta.needs.contains(&kind)).then_some((message, Some(hint)))
}

fn of_parameter(name: &str, meta: &PolicyMeta) -> Option<(String, Option<String>)> {
    let known: Vec<&str> = meta.parameters.keys().map(String::as_str).collect();
    if known.contains(&name) {
        return None;
    }
    let hint = match nearest(name, &known) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("give it a default in METADATA: `parameters: {{{name}: …}}`"),
    };
    Some((format!("the parameter `{name}` is not declared"), Some(hint)))
}
