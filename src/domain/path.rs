//! Which golden path does a repository walk? A path says which policies apply to which kind of
//! component.
//!
//! A directory is a registration: every `policies/paths/<name>/path.yaml` is a path. Which one
//! applies is said by the configuration (`path: worker`), else by the `spec.type` of the catalog's
//! component, else it is [`DEFAULT`].

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::facts::Catalog;
use super::finding::Level;
use super::glob;
use super::policy::metadata::{PolicyMeta, PolicyProblem};
use super::yaml;

/// The path of a repository that says nothing of itself.
pub const DEFAULT: &str = "default";

/// One golden path.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GoldenPath {
    /// For whom it is, one sentence.
    pub description: String,
    /// Catalog types (`spec.type`) that choose it.
    #[serde(default)]
    pub types: BTreeSet<String>,
    /// Policies that apply, as globs over their ids: `kubernetes/*`.
    pub include: Vec<String>,
    /// Policies that do not, although `include` names them.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// Only policies of these levels; empty means all.
    #[serde(default)]
    pub levels: BTreeSet<Level>,
    /// Parameters that differ from the policies' own defaults.
    #[serde(default)]
    pub parameters: Map<String, Value>,
}

impl GoldenPath {
    /// Reads `path.yaml`.
    pub fn read(path: &str, text: &str) -> Result<Self, PolicyProblem> {
        let problem = |line, message: String| PolicyProblem::new(path, line, message);
        let mut loaded = yaml::load(text, yaml::Schema::Core12);
        if let Some(fault) = loaded.error {
            return Err(problem(Some(fault.line), fault.message));
        }
        let value = loaded.documents.pop().map(|d| d.value).unwrap_or_default();
        let read: Self = serde_json::from_value(value).map_err(|e| problem(None, e.to_string()))?;
        match read.include.iter().chain(&read.exclude).find(|g| glob::check(g).is_err()) {
            Some(bad) => Err(problem(None, format!("`{bad}` is not a glob over policy ids"))),
            None => Ok(read),
        }
    }

    /// Whether a policy applies on this path.
    pub fn holds(&self, meta: &PolicyMeta) -> bool {
        let named = |globs: &[String]| globs.iter().any(|g| glob::matches(g, meta.id.as_str()));
        named(&self.include)
            && !named(&self.exclude)
            && (self.levels.is_empty() || self.levels.contains(&meta.level))
    }
}

/// The name of a repository's path: the configured one if it exists, else by the catalog, else
/// `otherwise` if that exists, else the default.
pub fn choose(
    paths: &BTreeMap<String, GoldenPath>,
    configured: Option<&str>,
    otherwise: Option<&str>,
    catalog: &Catalog,
) -> String {
    let exists = |name: &&str| paths.contains_key(*name);
    let configured = configured.filter(exists).map(str::to_owned);
    let otherwise = otherwise.filter(exists).unwrap_or(DEFAULT);
    configured.or_else(|| by_type(paths, catalog)).unwrap_or_else(|| otherwise.to_owned())
}

/// By the first component of the catalog whose type some path names.
fn by_type(paths: &BTreeMap<String, GoldenPath>, catalog: &Catalog) -> Option<String> {
    let types = catalog.entities.iter().filter_map(|entity| {
        let entity = &entity.entity;
        (entity.get("kind")? == "Component").then(|| entity.pointer("/spec/type")?.as_str())?
    });
    let path = |kind: &str| paths.iter().find(|(_, path)| path.types.contains(kind));
    types.filter_map(path).map(|(name, _)| name.clone()).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_read_and_a_bad_glob_refused() {
        let text = "description: x\ntypes: [service]\ninclude: ['kubernetes/*']\n";
        let path = GoldenPath::read("paths/x/path.yaml", text).expect("good");
        assert!(path.types.contains("service"));
        let bad = GoldenPath::read("paths/x/path.yaml", "description: x\ninclude: ['[']\n");
        assert!(bad.expect_err("no glob").message.contains("is not a glob"));
    }
}
