//! What do all extractors share? The tree that they read and the snapshot that they fill.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::domain::tree::{Content, SourceTree, Withheld};
use crate::domain::yaml::{Fault, Loaded, marks_explain};

use super::select::wanted;
use super::{Catalog, Codeowners, Extracted, FactKind, Gap, RepoFacts, SCHEMA, Snapshot, Spans};

/// A snapshot in the making.
pub(super) struct Gather<'t> {
    pub(super) tree: &'t SourceTree,
    pub(super) snapshot: Snapshot,
    pub(super) spans: Spans,
}

impl<'t> Gather<'t> {
    pub(super) fn new(tree: &'t SourceTree, repo: &RepoFacts) -> Self {
        let snapshot = Snapshot {
            schema: SCHEMA,
            repo: repo.clone(),
            files: Vec::new(),
            catalog: Catalog::default(),
            codeowners: Codeowners::default(),
            readmes: Vec::new(),
            workflows: Vec::new(),
            uses: Vec::new(),
            runs: Vec::new(),
            dockerfiles: Vec::new(),
            workloads: Vec::new(),
            containers: Vec::new(),
            secrets: Vec::new(),
            secret_reads: Vec::new(),
            objects: Vec::new(),
            manifests: Vec::new(),
            dependencies: Vec::new(),
            change: None,
            migrations: Vec::new(),
            gaps: Vec::new(),
        };
        Self { tree, snapshot, spans: Spans::default() }
    }

    /// The paths that hold facts of this kind, sorted.
    pub(super) fn paths(&self, kind: FactKind) -> Vec<&'t str> {
        let needs = BTreeSet::from([kind]);
        let excluded = |path: &str| self.tree.excluded.contains(path);
        let all = self.tree.entries.keys().map(String::as_str);
        all.filter(|path| wanted(&needs, path) && !excluded(path)).collect()
    }

    /// The text of a file, or a gap that says why not.
    pub(super) fn text(&mut self, kind: FactKind, path: &str) -> Option<Arc<str>> {
        match &self.tree.entries.get(path)?.content {
            Content::Text(text) => Some(Arc::clone(text)),
            Content::Withheld(why) => {
                let linked = matches!(why, Withheld::Symlink | Withheld::Submodule);
                // What a link points to is either in the tree itself and read there, or not part
                // of the repository. Only where one exact path is asked for is it a gap.
                let exact = [
                    FactKind::Catalog,
                    FactKind::Codeowners,
                    FactKind::Readme,
                    FactKind::Workflows,
                ];
                if !linked || exact.contains(&kind) {
                    self.gap(kind, Some(path), why.reason());
                }
                None
            }
        }
    }

    /// Says that something of this kind could not be read. `reason` follows the path, if any.
    pub(super) fn gap(&mut self, kind: FactKind, path: Option<&str>, reason: String) {
        let reason = path.map(|path| format!("`{path}` {reason}")).unwrap_or(reason);
        self.snapshot.gaps.push(Gap { kind, path: path.map(str::to_owned), reason });
    }

    /// [`Gather::gap`] for a fault on a line.
    pub(super) fn gap_at(&mut self, kind: FactKind, path: &str, fault: &Fault) {
        self.gap(
            kind,
            Some(path),
            format!("cannot be read whole: line {}: {}", fault.line, fault.message),
        );
    }

    /// [`Gather::gap_at`] for a text that does not parse. Says so when it is a template, and whether.
    pub(super) fn gap_in(&mut self, kind: FactKind, path: &str, text: &str, fault: &Fault) -> bool {
        let template = marks_explain(text, fault);
        match template {
            true => self.gap_template(kind, path),
            false => self.gap_at(kind, path, fault),
        }
        template
    }

    /// Says that another program fills in a file, or a part of it, before it is used.
    pub(super) fn gap_template(&mut self, kind: FactKind, path: &str) {
        self.gap(kind, Some(path), "is a template, which is not rendered".to_owned());
    }

    /// Keeps the lines of a file's documents.
    pub(super) fn keep_spans(&mut self, path: &str, loaded: &Loaded) {
        let tables = loaded.documents.iter().map(|document| document.spans.clone()).collect();
        self.spans.insert(path, tables);
    }

    pub(super) fn finish(mut self, excluded_files: u32) -> Extracted {
        self.snapshot.gaps.sort();
        self.snapshot.gaps.dedup();
        Extracted { snapshot: self.snapshot, spans: self.spans, excluded_files }
    }
}
