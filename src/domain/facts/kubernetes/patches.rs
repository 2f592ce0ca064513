//! Which objects does Flux change before they reach the cluster?
//!
//! Kustomizations are built ([`super::built`]), but the patches of Flux's objects of that name are
//! not applied: which folder they work on is only known to the cluster. A file that is a patch is not judged as if it were a workload,
//! and a workload that a patch changes says so, so that a policy which would complain about a
//! field that the patch may set can answer "unknown" instead.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::domain::kustomize::beside;
use crate::domain::yaml::{Schema, load};

use super::super::gather::Gather;
use super::super::image::Image;
use super::joins::Selectors;
use super::{Manifest, Patch};

/// Patches of one object that are told one by one; the others are told as one.
const MAX_PATCHES: usize = 5;
/// A patch that mentions more keys is told as one that may change everything.
const MAX_FIELDS: usize = 100;

/// All patches of the repository.
#[derive(Default)]
pub(super) struct Patches {
    files: BTreeSet<String>,
    found: Vec<Targeted>,
    /// Image names that the `images` of a kustomization change, and the file that says so.
    images: BTreeMap<String, String>,
}

struct Targeted {
    /// `None` matches every kind.
    kind: Option<String>,
    /// `None` matches every name.
    name: Option<String>,
    patch: Patch,
}

impl Patches {
    /// Whether a file is named as a patch by some kustomization.
    pub(super) fn is_patch_file(&self, path: &str) -> bool {
        self.files.contains(path)
    }

    /// The patches that change an object.
    pub(super) fn of(&self, kind: &str, name: Option<&str>) -> Vec<Patch> {
        let fits = |wanted: &Option<String>, is: Option<&str>| {
            wanted.as_deref().is_none_or(|wanted| is == Some(wanted))
        };
        let hits = self.found.iter().filter(|t| fits(&t.kind, Some(kind)) && fits(&t.name, name));
        let mut told: Vec<Patch> = Vec::new();
        let mut rest: Option<(Patch, BTreeSet<String>)> = None;
        for Targeted { patch, .. } in hits {
            if told.len() < MAX_PATCHES {
                told.push(patch.clone());
            } else {
                let (_, fields) = rest.get_or_insert_with(|| (patch.clone(), BTreeSet::new()));
                if fields.len() <= MAX_FIELDS {
                    fields.extend(patch.fields.iter().cloned());
                }
            }
        }
        told.extend(
            rest.map(|(first, fields)| Patch { path: first.path, fields: bounded(fields) }),
        );
        told
    }
}

impl Patches {
    /// The change of an image reference by a kustomization's `images`, told as a patch.
    pub(super) fn of_image(&self, raw: &str) -> Option<Patch> {
        let Image { registry, repository, .. } = Image::parse(raw);
        let name = registry.map_or(repository.clone(), |host| format!("{host}/{repository}"));
        let path = self.images.get(&name)?.clone();
        Some(Patch { path, fields: vec!["image".to_owned()] })
    }
}

/// Reads the patches that Flux objects list.
pub(super) fn find(
    gather: &Gather<'_>,
    manifests: &[Manifest<'_>],
    selectors: &mut Selectors,
) -> Patches {
    let mut patches = Patches::default();
    for manifest in manifests {
        for document in &manifest.loaded.documents {
            let value = &document.value;
            let text = |key| value.get(key).and_then(Value::as_str).unwrap_or("");
            let flux = text("kind") == "Kustomization" && text("apiVersion").contains("fluxcd.io/");
            if let (true, Some(spec)) = (flux, value.get("spec")) {
                selectors.add_flux(spec);
                read_list(gather, manifest.path, spec, &mut patches);
            }
        }
    }
    patches
}

fn read_list(gather: &Gather<'_>, path: &str, list: &Value, patches: &mut Patches) {
    let named = |key| {
        let items = list.get(key).and_then(Value::as_array).into_iter().flatten();
        items.filter_map(|item| item.get("name")?.as_str())
    };
    patches.images.extend(named("images").map(|name| (name.to_owned(), path.to_owned())));
    for name in named("replicas") {
        let patch = Patch { path: path.to_owned(), fields: vec!["replicas".to_owned()] };
        patches.found.push(Targeted { kind: None, name: Some(name.to_owned()), patch });
    }
    for key in ["patches", "patchesStrategicMerge", "patchesJson6902"] {
        for item in list.get(key).and_then(Value::as_array).into_iter().flatten() {
            let target = item.get("target");
            let named = item.get("path").or(Some(item)).and_then(Value::as_str);
            // An entry of `patchesStrategicMerge` is a path or the patch itself.
            let inline = item.get("patch").and_then(Value::as_str);
            let inline = inline.or_else(|| named.filter(|text| text.contains('\n')));
            if let Some(text) = inline {
                add(path, Some(text), target, patches);
            } else if let Some(file) = named.and_then(|named| beside(folder_of(path), named)) {
                let text = gather.tree.text(&file).map(AsRef::as_ref);
                add(&file, text, target, patches);
                patches.files.insert(file);
            } else if let Some(object) = item.get("patch").filter(|patch| patch.is_object()) {
                push(path, object, target, patches);
            }
        }
    }
}

fn add(path: &str, text: Option<&str>, target: Option<&Value>, patches: &mut Patches) {
    let loaded = text.map(|text| load(text, Schema::Kubernetes));
    match loaded {
        Some(loaded) if loaded.error.is_none() => {
            for document in &loaded.documents {
                push(path, &document.value, target, patches);
            }
        }
        _ => {
            let (kind, name) = aim(target);
            let patch = Patch { path: path.to_owned(), fields: vec!["*".to_owned()] };
            patches.found.push(Targeted { kind, name, patch });
        }
    }
}

fn push(path: &str, patch: &Value, target: Option<&Value>, patches: &mut Patches) {
    let (kind, name) = if target.is_some() {
        aim(target)
    } else {
        let text = |pointer| patch.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let Some(kind) = text("/kind") else { return };
        (Some(kind), text("/metadata/name"))
    };
    let patch = Patch { path: path.to_owned(), fields: fields(patch) };
    patches.found.push(Targeted { kind, name, patch });
}

/// What a `target` names; a name that is a pattern counts as every name.
fn aim(target: Option<&Value>) -> (Option<String>, Option<String>) {
    let text = |key| target?.get(key)?.as_str().map(str::to_owned);
    let plain = |text: &String| !text.contains(['*', '.', '|', '[', '(', '+', '?', '^', '$']);
    (text("kind").filter(plain), text("name").filter(plain))
}

/// Every key of a patch, and every part of the paths of a JSON patch.
fn fields(patch: &Value) -> Vec<String> {
    let mut fields = BTreeSet::new();
    let mut todo = vec![patch];
    while let Some(value) = todo.pop() {
        match value {
            Value::Object(map) => {
                if let (Some(_), Some(Value::String(path))) = (map.get("op"), map.get("path")) {
                    fields.extend(path.split('/').map(str::to_owned));
                }
                fields.extend(map.keys().cloned());
                todo.extend(map.values());
            }
            Value::Array(items) => todo.extend(items),
            _ => {}
        }
    }
    fields.remove("");
    bounded(fields)
}

fn bounded(fields: BTreeSet<String>) -> Vec<String> {
    if fields.len() > MAX_FIELDS || fields.iter().any(|field| field.len() > MAX_FIELDS) {
        return vec!["*".to_owned()];
    }
    fields.into_iter().collect()
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}
