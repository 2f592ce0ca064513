//! Which PodDisruptionBudgets, NetworkPolicies and autoscalers act on a workload?
//!
//! An object without a namespace lands in whatever namespace it is applied to, so it may meet any
//! other one: two objects are apart only when both name different namespaces.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value;

use super::super::FactKind;
use super::super::gather::Gather;
use super::Workload;
use super::kinds::workload_kind;
use super::rows::short;
use super::selectors::selects;

/// A repository with more selecting objects is not joined: every workload is held against each.
const MAX_OBJECTS: usize = 1_000;
/// Objects that are held against each other per workload.
const MAX_ACTING: usize = 200;
/// Objects told per workload.
const MAX_TOLD: usize = 20;

/// An object that acts on the pods of a workload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Selection {
    /// `PodDisruptionBudget`, `NetworkPolicy`, `HorizontalPodAutoscaler`, …
    pub kind: String,
    /// Its file.
    pub path: String,
    /// To the object.
    pub pointer: String,
    /// `metadata.name`.
    pub name: Option<String>,
    /// False when it may act on it: its selector, or what selects for it, is not worked out.
    pub certain: bool,
    /// Of an autoscaler: the fewest replicas, when it says so in a number.
    pub min_replicas: Option<u64>,
}

/// What the objects of the repository that are no workloads say of pods.
#[derive(Default)]
pub(super) struct Selectors {
    found: Vec<Selector>,
    /// Labels that Flux kustomizations add to objects.
    pub(super) floating: BTreeSet<String>,
    /// Some Flux kustomization sets the namespace.
    pub(super) moved: bool,
    too_many: bool,
    /// Of rendered workloads, by path and pointer: the variants of their chart that hold them.
    rendered: BTreeMap<(String, String), Vec<u32>>,
}

struct Selector {
    namespace: Option<String>,
    means: Means,
    selection: Selection,
    /// The variants of a chart that hold it; `None` for an object of a plain file.
    variants: Option<Vec<u32>>,
}

enum Means {
    /// Labels of pods; `None` cannot be worked out.
    Labels(Option<Value>),
    /// Kind and name of a workload.
    Target(String, String),
}

impl Selectors {
    /// Takes an object in, when it is one of those. `variants`: of a rendered one, those of its
    /// chart that hold it.
    pub(super) fn add(
        &mut self,
        path: &str,
        pointer: &str,
        object: &Value,
        variants: Option<&[u32]>,
    ) {
        if let (Some(variants), Some(_)) = (variants, workload_kind(object)) {
            let place = (path.to_owned(), pointer.to_owned());
            self.rendered.insert(place, variants.to_vec());
        }
        let text = |at: &str| object.pointer(at).and_then(Value::as_str).and_then(short);
        let (Some(kind), Some(version)) = (text("/kind"), text("/apiVersion")) else { return };
        let Some((means, namespaced)) = means(&kind, &version, object) else { return };
        if self.found.len() >= MAX_OBJECTS {
            self.too_many = true;
            return;
        }
        let replicas = ["/spec/minReplicas", "/spec/minReplicaCount"];
        let min_replicas = replicas.iter().find_map(|at| object.pointer(at)?.as_u64());
        let selection = Selection {
            kind,
            path: path.to_owned(),
            pointer: pointer.to_owned(),
            name: text("/metadata/name"),
            certain: true,
            min_replicas,
        };
        let namespace = text("/metadata/namespace").filter(|_| namespaced);
        let variants = variants.map(<[u32]>::to_vec);
        self.found.push(Selector { namespace, means, selection, variants });
    }

    /// Takes in what a Flux kustomization sets on all its objects.
    pub(super) fn add_flux(&mut self, spec: &Value) {
        self.moved |= spec.get("targetNamespace").is_some_and(Value::is_string);
        let labels = spec.pointer("/commonMetadata/labels").and_then(Value::as_object);
        for key in labels.into_iter().flat_map(serde_json::Map::keys) {
            if self.floating.len() < MAX_OBJECTS {
                self.floating.extend(short(key));
            }
        }
    }

    /// Tells every workload what acts on it.
    pub(super) fn join(&self, gather: &mut Gather<'_>) {
        if self.too_many {
            let reason = format!("there are more than {MAX_OBJECTS} objects that select pods");
            gather.gap(FactKind::Kubernetes, None, reason);
            return;
        }
        let spans = &gather.spans;
        for workload in &mut gather.snapshot.workloads {
            let place = (workload.path.clone(), workload.pointer.clone());
            let held = self.rendered.get(&place);
            let acting: Vec<(&Selector, bool)> = self
                .found
                .iter()
                .filter(|s| !spans.are_rivals(&s.selection.pointer, &workload.pointer))
                .filter_map(|selector| Some((selector, self.acts_on(selector, workload)?)))
                .take(MAX_ACTING)
                .collect();
            let everywhere = acting.iter().filter(|(s, _)| in_all_variants(s, &acting, held));
            for (selector, certain) in everywhere.take(MAX_TOLD) {
                let selection = selector.selection.clone();
                workload.selected_by.push(Selection { certain: *certain, ..selection });
            }
        }
    }

    /// `None` when it does not, else whether that is certain.
    fn acts_on(&self, selector: &Selector, workload: &Workload) -> Option<bool> {
        let apart =
            matches!((&selector.namespace, &workload.namespace), (Some(a), Some(b)) if a != b);
        if apart && !self.moved {
            return None;
        }
        let certain = match &selector.means {
            Means::Target(kind, name) => {
                (*kind == workload.kind && Some(name) == workload.name.as_ref()).then_some(true)?
            }
            Means::Labels(None) => false,
            Means::Labels(Some(labels)) => {
                match selects(labels, &workload.pod_labels, &self.floating) {
                    Some(false) => return None,
                    answer => answer.is_some(),
                }
            }
        };
        Some(certain && !apart)
    }
}

/// Whether an object acts on a workload in every variant of the chart that holds the workload; it
/// may look different in each, so all of its kind and name count together. Objects of plain files
/// are there beside every variant, those of another chart are not.
fn in_all_variants(
    selector: &Selector,
    acting: &[(&Selector, bool)],
    held: Option<&Vec<u32>>,
) -> bool {
    let (Some(_), Some(held)) = (&selector.variants, held) else { return true };
    let same = |other: &Selection| {
        other.kind == selector.selection.kind && other.name == selector.selection.name
    };
    let alike = acting.iter().filter(|(other, _)| same(&other.selection));
    let there: BTreeSet<u32> =
        alike.filter_map(|(other, _)| other.variants.as_ref()).flatten().copied().collect();
    held.iter().all(|variant| there.contains(variant))
}

/// What an object selects by, and whether its own namespace counts.
fn means(kind: &str, version: &str, object: &Value) -> Option<(Means, bool)> {
    let (group, version) = version.split_once('/').unwrap_or(("", version));
    let labels = |at: &str| match object.pointer(at) {
        Some(selector) if !selector.is_null() => Some(Some(selector.clone())),
        _ => None,
    };
    let everything = || Value::Object(serde_json::Map::new());
    match (group, kind) {
        ("policy", "PodDisruptionBudget") => {
            let selector = labels("/spec/selector")?;
            // An empty one selected nothing before policy/v1.
            let empty = selector.as_ref().and_then(Value::as_object).is_some_and(|s| s.is_empty());
            (version == "v1" || !empty).then_some((Means::Labels(selector), true))
        }
        ("networking.k8s.io" | "extensions", "NetworkPolicy") => {
            let all = || Some(Some(everything()));
            Some((Means::Labels(labels("/spec/podSelector").or_else(all)?), true))
        }
        ("cilium.io", "CiliumNetworkPolicy" | "CiliumClusterwideNetworkPolicy") => {
            let selector = labels("/spec/endpointSelector").unwrap_or(None);
            Some((Means::Labels(selector), kind == "CiliumNetworkPolicy"))
        }
        ("projectcalico.org" | "crd.projectcalico.org", "NetworkPolicy") => {
            Some((Means::Labels(None), true))
        }
        ("projectcalico.org" | "crd.projectcalico.org", "GlobalNetworkPolicy")
        | ("policy.networking.k8s.io", _) => Some((Means::Labels(None), false)),
        ("autoscaling", "HorizontalPodAutoscaler") | ("keda.sh", "ScaledObject") => {
            let text = |at| object.pointer(at).and_then(Value::as_str).and_then(short);
            let name = text("/spec/scaleTargetRef/name")?;
            let kind = text("/spec/scaleTargetRef/kind").unwrap_or_else(|| "Deployment".to_owned());
            Some((Means::Target(kind, name), true))
        }
        _ => None,
    }
}
