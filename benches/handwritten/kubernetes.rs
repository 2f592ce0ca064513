//! `kubernetes/non_root`.

use serde_json::Value;
use waymark::domain::facts::{Container, Extracted, Setting};
use waymark::domain::finding::Finding;

use super::{Params, finding};

pub fn non_root(facts: &Extracted, _: &Params, found: &mut Vec<Finding>) {
    for container in &facts.snapshot.containers {
        let patched = container.patches.iter().flat_map(|patch| &patch.fields);
        let decides = |field: &String| matches!(field.as_str(), "*" | "runAsNonRoot" | "runAsUser");
        if container.os.as_deref() == Some("windows") || patched.into_iter().any(decides) {
            continue;
        }
        if let Some((message, pointer, fix)) = root(container) {
            let place = Some((container.path.as_str(), Some(pointer.as_str())));
            let resource = Some(container.resource.clone());
            found.push(finding(facts, "kubernetes/non_root", message, place, resource, fix));
        }
    }
}

/// Message, pointer and fix of what makes a container root; the first that holds.
fn root(container: &Container) -> Option<(String, String, String)> {
    let user = container.security.get("runAsUser");
    let flag = container.security.get("runAsNonRoot");
    let number = user.and_then(|user| user.value.as_f64());
    let title = title(container);
    if let Some(user) = user.filter(|_| number == Some(0.0)) {
        let message = format!("{title} runs as root: `runAsUser` is 0{}", whence(user));
        let fix = "Set `runAsUser` to a number above 0, for example 10001".to_owned();
        return Some((message, user.pointer.clone(), fix));
    }
    if number.is_some_and(|number| number > 0.0) {
        return None;
    }
    match flag {
        Some(flag) if flag.value == Value::Bool(false) => {
            let message =
                format!("{title} may run as root: `runAsNonRoot` is false{}", whence(flag));
            Some((message, flag.pointer.clone(), "Set `runAsNonRoot: true`".to_owned()))
        }
        Some(_) => None,
        None if user.is_some_and(|user| !user.value.is_number()) => None,
        None => {
            let word = if container.init { "init container" } else { "container" };
            Some((
                format!(
                    "{title} may run as root: neither `runAsNonRoot: true` nor a `runAsUser` above 0 is set"
                ),
                format!("{}/securityContext/runAsNonRoot", container.pointer),
                format!(
                    "Set `runAsNonRoot: true` in the `securityContext` of the {word} or of its pod"
                ),
            ))
        }
    }
}

fn title(container: &Container) -> String {
    let word = if container.init { "Init container" } else { "Container" };
    format!("{word} `{}`", container.name.as_deref().unwrap_or("(unnamed)"))
}

fn whence(setting: &Setting) -> &'static str {
    if setting.from == "pod" { ", set on the pod" } else { "" }
}
