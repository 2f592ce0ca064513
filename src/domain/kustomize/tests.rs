#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;
use crate::domain::tree::{Content, Entry, SourceTree};
use crate::domain::yaml::{Loaded, Schema, load};

fn tree(files: &[(&str, &str)]) -> SourceTree {
    let entry = |text: &str| Entry { blob: None, content: Content::Text(text.into()) };
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

/// `KUSTOMIZE_DUMP=folder cargo test dump -- --ignored --nocapture`
#[test]
#[ignore = "tool"]
#[allow(clippy::print_stdout)]
fn dump() {
    let folder = std::env::var("KUSTOMIZE_DUMP").unwrap();
    let mut files = Vec::new();
    let mut todo = vec![std::path::PathBuf::from(&folder)];
    while let Some(at) = todo.pop() {
        for entry in std::fs::read_dir(at).unwrap() {
            let entry = entry.unwrap();
            let kind = entry.file_type().unwrap();
            if kind.is_dir() && entry.file_name() != ".git" {
                todo.push(entry.path());
            } else if kind.is_file() {
                let path = entry.path();
                let name = path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned();
                if let Ok(text) = std::fs::read_to_string(&path) {
                    files.push((name, text));
                }
            }
        }
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let tree = tree(&files);
    let built = built(&tree);
    for root in &built.roots {
        println!("{}", serde_json::json!({"root": root.folder, "objects": values(root)}));
    }
    for note in &built.notes {
        println!(
            "{}",
            serde_json::json!({"note": note.path, "line": note.line, "message": note.message})
        );
    }
    for note in &built.failed {
        println!(
            "{}",
            serde_json::json!({"failed": note.path, "line": note.line, "message": note.message})
        );
    }
}
