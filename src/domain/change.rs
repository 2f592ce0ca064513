//! What does a change do to the files? Paths that it adds, modifies and removes.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::tree::{Content, Entry, SourceTree, Withheld};

/// The difference of two trees.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Paths that were not there before, sorted.
    pub added: Vec<String>,
    /// Paths whose content is another, sorted.
    pub modified: Vec<String>,
    /// Paths that are gone, sorted.
    pub removed: Vec<String>,
    /// Those of `added` whose content lay at a removed path before: they were only moved.
    pub moved: Vec<String>,
    /// Set when a listing was incomplete, with the reason: then a path may be missing here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub truncated: Option<String>,
}

impl Change {
    /// From where the change starts to where it leads.
    pub fn between(base: &SourceTree, head: &SourceTree) -> Self {
        let mut change = Self {
            truncated: head.truncated.clone().or_else(|| base.truncated.clone()),
            ..Self::default()
        };
        for (path, entry) in &head.entries {
            match base.entries.get(path) {
                None => change.added.push(path.clone()),
                Some(before) if !same(before, entry) => change.modified.push(path.clone()),
                Some(_) => {}
            }
        }
        let gone: BTreeMap<&String, &Entry> =
            base.entries.iter().filter(|(path, _)| !head.entries.contains_key(*path)).collect();
        let blobs: BTreeSet<_> = gone.values().filter_map(|entry| entry.blob.as_ref()).collect();
        let is_moved = |path: &&String| {
            let blob = head.entries.get(*path).and_then(|entry| entry.blob.as_ref());
            blob.is_some_and(|blob| blobs.contains(blob))
        };
        change.moved = change.added.iter().filter(is_moved).cloned().collect();
        change.removed = gone.into_keys().cloned().collect();
        change
    }
}

/// Names of blobs tell; where one is not known, what was read does. What neither tells is taken to
/// have changed.
fn same(a: &Entry, b: &Entry) -> bool {
    match (&a.blob, &b.blob) {
        (Some(a), Some(b)) => a == b,
        _ => {
            let linked = [Withheld::Symlink, Withheld::Submodule].map(Content::Withheld);
            let known = |entry: &Entry| {
                matches!(entry.content, Content::Text(_)) || linked.contains(&entry.content)
            };
            known(a) && a.content == b.content
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Sha;

    fn tree(files: &[(&str, char)]) -> SourceTree {
        let entry = |c: &char| Entry {
            blob: Sha::parse(&c.to_string().repeat(40)).ok(),
            ..Entry::loose(Content::Withheld(Withheld::NotFetched))
        };
        let entries = files.iter().map(|(path, c)| ((*path).to_owned(), entry(c))).collect();
        SourceTree { entries, ..SourceTree::default() }
    }

    #[test]
    fn paths_are_added_modified_removed_and_moved() {
        let base = tree(&[("a", '1'), ("b", '2'), ("c", '3'), ("d", '4')]);
        let head = tree(&[("a", '1'), ("b", '5'), ("e", '3'), ("f", '6')]);
        let change = Change::between(&base, &head);
        assert_eq!(change.added, ["e", "f"]);
        assert_eq!(change.modified, ["b"]);
        assert_eq!(change.removed, ["c", "d"]);
        assert_eq!(change.moved, ["e"]);
        assert_eq!(Change::between(&base, &base), Change::default());
    }
}
