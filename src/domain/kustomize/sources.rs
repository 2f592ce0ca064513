//! What was read of the repository: documents, each taken in once.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::tree::{Content, SourceTree};
use crate::domain::yaml::{Loaded, Schema, load, load_json};

use super::node::Node;
use super::origins::Origins;

/// The repository's files, read by whoever reads manifests, or now.
pub(super) struct Sources<'t> {
    tree: &'t SourceTree,
    loaded: &'t BTreeMap<&'t str, &'t Loaded>,
    /// Read for this alone.
    pub(super) own: BTreeMap<String, Loaded>,
    adopted: BTreeMap<String, Vec<Node>>,
    folders: BTreeSet<&'t str>,
    pub(super) origins: Origins,
    /// Files that some kustomization uses.
    pub(super) used: BTreeSet<String>,
}

impl<'t> Sources<'t> {
    pub(super) fn new(tree: &'t SourceTree, loaded: &'t BTreeMap<&'t str, &'t Loaded>) -> Self {
        let mut folders = BTreeSet::new();
        for path in tree.entries.keys() {
            let mut rest = path.as_str();
            while let Some((folder, _)) = rest.rsplit_once('/') {
                if !folders.insert(folder) {
                    break;
                }
                rest = folder;
            }
        }
        Self {
            tree,
            loaded,
            own: BTreeMap::new(),
            adopted: BTreeMap::new(),
            folders,
            origins: Origins::default(),
            used: BTreeSet::new(),
        }
    }

    pub(super) fn is_folder(&self, path: &str) -> bool {
        path.is_empty() || self.folders.contains(path)
    }

    pub(super) fn lists(&self, path: &str) -> bool {
        self.tree.entries.contains_key(path)
    }

    /// A file's text, or why it is not at hand, in words that follow its path.
    pub(super) fn text(&self, path: &str) -> Result<&'t str, String> {
        match self.tree.entries.get(path).map(|entry| &entry.content) {
            Some(Content::Text(text)) => Ok(text),
            Some(Content::Withheld(why)) => Err(why.reason()),
            None if self.tree.truncated.is_some() => Err("may be there, but is not listed".into()),
            None => Err("is not in the repository".to_owned()),
        }
    }

    /// Marks a file, or all files of a folder, as used.
    pub(super) fn claim(&mut self, path: &str) {
        let folder = format!("{path}/");
        let inside = self.tree.entries.range(folder.clone()..).map(|(path, _)| path);
        self.used.extend(inside.take_while(|path| path.starts_with(&folder)).cloned());
        self.used.insert(path.to_owned());
    }

    /// The documents of a file, which from now on is a used one.
    pub(super) fn documents(&mut self, path: &str) -> Result<Vec<Node>, String> {
        self.used.insert(path.to_owned());
        if let Some(known) = self.adopted.get(path) {
            return Ok(known.clone());
        }
        if !self.loaded.contains_key(path) && !self.own.contains_key(path) {
            let text = self.text(path)?;
            let json = path.ends_with(".json");
            let loaded = if json { load_json(text) } else { load(text, Schema::Kubernetes) };
            self.own.insert(path.to_owned(), loaded);
        }
        let own = self.own.get(path);
        let Some(loaded) = self.loaded.get(path).copied().or(own) else {
            return Err("was not read".to_owned());
        };
        if let Some(fault) = &loaded.error {
            return Err(format!("cannot be read whole: line {}: {}", fault.line, fault.message));
        }
        let mut nodes = Vec::new();
        for (number, document) in loaded.documents.iter().enumerate() {
            let prefix = if number == 0 { String::new() } else { format!("#{number}") };
            nodes.push(self.origins.adopt(path, &prefix, &document.value));
        }
        self.adopted.insert(path.to_owned(), nodes.clone());
        Ok(nodes)
    }

    /// The documents that stand in a text of another document.
    pub(super) fn inside(&mut self, holder: &Node, text: &str) -> Result<Vec<Node>, String> {
        let loaded = load(text, Schema::Kubernetes);
        if let Some(fault) = &loaded.error {
            return Err(format!("cannot be read whole: line {}: {}", fault.line, fault.message));
        }
        let place = self.origins.place(holder.origin, "");
        let first = self.line(&place.path, &place.pointer);
        // The text of a block begins on the line behind its mark; of others only the first line
        // is known.
        let block = self.text(&place.path).ok().and_then(|source| {
            let line = source.lines().nth(first.saturating_sub(1) as usize)?;
            let line = line.split(" #").next().unwrap_or(line).trim_end();
            let line =
                line.trim_end_matches(|c: char| matches!(c, '-' | '+') || c.is_ascii_digit());
            Some(line.ends_with('|'))
        });
        let mut nodes = Vec::new();
        for document in loaded.documents {
            nodes.push(if block == Some(true) {
                let spans = document.spans;
                self.origins.adopt_inside(
                    &place.path,
                    &place.pointer,
                    first,
                    spans,
                    &document.value,
                )
            } else {
                Origins::adopt_flat(holder.origin, &document.value)
            });
        }
        Ok(nodes)
    }

    /// The first line of a place in a file that was read whole; 1 when there is none.
    pub(super) fn line(&self, path: &str, pointer: &str) -> u32 {
        let loaded = self.loaded.get(path).copied().or(self.own.get(path));
        let (number, rest) = match pointer.strip_prefix('#') {
            None => (0, pointer),
            Some(tail) => {
                let (head, rest) = tail.split_at(tail.find('/').unwrap_or(tail.len()));
                (head.parse().unwrap_or(0), rest)
            }
        };
        let document = loaded.and_then(|loaded| loaded.documents.get(number));
        document.and_then(|document| document.spans.lines(rest)).map_or(1, |(first, _)| first)
    }
}
