#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use serde_json::Value;

mod bounds;
mod fields;
mod layers;
mod patching;

use super::*;
use crate::domain::tree::{Content, Entry, SourceTree};
use crate::domain::yaml::{Loaded, Schema, load};

fn tree(files: &[(&str, &str)]) -> SourceTree {
    let entry = |text: &str| Entry::loose(Content::Text(text.into()));
    SourceTree {
        entries: files.iter().map(|(path, text)| ((*path).to_owned(), entry(text))).collect(),
        ..SourceTree::default()
    }
}

fn built(tree: &SourceTree) -> Built {
    let yaml = |path: &&String| path.ends_with(".yaml") || path.ends_with(".yml");
    let files: BTreeMap<&str, Loaded> = tree
        .entries
        .keys()
        .filter(yaml)
        .filter_map(|path| Some((path.as_str(), load(tree.text(path)?, Schema::Kubernetes))))
        .collect();
    let loaded = files.iter().map(|(path, loaded)| (*path, loaded)).collect();
    build(tree, &loaded)
}

fn values(root: &Root) -> Vec<Value> {
    let mut budget = Budget::new(10_000_000);
    root.objects.iter().map(|object| object.node.to_value(&mut budget).unwrap()).collect()
}

/// The objects of the only root; nothing went wrong.
fn made(files: &[(&str, &str)]) -> Vec<Value> {
    let tree = tree(files);
    let built = built(&tree);
    assert_eq!((&built.notes, &built.failed), (&Vec::new(), &Vec::new()));
    assert_eq!(built.roots.len(), 1);
    values(&built.roots[0])
}

/// What went wrong, with its place.
fn complaints(files: &[(&str, &str)]) -> Vec<String> {
    let tree = tree(files);
    let built = built(&tree);
    let told = |note: &Note| format!("{}:{}: {}", note.path, note.line, note.message);
    built.notes.iter().chain(&built.failed).map(told).collect()
}

/// An object with a kustomization beside it.
fn with(kustomization: &str, object: &str) -> Value {
    let kustomization = format!("resources: [object.yaml]\n{kustomization}");
    made(&[("kustomization.yaml", &kustomization), ("object.yaml", object)]).remove(0)
}
