//! `labels`, `commonLabels` and `commonAnnotations`.
//!
//! The tables are Kustomize's default field specifications
//! (<https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/labels/>).

use std::sync::Arc;

use super::node::{Body, Map, Node};
use super::object::Object;

/// One entry of a table.
struct Spec {
    /// `None` is every group.
    group: Option<&'static str>,
    /// Empty is every kind.
    kinds: &'static [&'static str],
    /// Lists on the way are gone through item by item.
    path: &'static [&'static str],
    /// Missing maps are made.
    create: bool,
}

const fn spec(
    group: Option<&'static str>,
    kinds: &'static [&'static str],
    path: &'static [&'static str],
    create: bool,
) -> Spec {
    Spec { group, kinds, path, create }
}

const CONTROLLERS: &[&str] = &["ReplicationController", "Deployment", "ReplicaSet", "DaemonSet"];
const APPS: Option<&str> = Some("apps");
const BATCH: Option<&str> = Some("batch");
const NETWORKING: Option<&str> = Some("networking.k8s.io");

const TEMPLATES: [Spec; 5] = [
    spec(None, CONTROLLERS, &["spec", "template", "metadata"], true),
    spec(APPS, &["StatefulSet"], &["spec", "template", "metadata"], true),
    spec(BATCH, &["Job"], &["spec", "template", "metadata"], true),
    spec(BATCH, &["CronJob"], &["spec", "jobTemplate", "metadata"], true),
    spec(BATCH, &["CronJob"], &["spec", "jobTemplate", "spec", "template", "metadata"], true),
];

const SELECTORS: [Spec; 9] = [
    spec(Some(""), &["Service", "ReplicationController"], &["spec", "selector"], true),
    spec(
        None,
        &["Deployment", "ReplicaSet", "DaemonSet"],
        &["spec", "selector", "matchLabels"],
        true,
    ),
    spec(APPS, &["StatefulSet"], &["spec", "selector", "matchLabels"], true),
    spec(BATCH, &["Job"], &["spec", "selector", "matchLabels"], false),
    spec(BATCH, &["CronJob"], &["spec", "jobTemplate", "spec", "selector", "matchLabels"], false),
    spec(Some("policy"), &["PodDisruptionBudget"], &["spec", "selector", "matchLabels"], false),
    spec(NETWORKING, &["NetworkPolicy"], &["spec", "podSelector", "matchLabels"], false),
    spec(
        NETWORKING,
        &["NetworkPolicy"],
        &["spec", "ingress", "from", "podSelector", "matchLabels"],
        false,
    ),
    spec(
        NETWORKING,
        &["NetworkPolicy"],
        &["spec", "egress", "to", "podSelector", "matchLabels"],
        false,
    ),
];

/// Where labels go besides an object's own metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    Object,
    Templates,
    Selectors,
}

/// Sets `pairs` as labels.
pub(super) fn set_labels(object: &mut Object, pairs: &Map, reach: Reach) {
    put(&mut object.node, &["metadata", "labels"], true, pairs);
    if reach != Reach::Object {
        on_templates(object, "labels", pairs);
    }
    if reach == Reach::Selectors {
        for spec in &SELECTORS {
            if applies(spec, object) {
                put(&mut object.node, spec.path, spec.create, pairs);
            }
        }
    }
}

/// Sets `pairs` as annotations, on pod templates too.
pub(super) fn set_annotations(object: &mut Object, pairs: &Map) {
    put(&mut object.node, &["metadata", "annotations"], true, pairs);
    on_templates(object, "annotations", pairs);
}

/// Sets `pairs` where a field specification of somebody's own says.
pub(super) fn set_by(object: &mut Object, spec: &Node, pairs: &Map) {
    let (group, version) = object.group_version();
    let is = |key, value: &str| spec.text_at(&[key]).is_none_or(|wanted| wanted == value);
    if is("group", group) && is("version", version) && is("kind", object.kind()) {
        let path = spec.text_at(&["path"]).unwrap_or("");
        let path = path.split('/').map(|step| step.trim_end_matches("[]"));
        let path: Vec<&str> = path.filter(|step| !step.is_empty()).take(MAX_STEPS).collect();
        let create = spec.get("create").and_then(Node::letters).is_some_and(|text| text == "true");
        put(&mut object.node, &path, create, pairs);
    }
}

/// Steps of a path.
const MAX_STEPS: usize = 50;

fn on_templates(object: &mut Object, field: &str, pairs: &Map) {
    for spec in &TEMPLATES {
        if applies(spec, object) {
            let path: Vec<&str> = spec.path.iter().copied().chain([field]).collect();
            put(&mut object.node, &path, spec.create, pairs);
        }
    }
}

fn applies(spec: &Spec, object: &Object) -> bool {
    let (group, _) = object.group_version();
    spec.group.is_none_or(|wanted| wanted == group) && spec.kinds.contains(&object.kind())
}

/// Sets all pairs in the maps at `path`.
fn put(node: &mut Node, path: &[&str], create: bool, pairs: &Map) {
    if let Body::List(items) = &mut node.body {
        Arc::make_mut(items).iter_mut().for_each(|item| put(item, path, create, pairs));
        return;
    }
    let origin = pairs.values().next().map_or(node.origin, |value| value.origin);
    let Some(map) = node.map_mut() else { return };
    match path.split_first() {
        None => {
            for (key, value) in pairs {
                let text = value.letters().unwrap_or_default();
                map.insert(Arc::clone(key), Node::text(&text, value.origin));
            }
        }
        Some((key, rest)) => {
            if create {
                let next = map.entry((*key).into()).or_insert_with(|| Node::map(origin));
                if next.is_null() {
                    *next = Node::map(origin);
                }
            }
            if let Some(next) = map.get_mut(*key) {
                put(next, rest, create, pairs);
            }
        }
    }
}
