//! The rows of what Kustomize builds.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::kustomize::{self, Budget, Doubt, Note, Object};
use crate::domain::yaml::Loaded;

use super::super::FactKind;
use super::super::gather::Gather;
use super::super::overlays::Overlays;
use super::rows::resource_of;
use super::{Joins, Manifest, Patch, patches, read_object};

/// Values of all built objects together; a base counts once for each overlay of it.
const MAX_VALUES: usize = 1_000_000;
/// Overlays of one base that are judged.
const MAX_OVERLAYS: usize = 30;
/// Workloads that are judged again for a further overlay: all policies look at every one.
const MAX_REPEATED: usize = 2_000;
/// Places of a kind that are told one by one.
const MAX_NOTES: usize = 50;

/// Adds the rows of all built objects; gives the files that kustomizations use, which are not to
/// be judged as they stand.
pub(super) fn read(
    gather: &mut Gather<'_>,
    manifests: &[Manifest<'_>],
    patches: &patches::Patches,
    joins: &mut Joins,
) -> BTreeSet<String> {
    let loaded: BTreeMap<&str, &Loaded> =
        manifests.iter().map(|manifest| (manifest.path, &manifest.loaded)).collect();
    let built = kustomize::build(gather.tree, &loaded);
    for note in built.notes.iter().take(MAX_NOTES) {
        tell(gather, note, "");
    }
    for note in built.failed.iter().take(MAX_NOTES) {
        tell(gather, note, ", so what it makes is not judged");
    }
    for path in &built.used {
        if let Some(loaded) = loaded.get(path.as_str()).copied().or(built.read.get(path)) {
            gather.keep_spans(path, loaded);
        }
    }
    let folders = built.roots.iter().map(|root| root.folder.clone()).collect();
    let mut overlays = Overlays::new(built.origins, folders);
    let mut budget = Budget::new(MAX_VALUES);
    let mut repeated = 0;
    for (root, made) in built.roots.into_iter().enumerate() {
        for object in made.objects {
            let variants = overlays.variants(&object.node);
            if variants >= MAX_OVERLAYS || (variants > 0 && repeated >= MAX_REPEATED) {
                let path = overlays.path(&object.node).to_owned();
                let reason = "has more overlays than are judged".to_owned();
                gather.gap(FactKind::Kubernetes, Some(&path), reason);
                continue;
            }
            let Ok(value) = object.node.to_value(&mut budget) else {
                let reason = "the kustomizations make more values than are judged".to_owned();
                gather.gap(FactKind::Kubernetes, None, reason);
                break;
            };
            let path = overlays.path(&object.node).to_owned();
            let id = object.id();
            let named = |text: &str| (!text.is_empty()).then(|| text.to_owned());
            let title = |id: &kustomize::Id| {
                resource_of(&id.kind, named(&id.namespace).as_deref(), named(&id.name).as_deref())
            };
            let (now, first) = (title(&id), title(&object.first_id()));
            let at = overlays.add(object.node.clone(), root, now, first);
            let before = (gather.snapshot.workloads.len(), gather.snapshot.containers.len());
            read_object(gather, &path, &at, &value, patches, joins, None);
            doubt(gather, before, &object);
            repeated += usize::from(variants > 0 && gather.snapshot.workloads.len() > before.0);
        }
    }
    overlays.close();
    gather.spans.keep_overlays(overlays);
    built.used
}

/// Tells the new rows what may change them.
fn doubt(gather: &mut Gather<'_>, before: (usize, usize), object: &Object) {
    let patch = |doubt: &Doubt| Patch { path: doubt.path.clone(), fields: doubt.fields.clone() };
    let patches: Vec<Patch> = object.doubts.iter().map(patch).collect();
    for row in gather.snapshot.workloads.iter_mut().skip(before.0) {
        row.patches.extend(patches.iter().cloned());
    }
    for row in gather.snapshot.containers.iter_mut().skip(before.1) {
        row.patches.extend(patches.iter().cloned());
    }
}

fn tell(gather: &mut Gather<'_>, note: &Note, then: &str) {
    let reason = format!("line {}: {}{then}", note.line, note.message);
    gather.gap(FactKind::Kubernetes, Some(&note.path), reason);
}
