//! What does a library say of a source tree? The whole pure road from files to outcomes.
//!
//! This is what runs inside the evaluator process (`edge::evaluator`), where repository text is
//! parsed and Rego is evaluated, so that neither can take the service along.

mod explain;
mod fixing;
mod held;
mod planning;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::change::Change;
use super::config::rollout::bare_team;
use super::config::{Known, Layers, OrgConfig, RepoConfig};
use super::facts::{self, FactKind, RepoFacts, Snapshot};
use super::glob::Globs;
use super::ids::PolicyId;
use super::judge::ConfigProblem;
use super::path::{self, GoldenPath};
use super::policy::evaluate::Prepared;
use super::policy::gate::GateRule;
use super::policy::library::Library;
use super::policy::metadata::{PolicyMeta, PolicyProblem};
use super::policy::outcome::{Evaluation, Outcome};
use super::tree::SourceTree;
use super::waiver::{Waiver, inline, upkeep};

/// A configuration file's path and text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigFile {
    /// Its path, for complaints.
    pub path: String,
    /// Its text, or why it is not at hand, in words that follow its path.
    pub text: Result<String, String>,
}

/// What is to be evaluated.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Request {
    /// The files.
    pub tree: SourceTree,
    /// What is known of the repository besides its files.
    pub repo: RepoFacts,
    /// The configuration that counts: the base branch's.
    pub config: Option<ConfigFile>,
    /// The organisation's configuration.
    #[serde(default)]
    pub organisation: Option<ConfigFile>,
    /// The golden path that counts; `None` lets the configuration and the tree's own catalog say.
    /// A change is judged on the path of where it starts: it cannot excuse itself by leaving it.
    #[serde(default)]
    pub path: Option<String>,
    /// The change that leads to the files; policies that look at it find none without.
    #[serde(default)]
    pub change: Option<Change>,
    /// Evaluate these policies only; used to find out which one kills the evaluator.
    pub only: Option<Vec<PolicyId>>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Answer {
    /// What the policies said.
    pub evaluation: Evaluation,
    /// The golden path that counted.
    pub path: String,
    /// The one that configuration and catalog of the tree itself choose.
    pub own_path: String,
    /// The configuration as understood.
    pub config: RepoConfig,
    /// Complaints about it.
    pub config_problems: Vec<ConfigProblem>,
    /// The organisation's configuration as understood.
    #[serde(default)]
    pub organisation: OrgConfig,
    /// Complaints about that.
    #[serde(default)]
    pub organisation_problems: Vec<ConfigProblem>,
    /// The teams that own the repository, by the tree's catalog and CODEOWNERS.
    #[serde(default)]
    pub teams: BTreeSet<String>,
    /// The owner of the catalog's first component that names one.
    #[serde(default)]
    pub owner: Option<String>,
    /// Waivers in comments of the tree's files.
    #[serde(default)]
    pub inline: Vec<Waiver>,
    /// Comments that are meant as waivers but cannot be read.
    #[serde(default)]
    pub inline_problems: Vec<ConfigProblem>,
}

/// What a library holds, told to the server, which never parses Rego itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Catalogue {
    /// The library's digest.
    pub digest: String,
    /// Its policies, by id.
    pub policies: Vec<PolicyMeta>,
    /// Policies and files that cannot be used, with the reason.
    pub problems: Vec<PolicyProblem>,
    /// `sha256:…` over the templates of golden paths, which no outcome depends on.
    #[serde(default)]
    pub templates: String,
    /// What configuration files may name.
    #[serde(default)]
    pub known: Known,
    /// Its rules about deployments, by id.
    #[serde(default)]
    pub gate: Vec<GateRule>,
}

impl Catalogue {
    /// Of a loaded library.
    pub fn of(library: &Library) -> Self {
        let gate = &library.gate;
        let broken = library.broken.values().chain(&library.problems).chain(gate.broken.values());
        Self {
            digest: library.digest.clone(),
            policies: library.policies.values().cloned().collect(),
            problems: broken.cloned().collect(),
            templates: library.templates_digest(),
            known: known(library),
            gate: gate.rules.values().cloned().collect(),
        }
    }

    /// Kinds of fact that all its policies read together.
    pub fn needs(&self) -> BTreeSet<FactKind> {
        self.policies.iter().flat_map(|p| p.needs.iter().copied()).collect()
    }

    /// Whether a policy cannot be loaded, so that it is broken on every repository.
    pub fn is_broken(&self, id: &PolicyId) -> bool {
        let path = format!("{id}/policy.rego");
        self.problems.iter().any(|problem| problem.path == path)
    }

    /// Ids and needs of its policies that look at a change.
    pub fn of_change(&self) -> (Vec<PolicyId>, BTreeSet<FactKind>) {
        let found = self.policies.iter().filter(|p| p.needs.iter().any(|kind| kind.is_of_change()));
        let found: Vec<&PolicyMeta> = found.collect();
        let needs = found.iter().flat_map(|p| p.needs.iter().copied()).collect();
        (found.into_iter().map(|p| p.id.clone()).collect(), needs)
    }

    /// Ids of its policies.
    pub fn ids(&self) -> Vec<PolicyId> {
        self.policies.iter().map(|p| p.id.clone()).collect()
    }
}

/// A library together with the engines prepared so far.
pub struct Evaluator {
    library: Library,
    /// Golden path → the policies that it holds: globs are matched once, not per evaluation.
    held: BTreeMap<String, BTreeSet<PolicyId>>,
    prepared: BTreeMap<Key, Prepared>,
}

/// Active policies, and their parameters as JSON.
type Key = (Vec<PolicyId>, String);

/// Different sets of active policies and parameters for which an engine is kept.
const MAX_PREPARED: usize = 16;

impl Evaluator {
    /// No engine is prepared before it is asked for.
    pub fn new(library: Library) -> Self {
        let held = |path: &GoldenPath| {
            let metas = library.policies.values();
            metas.filter(|meta| path.holds(meta)).map(|meta| meta.id.clone()).collect()
        };
        let held = library.paths.iter().map(|(name, path)| (name.clone(), held(path))).collect();
        Self { library, held, prepared: BTreeMap::new() }
    }

    /// The library.
    pub fn library(&self) -> &Library {
        &self.library
    }

    /// Evaluates one request.
    pub fn evaluate(&mut self, request: &Request) -> Answer {
        let known = known(&self.library);
        let (config, config_problems) =
            read(request.config.as_ref(), |path, text| RepoConfig::read(path, text, &known));
        let (organisation, organisation_problems) =
            read(request.organisation.as_ref(), |path, text| OrgConfig::read(path, text, &known));
        let layers = Layers { organisation: &organisation, repository: &config };
        let tree = without(&request.tree, Globs::new(layers.exclude()));

        let about = facts::extract(&tree, &request.repo, &ABOUT.into()).snapshot;
        let (asked, otherwise) = layers.path();
        let own_path = path::choose(&self.library.paths, asked, otherwise, &about.catalog);
        let path = request.path.clone().unwrap_or_else(|| own_path.clone());
        let golden = self.library.paths.get(&path);
        let (inline, inline_problems) = inline::read(&tree, &known);
        let early: BTreeSet<PolicyId> = ids(&self.library)
            .into_iter()
            .filter(|id| self.comes_later(id, &path, &organisation))
            .collect();
        let active: Vec<PolicyId> = ids(&self.library)
            .into_iter()
            .filter(|id| early.contains(id) || self.is_held(id, &path, &organisation))
            .filter(|id| request.only.as_ref().is_none_or(|only| only.contains(id)))
            .filter(|id| !layers.is_off(id, self.library.policies.get(id)))
            .collect();
        let needs = self.library.needs(&active);
        let extracted =
            facts::extract_change(&tree, &request.repo, &needs, request.change.as_ref());
        let params = self.params(&active, golden, layers);
        let mut outcomes = match self.prepare(&active, &Value::Object(params.clone())) {
            Ok(key) => self.library.evaluate(&self.prepared[&key], &active, &extracted),
            Err(reason) => all_broken(&active, &reason),
        };
        self.note_fixable(&mut outcomes, &tree, &extracted, &params);
        Answer {
            evaluation: Evaluation {
                library: self.library.digest.clone(),
                outcomes,
                excluded_files: extracted.excluded_files,
                early,
            },
            path,
            own_path,
            config,
            config_problems,
            organisation,
            organisation_problems,
            teams: teams(&about),
            owner: owners(&about).next().map(bare_team),
            inline,
            inline_problems,
        }
    }

    /// Defaults of the policies' METADATA, then the golden path's, then the configuration's.
    fn params(
        &self,
        active: &[PolicyId],
        golden: Option<&GoldenPath>,
        layers: Layers<'_>,
    ) -> Map<String, Value> {
        let mut params = Map::new();
        for meta in active.iter().filter_map(|id| self.library.policies.get(id)) {
            params.extend(meta.parameters.clone());
        }
        params.extend(golden.map(|path| path.parameters.clone()).unwrap_or_default());
        params.extend(layers.parameters());
        params
    }

    fn prepare(&mut self, active: &[PolicyId], params: &Value) -> Result<Key, String> {
        let key = (active.to_vec(), params.to_string());
        if !self.prepared.contains_key(&key) {
            if self.prepared.len() >= MAX_PREPARED {
                self.prepared.clear();
            }
            self.prepared.insert(key.clone(), self.library.prepare(active, params)?);
        }
        Ok(key)
    }
}

fn all_broken(ids: &[PolicyId], reason: &str) -> Vec<Outcome> {
    ids.iter().map(|id| Outcome::broken(id.clone(), reason)).collect()
}

/// What tells of the repository as a whole, whichever policies are asked.
const ABOUT: [FactKind; 2] = [FactKind::Catalog, FactKind::Codeowners];

fn ids(library: &Library) -> BTreeSet<PolicyId> {
    library.policies.keys().chain(library.broken.keys()).cloned().collect()
}

/// What configuration files may name.
fn known(library: &Library) -> Known {
    let ids: BTreeSet<PolicyId> = ids(library).into_iter().chain(upkeep::ids()).collect();
    let of_policies = library.policies.values().map(|meta| &meta.parameters);
    let of_paths = library.paths.values().map(|path| &path.parameters);
    // The policies' own defaults come last: they say of which kind a value is.
    let of_gate = library.gate.rules.values().map(|rule| &rule.parameters);
    let parameters = of_paths.chain(of_policies).chain(of_gate).flatten();
    Known {
        policies: ids.into_iter().collect(),
        paths: Some(library.paths.keys().cloned().collect()),
        parameters: Some(parameters.map(|(k, v)| (k.clone(), v.clone())).collect()),
    }
}

fn read<T: Default>(
    file: Option<&ConfigFile>,
    reader: impl Fn(&str, &str) -> (T, Vec<ConfigProblem>),
) -> (T, Vec<ConfigProblem>) {
    match file {
        None => (T::default(), Vec::new()),
        Some(ConfigFile { path, text: Ok(text) }) => reader(path, text),
        Some(ConfigFile { path, text: Err(reason) }) => {
            let message = format!("it {reason}; write it as a plain text file");
            (T::default(), vec![ConfigProblem { path: path.clone(), line: None, message }])
        }
    }
}

/// The tree, with what the configuration leaves out marked as such.
fn without(tree: &SourceTree, globs: Globs) -> Cow<'_, SourceTree> {
    if globs.is_empty() {
        return Cow::Borrowed(tree);
    }
    let excluded = tree.entries.keys().filter(|path| globs.mean(path)).cloned().collect();
    Cow::Owned(SourceTree { excluded, ..tree.clone() })
}

/// The owners of its components, by the catalog.
fn owners(about: &Snapshot) -> impl Iterator<Item = &str> {
    about.catalog.entities.iter().filter_map(|entity| {
        let entity = &entity.entity;
        (entity.get("kind")? == "Component").then(|| entity.pointer("/spec/owner")?.as_str())?
    })
}

/// Who owns the repository: its components' owners, and the owners of everything in CODEOWNERS.
fn teams(about: &Snapshot) -> BTreeSet<String> {
    let everything = about.codeowners.rules.iter().rfind(|rule| rule.pattern == "*");
    let of_codeowners = everything.into_iter().flat_map(|rule| &rule.owners);
    owners(about).chain(of_codeowners.map(String::as_str)).map(bare_team).collect()
}
