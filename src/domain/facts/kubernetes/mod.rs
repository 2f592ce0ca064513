//! What does the repository run on Kubernetes, and with which rights?

mod built;
mod charts;
mod joins;
mod kinds;
mod objects;
mod patches;
mod ports;
mod resources;
mod rows;
mod scraping;
mod secret_reads;
mod secrets;
mod selectors;

use serde::Serialize;
use serde_json::Value;

use crate::domain::yaml::{Loaded, Schema, has_template_marks, holds_mark, load, load_json};

use super::gather::Gather;
use super::image::Image;
use super::select::{file_name, is_chart_part, is_kustomization, is_manifest};
use super::{FactKind, Snapshot, Spans};
use charts::Charts;
use joins::Selectors;
use kinds::{fragment, items, workload_kind};
use scraping::Scraping;

pub use joins::Selection;
pub use objects::{Object, Role};
pub use secret_reads::SecretRead;
pub use secrets::{Literal, Secret};

/// An object that runs pods.
#[derive(Debug, Clone, Serialize)]
pub struct Workload {
    /// The file.
    pub path: String,
    /// To the object.
    pub pointer: String,
    /// `Deployment`.
    pub kind: String,
    /// `apps/v1`.
    pub api_version: String,
    /// `metadata.name`; `None` when it has none (yet).
    pub name: Option<String>,
    /// `metadata.namespace`.
    pub namespace: Option<String>,
    /// In words: `Deployment payments/api`.
    pub resource: String,
    /// Labels of its pods.
    pub pod_labels: Value,
    /// Annotations of its pods: those whose value is short.
    pub pod_annotations: std::collections::BTreeMap<String, String>,
    /// To the pod specification.
    pub pod_pointer: String,
    /// The pod specification as it is.
    pub pod: Value,
    /// `linux`, `windows`, or `None` where it does not say.
    pub os: Option<String>,
    /// `spec.replicas` as it is.
    pub replicas: Option<Value>,
    /// `spec.strategy` as it is.
    pub strategy: Option<Value>,
    /// What selects its pods or scales it.
    pub selected_by: Vec<Selection>,
    /// Services that lead to its pods.
    pub services: Vec<Selection>,
    /// What tells Prometheus to fetch its metrics: monitors, or annotations (then the kind and
    /// place of what bears them).
    pub scraped_by: Vec<Selection>,
    /// Monitors that select them, but ask for ports that are not there: these scrape nothing.
    pub missed_by: Vec<Missed>,
    /// Kustomize patches in the repository that change objects of this kind and name.
    pub patches: Vec<Patch>,
}

/// A monitor that selects pods and finds none of its ports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Missed {
    /// The monitor; `certain` when it selects them for certain.
    #[serde(flatten)]
    pub selection: Selection,
    /// The ports that it asks for: names, or numbers as text.
    pub ports: Vec<String>,
}

/// A Kustomize patch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Patch {
    /// The file that holds it.
    pub path: String,
    /// Every key that occurs in it, sorted; `*` when it could not be read.
    pub fields: Vec<String>,
}

/// One container of a workload.
#[derive(Debug, Clone, Serialize)]
pub struct Container {
    /// The file.
    pub path: String,
    /// To the container.
    pub pointer: String,
    /// Its workload's kind.
    pub workload_kind: String,
    /// Its workload's name.
    pub workload_name: Option<String>,
    /// Its workload's namespace.
    pub namespace: Option<String>,
    /// In words: `Deployment payments/api container web`.
    pub resource: String,
    /// `name`.
    pub name: Option<String>,
    /// One of `initContainers`.
    pub init: bool,
    /// The image.
    pub image: Image,
    /// The pod's operating system, as [`Workload::os`].
    pub os: Option<String>,
    /// The security context in force, field by field; absent fields are not set.
    pub security: std::collections::BTreeMap<String, Setting>,
    /// Requests and limits in force: `requests.cpu`, `limits.memory`, …
    pub resources: std::collections::BTreeMap<String, Setting>,
    /// Entries of `env` with a literal value.
    pub env: Vec<Literal>,
    /// As [`Workload::patches`].
    pub patches: Vec<Patch>,
    /// The container as it is.
    pub container: Value,
}

/// A field of a security context.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Setting {
    /// Its value as it is: it may be of the wrong type.
    pub value: Value,
    /// To the field, in the container or in the pod.
    pub pointer: String,
    /// `container` or `pod`.
    pub from: &'static str,
}

/// A file that parsed, or what a template of a Helm chart rendered to.
struct Manifest<'t> {
    path: &'t str,
    loaded: Loaded,
    /// For each document of a rendered one: in which variants of its chart it is there.
    variants: Vec<Vec<u32>>,
}

/// What is held against each other once every object is known.
#[derive(Default)]
struct Joins {
    selectors: Selectors,
    scraping: Scraping,
}

pub(super) fn extract(gather: &mut Gather<'_>) {
    let kind = FactKind::Kubernetes;
    let mut manifests = Vec::new();
    let charts = Charts::find(gather);
    for path in gather.paths(kind) {
        if charts.hold(path) || is_chart_part(path) || !is_manifest(path) {
            continue;
        }
        let Some(text) = gather.text(kind, path) else { continue };
        // Most YAML of a repository is something else; what lacks these words is no object.
        let like_an_object = text.contains("apiVersion") && text.contains("kind")
            || objects::like_a_sloth_file(&text);
        if !like_an_object && !is_kustomization(path) {
            continue;
        }
        let json = path.ends_with(".json");
        let loaded = if json { load_json(&text) } else { load(&text, Schema::Kubernetes) };
        if let Some(fault) = &loaded.error {
            if !json && has_template_marks(&text) {
                gather.gap_template(kind, path);
            } else {
                gather.gap_at(kind, path, fault);
            }
        }
        manifests.push(Manifest { path, loaded, variants: Vec::new() });
    }
    manifests.extend(charts.render(gather));
    let mut joins = Joins::default();
    let patches = patches::find(gather, &manifests, &mut joins.selectors);
    let used = built::read(gather, &manifests, &patches, &mut joins);
    for manifest in &manifests {
        let other = patches.is_patch_file(manifest.path) || used.contains(manifest.path);
        if !other && file_name(manifest.path) != "Kustomization" {
            read_file(gather, manifest, &patches, &mut joins);
        }
    }
    joins.selectors.join(gather);
    joins.scraping.join(gather, &joins.selectors);
}

fn read_file(
    gather: &mut Gather<'_>,
    manifest: &Manifest<'_>,
    patches: &patches::Patches,
    joins: &mut Joins,
) {
    let path = manifest.path;
    let mut judged = false;
    for (number, document) in manifest.loaded.documents.iter().enumerate() {
        let rows = |gather: &Gather<'_>| {
            let Snapshot { workloads, secrets, objects, .. } = &gather.snapshot;
            workloads.len() + secrets.len() + objects.len()
        };
        let before = rows(gather);
        let variants = manifest.variants.get(number).map(Vec::as_slice);
        for (pointer, object) in items(&document.value) {
            let at = Spans::pointer(number, &pointer);
            read_object(gather, path, &at, object, patches, joins, variants);
        }
        if rows(gather) > before {
            judged = true;
            for fault in &document.duplicates {
                gather.gap_at(FactKind::Kubernetes, path, fault);
            }
        }
    }
    if judged {
        gather.keep_spans(path, &manifest.loaded);
    }
    if judged && !manifest.variants.is_empty() {
        gather.spans.mark_rendered(path);
    }
}

/// Whether a workload is a template although it parses: no cluster takes a name with `{{` in it.
///
/// Only the name tells. Elsewhere such marks may mean something where the workload runs (arguments of
/// programs, annotations that an agent reads), and `${{ … }}` is an expression of GitHub or
/// Backstage: such workloads are judged as they stand, and a field that is filled in is its
/// policy's matter.
fn is_template(object: &Value) -> bool {
    ["name", "generateName", "namespace"].iter().any(|field| {
        let name = object.pointer(&format!("/metadata/{field}")).and_then(Value::as_str);
        name.is_some_and(|name| holds_mark(&name.replace("${{", "")))
    })
}

/// Adds the rows of one object. `variants` are those of its chart that hold it, when it is rendered.
fn read_object(
    gather: &mut Gather<'_>,
    path: &str,
    at: &str,
    object: &Value,
    patches: &patches::Patches,
    joins: &mut Joins,
    variants: Option<&[u32]>,
) {
    joins.selectors.add(path, at, object, variants);
    joins.scraping.add(path, at, object);
    objects::add(gather, path, at, object);
    gather.snapshot.secrets.extend(secrets::secret(path, at, object));
    match workload_kind(object) {
        Some(_) if is_template(object) => gather.gap_template(FactKind::Kubernetes, path),
        Some(kind) => {
            rows::add(gather, path, at, object, kind, patches, variants.is_some());
        }
        None => {
            if let Some(name) = fragment(object) {
                let reason = format!(
                    "holds a {name} without `spec.selector`, which no cluster takes: a patch?"
                );
                gather.gap(FactKind::Kubernetes, Some(path), reason);
            }
        }
    }
}

#[cfg(test)]
mod tests;
