//! One object → its workload row and container rows.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::yaml::escape_token;

use super::super::FactKind;
use super::super::gather::Gather;
use super::super::image::Image;
use super::kinds::Kind;
use super::patches::Patches;
use super::resources::resources;
use super::secret_reads;
use super::secrets::env;
use super::{Container, Patch, Setting, Workload};

/// Fields that a container's security context takes over from the pod's.
const INHERITED: [&str; 7] = [
    "runAsNonRoot",
    "runAsUser",
    "runAsGroup",
    "seccompProfile",
    "seLinuxOptions",
    "appArmorProfile",
    "windowsOptions",
];

/// Pods with more containers are not judged: every row repeats what it takes over from the pod.
const MAX_CONTAINERS: usize = 200;
/// Longest name, in bytes; Kubernetes allows 253.
const MAX_NAME_BYTES: usize = 300;
/// Annotations that are looked at.
const MAX_ANNOTATIONS: usize = 200;
/// What stands for a missing name.
const UNNAMED: &str = "(unnamed)";
/// Longest inherited setting, in bytes of JSON.
const MAX_SETTING_BYTES: usize = 2_000;

/// Adds the rows of one object. An object without containers (an Argo `Rollout` that points to a
/// Deployment, a fragment) adds none.
pub(super) fn add(
    gather: &mut Gather<'_>,
    path: &str,
    pointer: &str,
    object: &Value,
    kind: &Kind,
    patches: &Patches,
) {
    let Some(holder) = object.pointer(kind.pod) else { return };
    let Some(pod) = holder.get("spec") else { return };
    let pod_pointer = format!("{pointer}{}/spec", kind.pod);
    let workload = workload(path, pointer, object, holder, pod, &pod_pointer, patches);
    let listed = |list: &str| pod.get(list).and_then(Value::as_array).map_or(0, Vec::len);
    if listed("containers") + listed("initContainers") > MAX_CONTAINERS {
        let reason = format!("has a pod with more than {MAX_CONTAINERS} containers");
        gather.gap(FactKind::Kubernetes, Some(path), reason);
        return;
    }
    let before = gather.snapshot.containers.len();
    for (list, init) in [("containers", false), ("initContainers", true)] {
        let containers = pod.get(list).and_then(Value::as_array).into_iter().flatten();
        for (index, container) in containers.enumerate() {
            let at = format!("{pod_pointer}/{list}/{index}");
            gather.snapshot.containers.extend(row(&workload, &at, container, init, patches));
        }
    }
    if gather.snapshot.containers.len() > before {
        secret_reads::add(gather, &workload);
        gather.snapshot.workloads.push(workload);
    }
}

fn workload(
    path: &str,
    pointer: &str,
    object: &Value,
    holder: &Value,
    pod: &Value,
    pod_pointer: &str,
    patches: &Patches,
) -> Workload {
    let text = |pointer| short(object.pointer(pointer)?.as_str()?);
    let kind = text("/kind").unwrap_or_default();
    let name = text("/metadata/name");
    let namespace = text("/metadata/namespace");
    let shown = name.clone().or_else(|| text("/metadata/generateName").map(|n| format!("{n}*")));
    let shown = shown.unwrap_or_else(|| UNNAMED.to_owned());
    let resource = resource_of(&kind, namespace.as_deref(), Some(&shown));
    let os =
        ["/os/name", "/nodeSelector/kubernetes.io~1os", "/nodeSelector/beta.kubernetes.io~1os"];
    let os = os.iter().find_map(|pointer| short(pod.pointer(pointer)?.as_str()?));
    let patches = patches.of(&kind, name.as_deref());
    Workload {
        path: path.to_owned(),
        pointer: pointer.to_owned(),
        api_version: text("/apiVersion").unwrap_or_default(),
        kind,
        name,
        namespace,
        resource,
        pod_labels: holder.pointer("/metadata/labels").cloned().unwrap_or_default(),
        pod_annotations: annotations(holder),
        pod_pointer: pod_pointer.to_owned(),
        pod: pod.clone(),
        os,
        replicas: object.pointer("/spec/replicas").cloned(),
        strategy: object.pointer("/spec/strategy").cloned(),
        selected_by: Vec::new(),
        services: Vec::new(),
        scraped_by: Vec::new(),
        missed_by: Vec::new(),
        patches,
    }
}

/// `None` for what is no whole container: without an image nothing can be run, so the rest is
/// left for some tool to fill in as well.
fn row(
    workload: &Workload,
    pointer: &str,
    container: &Value,
    init: bool,
    patches: &Patches,
) -> Option<Container> {
    let image = container.get("image")?.as_str().filter(|image| !image.is_empty())?;
    let name = container.get("name").and_then(Value::as_str).map(str::to_owned);
    let word = if init { "init container" } else { "container" };
    let shown = name.as_deref().unwrap_or(UNNAMED);
    Some(Container {
        path: workload.path.clone(),
        pointer: pointer.to_owned(),
        workload_kind: workload.kind.clone(),
        workload_name: workload.name.clone(),
        namespace: workload.namespace.clone(),
        resource: format!("{} {word} {shown}", workload.resource),
        name,
        init,
        image: Image::parse(image),
        os: workload.os.clone(),
        security: security(&workload.pod, &workload.pod_pointer, container, pointer),
        resources: resources(&workload.pod, &workload.pod_pointer, container, pointer),
        env: env(container, pointer),
        patches: patches_of(workload, container, patches),
        container: container.clone(),
    })
}

fn security(
    pod: &Value,
    pod_pointer: &str,
    container: &Value,
    pointer: &str,
) -> BTreeMap<String, Setting> {
    let mut fields = BTreeMap::new();
    let levels = [(pod, pod_pointer, "pod"), (container, pointer, "container")];
    for (object, at, from) in levels {
        let context = object.get("securityContext").and_then(Value::as_object);
        for (field, value) in context.into_iter().flatten() {
            let counts = from == "container" || INHERITED.contains(&field.as_str());
            if counts && !value.is_null() && field.len() <= MAX_NAME_BYTES {
                let pointer = format!("{at}/securityContext/{}", escape_token(field));
                let small = from == "container" || value.to_string().len() <= MAX_SETTING_BYTES;
                let value = if small { value.clone() } else { Value::from("(too long)") };
                let setting = Setting { value, pointer, from };
                fields.insert(field.clone(), setting);
            }
        }
    }
    fields
}

/// Also what changes its image.
fn patches_of(workload: &Workload, container: &Value, patches: &Patches) -> Vec<Patch> {
    let image = container.get("image").and_then(Value::as_str).unwrap_or("");
    workload.patches.iter().cloned().chain(patches.of_image(image)).collect()
}

/// An object in words: `Deployment payments/api`.
pub(super) fn resource_of(kind: &str, namespace: Option<&str>, name: Option<&str>) -> String {
    let name = name.unwrap_or(UNNAMED);
    match namespace {
        Some(namespace) => format!("{kind} {namespace}/{name}"),
        None => format!("{kind} {name}"),
    }
}

/// An object's annotations with short values; `true` and numbers are taken for text.
pub(super) fn annotations(object: &Value) -> BTreeMap<String, String> {
    let found = object.pointer("/metadata/annotations").and_then(Value::as_object);
    let short = |(key, value): (&String, &Value)| {
        let text = match value {
            Value::String(text) => short(text)?,
            Value::Bool(_) | Value::Number(_) => value.to_string(),
            _ => return None,
        };
        Some((short(key)?, text))
    };
    found.into_iter().flatten().take(MAX_ANNOTATIONS).filter_map(short).collect()
}

/// A text that may be repeated in rows; `None` when it is too long for that.
pub(super) fn short(text: &str) -> Option<String> {
    (text.len() <= MAX_NAME_BYTES).then(|| text.to_owned())
}
