//! What does a library say of a source tree? The whole pure road from files to outcomes.
//!
//! This is what runs inside the evaluator process (`edge::evaluator`), where repository text is
//! parsed and Rego is evaluated, so that neither can take the service along.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::adopt::{self, AdoptAnswer, AdoptRequest, Plan};
use super::change::Change;
use super::facts::{self, FactKind, RepoFacts};
use super::finding::Mode;
use super::ids::PolicyId;
use super::judge::ConfigProblem;
use super::path::{self, GoldenPath};
use super::policy::evaluate::Prepared;
use super::policy::library::Library;
use super::policy::metadata::{PolicyMeta, PolicyProblem};
use super::policy::outcome::{Evaluation, Outcome};
use super::repo_config::{RepoConfig, unknown_path};
use super::tree::SourceTree;

/// A configuration file's path and text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigFile {
    /// Its path, for complaints.
    pub path: String,
    /// Its text, or why it is not at hand, in words that follow its path.
    pub text: Result<String, String>,
}

/// What is to be evaluated.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Request {
    /// The files.
    pub tree: SourceTree,
    /// What is known of the repository besides its files.
    pub repo: RepoFacts,
    /// The configuration that counts: the base branch's.
    pub config: Option<ConfigFile>,
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

/// What the evaluator process is asked.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Question<'a> {
    /// What do the policies say? Answered by an [`Answer`].
    Evaluate(Cow<'a, Request>),
    /// What would adoption do? Answered by an [`AdoptAnswer`].
    Adopt(Cow<'a, AdoptRequest>),
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
}

impl Catalogue {
    /// Of a loaded library.
    pub fn of(library: &Library) -> Self {
        let broken = library.broken.values().chain(&library.problems);
        Self {
            digest: library.digest.clone(),
            policies: library.policies.values().cloned().collect(),
            problems: broken.cloned().collect(),
        }
    }

    /// Kinds of fact that all its policies read together.
    pub fn needs(&self) -> BTreeSet<FactKind> {
        self.policies.iter().flat_map(|p| p.needs.iter().copied()).collect()
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
        let known: Vec<PolicyId> = self.known();
        let (config, config_problems) = match &request.config {
            Some(ConfigFile { path, text: Ok(text) }) => {
                let (config, mut problems) = RepoConfig::read(path, text, &known);
                let paths: Vec<&str> = self.library.paths.keys().map(String::as_str).collect();
                problems.extend(unknown_path(&config, path, text, &paths));
                (config, problems)
            }
            Some(ConfigFile { path, text: Err(reason) }) => {
                let message = format!("it {reason}; write it as a plain text file");
                let problem = ConfigProblem { path: path.clone(), line: None, message };
                (RepoConfig::default(), vec![problem])
            }
            None => (RepoConfig::default(), Vec::new()),
        };
        let own_path = self.own_path(&request.tree, &request.repo, &config);
        let path = request.path.clone().unwrap_or_else(|| own_path.clone());
        let golden = self.library.paths.get(&path);
        let held = self.held.get(&path);
        let active: Vec<PolicyId> = known
            .into_iter()
            // A policy whose METADATA cannot be read is broken on every path.
            .filter(|id| {
                !self.library.policies.contains_key(id) || held.is_none_or(|held| held.contains(id))
            })
            .filter(|id| request.only.as_ref().is_none_or(|only| only.contains(id)))
            .filter(|id| config.mode_of(id, self.library.policies.get(id)) != Mode::Off)
            .collect();
        let needs = self.library.needs(&active);
        let extracted =
            facts::extract_change(&request.tree, &request.repo, &needs, request.change.as_ref());
        let params = Value::Object(self.params(&active, golden, &config));
        let outcomes = match self.prepare(&active, &params) {
            Ok(key) => self.library.evaluate(&self.prepared[&key], &active, &extracted),
            Err(reason) => all_broken(&active, &reason),
        };
        Answer {
            evaluation: Evaluation {
                library: self.library.digest.clone(),
                outcomes,
                excluded_files: extracted.excluded_files,
            },
            path,
            own_path,
            config,
            config_problems,
        }
    }

    /// Plans the adoption of a golden path.
    pub fn adopt(&self, request: &AdoptRequest) -> AdoptAnswer {
        let text = request.config.as_ref().and_then(|file| file.text.as_ref().ok());
        let config = text.map(|text| RepoConfig::read("", text, &self.known()).0);
        let own = self.own_path(&request.tree, &request.repo, &config.unwrap_or_default());
        let (path, guess) = match &request.path {
            Some(path) => (path.as_str(), None),
            None if own != path::DEFAULT => (own.as_str(), None),
            None => {
                let (path, why) = adopt::guess_path(request);
                (path, Some(why.to_owned()))
            }
        };
        let plan = adopt::draft(&self.library.templates, request, path, &own)?;
        Ok(Plan { path_guess: guess, ..plan })
    }

    fn own_path(&self, tree: &SourceTree, repo: &RepoFacts, config: &RepoConfig) -> String {
        let catalog = [FactKind::Catalog].into();
        let facts = facts::extract(tree, repo, &catalog);
        path::choose(&self.library.paths, config.path.as_deref(), &facts.snapshot.catalog)
    }

    fn known(&self) -> Vec<PolicyId> {
        let ids: BTreeSet<PolicyId> =
            self.library.policies.keys().chain(self.library.broken.keys()).cloned().collect();
        ids.into_iter().collect()
    }

    /// Defaults of the policies' METADATA, then the golden path's, then the repository's own.
    fn params(
        &self,
        active: &[PolicyId],
        golden: Option<&GoldenPath>,
        config: &RepoConfig,
    ) -> Map<String, Value> {
        let mut params = Map::new();
        for meta in active.iter().filter_map(|id| self.library.policies.get(id)) {
            params.extend(meta.parameters.clone());
        }
        params.extend(golden.map(|path| path.parameters.clone()).unwrap_or_default());
        params.extend(config.parameters.clone());
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
