//! Pods that may not all be taken away at once: a PodDisruptionBudget beside the workload.

use serde_json::Value;

use super::Fix;
use super::bench::{Bench, Spot};
use crate::domain::finding::Finding;

pub(super) const DISRUPTION_BUDGET: Fix = Fix {
    policy: "kubernetes/disruption_budget",
    look_out: "a node is drained one pod at a time from then on",
    apply,
};

fn apply(bench: &mut Bench<'_>, finding: &Finding) -> Result<String, String> {
    let spot = bench.spot(finding)?;
    let object = spot.pointer.strip_suffix("/metadata/name").unwrap_or(&spot.pointer).to_owned();
    // An item of a list, or a patch of what is written elsewhere.
    if !object.is_empty() {
        return Err("it is not a document of its own".to_owned());
    }
    let whole = bench.value(&spot, "");
    let name = whole["metadata"]["name"].as_str().filter(|name| is_plain(name));
    let name = name.ok_or("it has no name")?.to_owned();
    let labels = whole["spec"]["selector"]["matchLabels"].as_object();
    let labels = labels.filter(|labels| {
        !labels.is_empty() && whole["spec"]["selector"]["matchExpressions"].is_null()
    });
    let labels = labels.ok_or("its pods are selected by more than labels")?;
    let mut lines = vec![
        "apiVersion: policy/v1".to_owned(),
        "kind: PodDisruptionBudget".to_owned(),
        "metadata:".to_owned(),
        format!("  name: {name}"),
    ];
    if let Some(namespace) = whole["metadata"]["namespace"].as_str() {
        if !is_plain(namespace) {
            return Err("its namespace is unusual".to_owned());
        }
        lines.push(format!("  namespace: {namespace}"));
    }
    lines.extend(
        ["spec:", "  maxUnavailable: 1", "  selector:", "    matchLabels:"].map(str::to_owned),
    );
    for (key, value) in labels {
        let value = value.as_str().filter(|value| is_plain(value));
        let value = value.filter(|_| is_plain(&key.replace('/', "-")));
        let value = value.ok_or("its labels are unusual")?;
        lines.push(format!("      {key}: {}", literal(value)));
    }
    behind(bench, &spot, &lines)?;
    Ok(format!("adds the PodDisruptionBudget `{name}` behind it"))
}

/// Letters, digits, `-`, `_` and `.`, as names of Kubernetes are.
fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-_.".contains(c))
}

/// A word that YAML would take for something else is quoted.
fn literal(word: &str) -> String {
    let mut loaded = crate::domain::yaml::load(word, crate::domain::yaml::Schema::Core12);
    let read = loaded.documents.pop().map(|document| document.value);
    let yes_no = ["yes", "no", "on", "off", "y", "n"].contains(&word.to_lowercase().as_str());
    if read == Some(Value::String(word.to_owned())) && !yes_no {
        word.to_owned()
    } else {
        format!("\"{word}\"")
    }
}

/// A further document at the end of the file: where it stands does not matter to Kubernetes.
fn behind(bench: &mut Bench<'_>, spot: &Spot, lines: &[String]) -> Result<(), String> {
    let text = bench.text(&spot.path)?;
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let body = text.trim_end_matches(['\r', '\n', ' ']);
    // Two dashes lines in a row would make an empty document.
    let body = body.strip_suffix("---").map_or(body, |body| body.trim_end_matches(['\r', '\n']));
    if body.ends_with("...") {
        return Err("the file ends in an unusual way".to_owned());
    }
    let text = format!("{body}{end}---{end}{}{end}", lines.join(end));
    bench.put(&spot.path, text);
    Ok(())
}
