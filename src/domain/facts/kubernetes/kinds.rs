//! Which objects run pods, and where in them is the pod?

use serde_json::Value;

/// A kind of object that runs pods.
pub(super) struct Kind {
    name: &'static str,
    /// Groups that own the kind; the empty one is Kubernetes' core.
    groups: &'static [&'static str],
    /// Pointer from the object to the pod (what holds `metadata` and `spec`).
    pub(super) pod: &'static str,
    /// An object of this kind that lacks `spec.selector` cannot be created: it is a fragment for
    /// some tool to complete.
    selector: bool,
}

const KINDS: [Kind; 11] = [
    Kind { name: "Pod", groups: &[""], pod: "", selector: false },
    Kind { name: "ReplicationController", groups: &[""], pod: TEMPLATE, selector: false },
    Kind { name: "Deployment", groups: APPS, pod: TEMPLATE, selector: true },
    Kind { name: "StatefulSet", groups: APPS, pod: TEMPLATE, selector: true },
    Kind { name: "DaemonSet", groups: APPS, pod: TEMPLATE, selector: true },
    Kind { name: "ReplicaSet", groups: APPS, pod: TEMPLATE, selector: true },
    Kind { name: "Job", groups: &["batch"], pod: TEMPLATE, selector: false },
    Kind {
        name: "CronJob",
        groups: &["batch"],
        pod: "/spec/jobTemplate/spec/template",
        selector: false,
    },
    Kind { name: "Rollout", groups: &["argoproj.io"], pod: TEMPLATE, selector: false },
    Kind {
        name: "DeploymentConfig",
        groups: &["apps.openshift.io", ""],
        pod: TEMPLATE,
        selector: false,
    },
    Kind { name: "Service", groups: &["serving.knative.dev"], pod: TEMPLATE, selector: false },
];

const TEMPLATE: &str = "/spec/template";
const APPS: &[&str] = &["apps", "extensions"];

/// The kind of an object, when it runs pods and is whole.
pub(super) fn workload_kind(object: &Value) -> Option<&'static Kind> {
    let (kind, whole) = kind_of(object)?;
    whole.then_some(kind)
}

/// The kind of an object that would run containers if it were whole.
pub(super) fn fragment(object: &Value) -> Option<&'static str> {
    let (kind, whole) = kind_of(object)?;
    let containers = object.pointer(kind.pod)?.pointer("/spec/containers")?.as_array()?;
    let runs = containers.iter().any(|container| container.get("image").is_some());
    (!whole && runs).then_some(kind.name)
}

/// The kind of an object, and whether it could be created.
fn kind_of(object: &Value) -> Option<(&'static Kind, bool)> {
    let name = object.get("kind")?.as_str()?;
    let version = object.get("apiVersion")?.as_str()?;
    let group = version.split_once('/').map_or("", |(group, _)| group);
    let kind = KINDS.iter().find(|kind| kind.name == name && kind.groups.contains(&group))?;
    let whole = !kind.selector || group != "apps" || object.pointer("/spec/selector").is_some();
    Some((kind, whole))
}

/// The objects of a document with their pointers: itself, or the items of a `List`, also of one
/// inside another.
pub(super) fn items(document: &Value) -> Vec<(String, &Value)> {
    let mut found = Vec::new();
    let mut todo = vec![(String::new(), document)];
    while let Some((pointer, object)) = todo.pop() {
        let kind = object.get("kind").and_then(Value::as_str).unwrap_or("");
        match object.get("items").and_then(Value::as_array) {
            Some(items) if kind.ends_with("List") => {
                let items = items.iter().enumerate().rev();
                todo.extend(items.map(|(i, item)| (format!("{pointer}/items/{i}"), item)));
            }
            _ => found.push((pointer, object)),
        }
    }
    found
}
