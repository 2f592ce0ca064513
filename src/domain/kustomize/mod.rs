//! What do the repository's kustomizations make?
//!
//! Each *root* (a kustomization that no other one of the repository refers to) is built as
//! `kustomize build` would: resources, generators, components, patches and the other fields, in
//! Kustomize's order. Every value keeps the place where it was written ([`origins`]), so that a
//! fault is shown in the patch that brought it or in the base that has it. What is not done
//! (remote resources, charts, plugins) is told as a [`Note`]; nothing is fetched and nothing is
//! run. All loops are bounded by the constants here.

mod apply;
mod build;
mod file;
mod generate;
mod images;
mod json_patch;
mod labels;
mod merge;
mod names;
mod node;
mod object;
mod origins;
mod patches;
mod replace;
mod shapes;
mod sources;
mod target;
mod transformers;

use std::collections::{BTreeMap, BTreeSet};

use super::tree::SourceTree;
use super::yaml::Loaded;
use build::Builder;
use file::Kustomization;
use sources::Sources;

pub(in crate::domain) use file::beside;
pub(in crate::domain) use node::Node;
pub(in crate::domain) use object::{Doubt, Id, Object};
pub(in crate::domain) use origins::{Origin, Origins, Spot};

/// The names of kustomization files, in the order in which Kustomize looks for them.
pub(in crate::domain) const KUSTOMIZATIONS: [&str; 3] =
    ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// Kustomizations of one repository.
const MAX_KUSTOMIZATIONS: usize = 2_000;
/// Kustomizations between a root and its deepest base.
const MAX_LAYERS: usize = 30;
/// Kustomizations entered, a component once for each that uses it.
const MAX_STEPS: usize = 10_000;
/// Objects of one kustomization.
const MAX_OBJECTS: usize = 5_000;
/// Values looked at or made by patches, labels and images, over all roots.
const MAX_WORK: usize = 5_000_000;

/// What may still be spent; all work on outside data pays here.
#[derive(Debug, Clone, Copy)]
pub(in crate::domain) struct Budget(usize);

impl Budget {
    pub(in crate::domain) fn new(values: usize) -> Self {
        Self(values)
    }

    /// Fails when nothing is left.
    pub(in crate::domain) fn spend(&mut self, values: usize) -> Result<(), String> {
        let left = self.0.checked_sub(values);
        self.0 = left.unwrap_or(0);
        left.map(drop).ok_or_else(|| "makes more values than are worked out".to_owned())
    }
}

/// Something that was not read or not done.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::domain) struct Note {
    /// The file that asks for it.
    pub(in crate::domain) path: String,
    /// The line there.
    pub(in crate::domain) line: u32,
    /// What it is, in words that follow the place.
    pub(in crate::domain) message: String,
}

/// A root and what it makes.
#[derive(Debug)]
pub(in crate::domain) struct Root {
    /// Its folder; `.` at the top.
    pub(in crate::domain) folder: String,
    /// Its objects, in order.
    pub(in crate::domain) objects: Vec<Object>,
}

/// What all kustomizations of a repository make.
#[derive(Debug)]
pub(in crate::domain) struct Built {
    /// The roots that could be built, by path.
    pub(in crate::domain) roots: Vec<Root>,
    /// What was not read or not done.
    pub(in crate::domain) notes: Vec<Note>,
    /// Roots that could not be built: what their files would come to is not known.
    pub(in crate::domain) failed: Vec<Note>,
    /// Files that kustomizations use; none of them is judged as it stands.
    pub(in crate::domain) used: BTreeSet<String>,
    /// Where every value was written.
    pub(in crate::domain) origins: Origins,
    /// Files that were read for this alone.
    pub(in crate::domain) read: BTreeMap<String, Loaded>,
}

/// Builds all roots. `loaded` holds the files that were read already; others are taken from
/// `tree`.
pub(in crate::domain) fn build(tree: &SourceTree, loaded: &BTreeMap<&str, &Loaded>) -> Built {
    let sources = Sources::new(tree, loaded);
    let mut builder = Builder::new(sources, Budget::new(MAX_WORK));
    let mut failed = Vec::new();
    let files = find(&mut builder, loaded, &mut failed);
    let inner: BTreeSet<String> = files.iter().flat_map(below).collect();
    let outer = files.iter().filter(|file| !inner.contains(&file.folder));
    let mut roots = Vec::new();
    let mut paths: Vec<&str> = outer.map(|file| file.path.as_str()).collect();
    // In a circle everybody is referred to: whoever was reached by no root is in one.
    paths.extend(circles(&files, &paths));
    for path in paths {
        match builder.build(path) {
            Ok(mut layer) => {
                names::follow(&mut layer.objects);
                let local = |object: &Object| {
                    let keys = ["metadata", "annotations", "config.kubernetes.io/local-config"];
                    object.node.text_at(&keys) == Some("true")
                };
                layer.objects.retain(|object| !local(object));
                let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder).to_owned();
                roots.push(Root { folder, objects: layer.objects });
            }
            Err(why) => {
                failed.push(why);
                claim(&mut builder.sources, &files, path);
            }
        }
    }
    failed.sort();
    failed.dedup();
    Built {
        roots,
        notes: builder.notes.into_iter().collect(),
        failed,
        used: builder.sources.used,
        origins: builder.sources.origins,
        read: builder.sources.own,
    }
}

/// All kustomization files, one a folder.
fn find(
    builder: &mut Builder<'_>,
    loaded: &BTreeMap<&str, &Loaded>,
    failed: &mut Vec<Note>,
) -> Vec<Kustomization> {
    let mut files: BTreeMap<String, Kustomization> = BTreeMap::new();
    for name in KUSTOMIZATIONS {
        let named = loaded.keys().filter(|path| path.rsplit('/').next() == Some(name));
        for path in named {
            if files.len() >= MAX_KUSTOMIZATIONS {
                let message = format!("there are more than {MAX_KUSTOMIZATIONS} kustomizations");
                failed.push(Note { path: (*path).to_owned(), line: 1, message });
                return files.into_values().collect();
            }
            let Ok(file) = builder.read(path) else {
                // Some other tool's, or broken, which whoever reads manifests says.
                builder.sources.used.remove(*path);
                continue;
            };
            files.entry(file.folder.clone()).or_insert(file);
        }
    }
    files.into_values().collect()
}

/// Folders that a kustomization refers to.
fn below(file: &Kustomization) -> Vec<String> {
    let entries = file.resources().chain(file.list("components"));
    entries.filter_map(|entry| beside(&file.folder, entry.as_text()?)).collect()
}

/// Marks everything that a root would be made of as used: it could not be built, so what becomes
/// of its files is not known.
fn claim(sources: &mut Sources<'_>, files: &[Kustomization], root: &str) {
    let mut seen = BTreeSet::new();
    let mut todo: Vec<&Kustomization> = files.iter().filter(|file| file.path == root).collect();
    while let Some(file) = todo.pop() {
        if !seen.insert(file.path.as_str()) {
            continue;
        }
        let patches = ["patches", "patchesJson6902", "patchesStrategicMerge"];
        let patches = patches.iter().flat_map(|field| file.list(field));
        let named = patches.filter_map(|entry| entry.get("path").unwrap_or(entry).as_text());
        let named = named.filter_map(|named| beside(&file.folder, named));
        for path in named.chain(below(file)) {
            match files.iter().find(|file| file.folder == path) {
                Some(inner) => todo.push(inner),
                None => sources.claim(&path),
            }
        }
    }
}

/// One kustomization of each circle that no root leads into.
fn circles<'f>(files: &'f [Kustomization], roots: &[&str]) -> Vec<&'f str> {
    let by_folder: BTreeMap<&str, &Kustomization> =
        files.iter().map(|file| (file.folder.as_str(), file)).collect();
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let walk = |start: &'f Kustomization, reached: &mut BTreeSet<&'f str>| {
        let mut todo = vec![start];
        while let Some(file) = todo.pop() {
            if reached.insert(&file.path) {
                let folders = below(file);
                todo.extend(folders.iter().filter_map(|folder| by_folder.get(folder.as_str())));
            }
        }
    };
    for file in files.iter().filter(|file| roots.contains(&file.path.as_str())) {
        walk(file, &mut reached);
    }
    let mut found = Vec::new();
    for file in files {
        if !reached.contains(file.path.as_str()) {
            found.push(file.path.as_str());
            walk(file, &mut reached);
        }
    }
    found
}

#[cfg(test)]
mod tests;
