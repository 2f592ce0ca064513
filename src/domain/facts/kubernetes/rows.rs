//! One object → its workload row and container rows.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::yaml::{escape_token, holds_mark};

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

/// Fields that a security context which is no mapping may turn out to set.
const FILLED_IN: [&str; 7] = [
    "allowPrivilegeEscalation",
    "capabilities",
    "privileged",
    "readOnlyRootFilesystem",
    "runAsNonRoot",
    "runAsUser",
    "seccompProfile",
];

/// Adds the rows of one object. An object without containers (an Argo `Rollout` that points to a
/// Deployment, a fragment) adds none. Of what a chart renders to, a container whose image is empty
/// counts: the rest of it is as it will be.
pub(super) fn add(
    gather: &mut Gather<'_>,
    path: &str,
    pointer: &str,
    object: &Value,
    kind: &Kind,
    patches: &Patches,
    rendered: bool,
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
            let image = image(container, rendered);
            let row = image.map(|image| row(&workload, &at, container, image, init, patches));
            gather.snapshot.containers.extend(row);
        }
    }
    if gather.snapshot.containers.len() > before {
        secret_reads::add(gather, &workload);
        gather.snapshot.workloads.push(workload);
    } else if rendered && listed("containers") > 0 {
        let reason = format!("renders to a {} whose containers have no image", workload.kind);
        gather.gap(FactKind::Kubernetes, Some(path), reason);
    } else if pod.get("containers").and_then(Value::as_str).is_some_and(holds_mark) {
        gather.gap_template(FactKind::Kubernetes, path);
    }
}

/// `None` for what is no whole container: without an image nothing can be run, so the rest is
/// left for some tool to fill in as well.
fn image(container: &Value, rendered: bool) -> Option<&str> {
    match container.get("image")? {
        Value::String(image) if rendered || !image.is_empty() => Some(image),
        Value::Null if rendered => Some(""),
        _ => None,
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

fn row(
    workload: &Workload,
    pointer: &str,
    container: &Value,
    image: &str,
    init: bool,
    patches: &Patches,
) -> Container {
    let name = container.get("name").and_then(Value::as_str).map(str::to_owned);
    let word = if init { "init container" } else { "container" };
    let shown = name.as_deref().unwrap_or(UNNAMED);
    Container {
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
    }
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
        let context: Vec<(&str, &Value, String)> = match object.get("securityContext") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Object(fields)) => {
                let at = |field: &String| format!("{at}/securityContext/{}", escape_token(field));
                fields.iter().map(|(field, value)| (field.as_str(), value, at(field))).collect()
            }
            // What is filled in later may set every field to anything.
            Some(other) => {
                FILLED_IN.map(|field| (field, other, format!("{at}/securityContext"))).to_vec()
            }
        };
        for (field, value, pointer) in context {
            let counts = from == "container" || INHERITED.contains(&field);
            if counts && !value.is_null() && field.len() <= MAX_NAME_BYTES {
                let small = from == "container" || value.to_string().len() <= MAX_SETTING_BYTES;
                let value = if small { value.clone() } else { Value::from("(too long)") };
                fields.insert(field.to_owned(), Setting { value, pointer, from });
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::super::Extracted;
    use super::super::super::testing::{extract_from, repo};
    use super::*;

    fn facts(files: &[(&str, &str)]) -> Extracted {
        extract_from(files, &repo(), &BTreeSet::from([FactKind::Kubernetes]))
    }

    fn reasons(got: &Extracted) -> Vec<&str> {
        got.snapshot.gaps.iter().map(|gap| gap.reason.as_str()).collect()
    }

    /// A Pod whose spec is `spec`.
    fn pod(spec: &str) -> String {
        format!("apiVersion: v1\nkind: Pod\nmetadata: {{name: a}}\nspec: {spec}\n")
    }

    #[test]
    fn a_security_context_that_is_filled_in_may_set_everything() {
        let of = |spec: &str| facts(&[("a.yaml", &pod(spec))]).snapshot.containers.swap_remove(0);
        let row = of("{containers: [{image: a, securityContext: '{{ x }}'}]}");
        assert_eq!(row.security.keys().map(String::as_str).collect::<Vec<_>>(), FILLED_IN);
        let setting = &row.security["privileged"];
        assert_eq!((&setting.value, setting.from), (&Value::from("{{ x }}"), "container"));
        assert_eq!(setting.pointer, "/spec/containers/0/securityContext");
        // A pod's says nothing of what only containers have, and theirs wins.
        let container = "{image: a, securityContext: {runAsNonRoot: true}}";
        let row = of(&format!("{{securityContext: $CONTEXT, containers: [{container}]}}"));
        let keys: Vec<&str> = row.security.keys().map(String::as_str).collect();
        assert_eq!(keys, ["runAsNonRoot", "runAsUser", "seccompProfile"]);
        assert_eq!(row.security["runAsNonRoot"].value, true);
        let row = of("{securityContext: null, containers: [{image: a}]}");
        assert!(row.security.is_empty());
    }

    #[test]
    fn containers_that_are_filled_in_are_a_gap() {
        let got = facts(&[("a.yaml", &pod("{containers: '{{ x }}'}"))]);
        assert_eq!(reasons(&got), ["`a.yaml` is a template, which is not rendered"]);
    }

    #[test]
    fn what_no_cluster_takes_is_a_gap_unless_a_kustomization_says_what_it_is() {
        let spec = "{template: {spec: {containers: [{name: api, image: 'api:2'}]}}}";
        let patch = format!(
            "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: api}}\nspec: {spec}\n"
        );
        let base = patch.replace("{template", "{selector: {}, template");
        let told = "`o/patch.yaml` holds a Deployment without `spec.selector`, which no cluster \
                    takes: a patch?";
        let got = facts(&[("o/patch.yaml", &patch)]);
        assert_eq!((reasons(&got), got.snapshot.containers.len()), (vec![told], 0));
        let got = facts(&[
            ("b/api.yaml", &base),
            ("b/kustomization.yaml", "resources: [api.yaml]\n"),
            ("o/kustomization.yaml", "resources: [../b]\npatches: [{path: patch.yaml}]\n"),
            ("o/patch.yaml", &patch),
        ]);
        assert_eq!((reasons(&got), got.snapshot.containers.len()), (vec![], 1));
        // It runs nothing of its own.
        let few = patch.replace(spec, "{replicas: 2}");
        assert_eq!(reasons(&facts(&[("o/patch.yaml", &few)])), [""; 0]);
    }

    #[test]
    fn a_chart_that_names_no_image_is_judged_for_the_rest() {
        let of = |container: &str| {
            let pod = pod(&format!("{{containers: [{{name: a, {container}}}]}}"));
            facts(&[("c/Chart.yaml", "name: c\n"), ("c/templates/a.yaml", &pod)])
        };
        for image in ["image: {{ .Values.img | quote }}", "image: {{ .Values.img }}"] {
            let got = of(image);
            assert_eq!(reasons(&got), [""; 0]);
            assert_eq!(got.snapshot.containers[0].image, Image::parse(""), "{image}");
        }
        let got = of("securityContext: {privileged: true}");
        assert!(got.snapshot.containers.is_empty());
        let told = "`c/templates/a.yaml` renders to a Pod whose containers have no image";
        assert_eq!(reasons(&got), [told]);
        // Elsewhere it is a fragment.
        let plain = facts(&[("a.yaml", &pod("{containers: [{name: a, image: ''}]}"))]);
        assert!(plain.snapshot.containers.is_empty() && reasons(&plain).is_empty());
    }
}
