//! What is already there that bears on the plan? Facts of the repository, gathered once.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::facts::{FactKind, RepoFacts, Snapshot, Workload, extract, is_excluded};
use crate::domain::tree::{Content, SourceTree};

/// A repository as it is before adoption.
pub(super) struct Around<'t> {
    pub(super) tree: &'t SourceTree,
    pub(super) facts: Snapshot,
    /// `kind:` of every object in YAML files → the first file that holds one.
    pub(super) kinds: BTreeMap<String, String>,
    /// The first Helm chart.
    pub(super) chart: Option<String>,
}

impl<'t> Around<'t> {
    pub(super) fn of(tree: &'t SourceTree, repo: &RepoFacts) -> Self {
        let facts = extract(tree, repo, &BTreeSet::from(FactKind::ALL)).snapshot;
        let paths = tree.entries.keys().filter(|path| !is_excluded(path));
        let chart = paths.clone().find(|path| is_named(path, "Chart.yaml")).cloned();
        let mut kinds = BTreeMap::new();
        for path in paths.filter(|path| path.ends_with(".yaml") || path.ends_with(".yml")) {
            let Some(text) = tree.text(path) else { continue };
            // By lines: templates that are no YAML yet tell their kind all the same.
            for kind in text.lines().filter_map(|line| line.strip_prefix("kind:")) {
                let kind = kind.trim().trim_matches(['"', '\'']).to_owned();
                kinds.entry(kind).or_insert_with(|| path.clone());
            }
        }
        Self { tree, facts, kinds, chart }
    }

    /// The text at a path, when it is at hand.
    pub(super) fn text(&self, path: &str) -> Option<&str> {
        self.tree.text(path).map(|text| &**text)
    }

    pub(super) fn has(&self, path: &str) -> bool {
        self.tree.entries.contains_key(path)
    }

    pub(super) fn paths(&self) -> impl Iterator<Item = &str> {
        self.tree.entries.keys().map(String::as_str)
    }

    /// The workload that this repository is about, when there is no doubt: the only one, outside
    /// of a repository that a chart deploys, and in a folder of manifests or of its own name.
    pub(super) fn workload(&self) -> Option<&Workload> {
        const FOLDERS: [&str; 8] = [
            "k8s",
            "kubernetes",
            "manifests",
            "deploy",
            "deployment",
            "deployments",
            "base",
            "kustomize",
        ];
        let [only] = self.facts.workloads.as_slice() else { return None };
        let names = [Some(self.facts.repo.name.as_str()), self.components().first().copied()];
        let is_own = names.into_iter().flatten().any(|name| only.name.as_deref() == Some(name));
        let is_at_home = !only.path.contains('/')
            || only.path.split('/').any(|folder| FOLDERS.contains(&folder));
        (self.chart.is_none() && (is_own || is_at_home)).then_some(only)
    }

    /// The first component of the catalog.
    pub(super) fn component(&self) -> Option<&serde_json::Value> {
        let entities = self.facts.catalog.entities.iter().map(|entity| &entity.entity);
        entities.into_iter().find(|entity| entity["kind"] == "Component")
    }

    /// Names of all components of the catalog.
    pub(super) fn components(&self) -> Vec<&str> {
        let entities = self.facts.catalog.entities.iter().map(|entity| &entity.entity);
        entities
            .filter(|entity| entity["kind"] == "Component")
            .filter_map(|entity| entity.pointer("/metadata/name")?.as_str())
            .collect()
    }

    /// Whether nothing is there but what every repository has: no code, no manifest of one.
    pub(super) fn is_empty(&self) -> bool {
        const CODE: [&str; 24] = [
            "go", "mod", "js", "ts", "mjs", "cjs", "jsx", "tsx", "vue", "py", "java", "kt", "rs",
            "rb", "php", "cs", "c", "cpp", "scala", "ex", "swift", "toml", "html", "gradle",
        ];
        let is_code = |path: &str| {
            path.rsplit_once('.').is_some_and(|(_, end)| CODE.contains(&end))
                || ["package.json", "pom.xml", "requirements.txt", "Dockerfile", "Makefile"]
                    .iter()
                    .any(|name| is_named(path, name))
        };
        !self.paths().any(is_code)
    }

    /// The first path that a folder of the path is taken by: a file, link or submodule.
    pub(super) fn blocked_by<'p>(&self, path: &'p str) -> Option<&'p str> {
        path.match_indices('/').map(|(at, _)| &path[..at]).find(|folder| self.has(folder))
    }

    /// The existing path that differs in case alone.
    pub(super) fn twin(&self, path: &str) -> Option<&str> {
        let low = path.to_lowercase();
        self.paths().find(|other| *other != path && other.to_lowercase() == low)
    }

    /// Why a file that is there has no text, if so.
    pub(super) fn withheld(&self, path: &str) -> Option<String> {
        match &self.tree.entries.get(path)?.content {
            Content::Text(_) => None,
            Content::Withheld(why) => Some(why.reason()),
        }
    }
}

/// Whether a path's last part is `name`.
pub(super) fn is_named(path: &str, name: &str) -> bool {
    path.rsplit('/').next() == Some(name)
}
