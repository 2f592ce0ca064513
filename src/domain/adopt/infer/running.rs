//! How does it run already? From its Dockerfile and its only Kubernetes workload.

use serde_json::Value;

use super::Found;
use crate::domain::adopt::around::Around;

pub(super) fn infer(found: &mut Found, around: &Around<'_>) {
    workload(found, around);
    if let Some((folder, _)) = around.chart.as_deref().and_then(|chart| chart.rsplit_once('/')) {
        found.add("manifests", folder, "the Helm chart in it");
    }
    if let Some((port, path)) = exposed(around) {
        found.add("port", port, format!("`EXPOSE` in `{path}`"));
    }
    let known =
        found.value("framework_port").map(|known| (known.value.clone(), known.from.clone()));
    if let Some((port, from)) = known {
        found.add("port", port, from);
    }
}

/// The first port of the first Dockerfile's `EXPOSE`.
fn exposed<'t>(around: &'t Around<'_>) -> Option<(i64, &'t str)> {
    around.facts.dockerfiles.iter().find_map(|file| {
        let mut exposed = file.instructions.iter().filter(|i| i.name == "EXPOSE");
        let word = exposed.next_back()?.text.split_whitespace().next()?;
        let port: i64 = word.split('/').next()?.parse().ok()?;
        (1..=65_535).contains(&port).then_some((port, file.path.as_str()))
    })
}

fn workload(found: &mut Found, around: &Around<'_>) {
    let Some(workload) = around.workload() else { return };
    let from = format!("{} (`{}`)", workload.resource, workload.path);
    if let Some(namespace) = &workload.namespace {
        found.add("namespace", namespace.clone(), &*from);
    }
    if let Some((folder, _)) = workload.path.rsplit_once('/') {
        found.add("manifests", folder, &*from);
    }
    if let Some(labels) = selector(&workload.pod_labels) {
        found.add("selector", labels, &*from);
    }
    let container = workload.pod.pointer("/containers/0").unwrap_or(&Value::Null);
    let port = container.pointer("/ports/0/containerPort").and_then(Value::as_i64);
    if let Some(port) = port.filter(|port| (1..=65_535).contains(port)) {
        found.add("port", port, &*from);
    }
    // Prometheus asks by name; the port's own, when it has one.
    let name = container.pointer("/ports/0/name").and_then(Value::as_str);
    let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if let Some(name) = name.filter(|name| name.len() <= 15 && name.chars().all(fits)) {
        found.add("metrics_port", name, &*from);
    }
    let probe = container.pointer("/readinessProbe/httpGet/path").and_then(Value::as_str);
    if let Some(path) = probe {
        found.add("health", path, &*from);
    }
    for (name, pointer) in
        [("cpu", "/resources/requests/cpu"), ("memory", "/resources/requests/memory")]
    {
        if let Some(text) = container.pointer(pointer).and_then(Value::as_str) {
            found.add(name, text, &*from);
        }
    }
    let image = container["image"].as_str().unwrap_or_default();
    let (name, version) = image.split_at(version_at(image));
    if !name.is_empty() && !name.contains(['$', '{']) {
        found.add("image", name, &*from);
        if let Some(version) = version.strip_prefix(':').filter(|version| !version.is_empty()) {
            found.add("image_version", version, &*from);
        }
    }
}

/// Where the tag or digest of an image begins; a colon before a slash is a port.
fn version_at(image: &str) -> usize {
    let name = image.rfind('/').map_or(0, |at| at + 1);
    image[name..].find([':', '@']).map_or(image.len(), |at| name + at)
}

/// By which labels pods are found: the well-known one alone, else all.
fn selector(labels: &Value) -> Option<Value> {
    let labels = labels.as_object().filter(|labels| !labels.is_empty())?;
    for key in ["app.kubernetes.io/name", "app"] {
        if let Some(value) = labels.get(key).filter(|value| value.is_string()) {
            return Some(Value::Object([(key.to_owned(), value.clone())].into_iter().collect()));
        }
    }
    labels.values().all(Value::is_string).then(|| Value::Object(labels.clone()))
}
