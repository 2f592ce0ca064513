//! Which policies are there? A folder of files becomes a library: metadata, rules, a digest.
//!
//! A directory is a registration: every `<pack>/<policy>/policy.rego` is a policy, everything
//! below `lib/` is shared by all. A file that does not parse makes its own policy *broken* and
//! leaves the others alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use regorus::Engine;
use sha2::{Digest, Sha256};

use super::complaint::rego_problem;
use super::gate::{self, GatePack};
use super::machine::Proven;
use super::metadata::{self, PolicyMeta, PolicyProblem};
use super::{builtins, lint};
use crate::domain::facts::FactKind;
use crate::domain::ids::PolicyId;
use crate::domain::path::GoldenPath;
use crate::domain::template::TemplateFiles;

/// The pack of what Waymark itself says about waivers (`waymark/waiver_expired`): no folder holds it.
pub const WAYMARK: &str = "waymark";

/// All policies, ready to be prepared for evaluation.
pub struct Library {
    /// `sha256:…` over path and text of every file that an outcome depends on.
    pub digest: String,
    /// Policies by id.
    pub policies: BTreeMap<PolicyId, PolicyMeta>,
    /// Policies that cannot be evaluated, each with the reason.
    pub broken: BTreeMap<PolicyId, PolicyProblem>,
    /// Golden paths by name.
    pub paths: BTreeMap<String, GoldenPath>,
    /// What golden paths' templates are made of, by path below `paths/`.
    pub templates: TemplateFiles,
    /// Rules about deployments, which are no part of a check.
    pub gate: GatePack,
    /// Complaints about files that belong to no policy.
    pub problems: Vec<PolicyProblem>,
    /// Parses kept: rules of all policies and `lib/`, with bounded builtins.
    pub(super) engine: Engine,
    /// What the virtual machine may judge.
    pub(super) proven: Option<Arc<Proven>>,
    tests: BTreeMap<String, String>,
    /// Files whose rules are in the engine.
    parsed: BTreeSet<String>,
}

impl Library {
    /// Builds a library from files: path relative to the policies folder → text. Later entries
    /// of the same path win, so that an organisation's folder may follow the built-in one.
    pub fn load<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let files: BTreeMap<&str, &str> = files.into_iter().collect();
        let mut problems = Vec::new();
        let mut library = Self {
            digest: digest(&files),
            policies: BTreeMap::new(),
            broken: BTreeMap::new(),
            paths: BTreeMap::new(),
            templates: TemplateFiles::default(),
            gate: GatePack::load(&files, &mut problems),
            problems,
            engine: Engine::new(),
            proven: None,
            tests: BTreeMap::new(),
            parsed: BTreeSet::new(),
        };
        // As OPA: a builtin's error is *undefined* unless a test asks otherwise.
        library.engine.set_strict_builtin_errors(false);
        if let Err(e) = builtins::install(&mut library.engine) {
            library.problems.push(PolicyProblem::new("(builtins)", None, e.to_string()));
        }
        let fresh = library.engine.clone();
        for (path, text) in &files {
            library.add(path, text);
        }
        library.settle(&fresh, &files);
        library
    }

    /// Takes out the files that would break the others, so that only their own policies are
    /// broken. Each turn takes out one at least.
    fn settle(&mut self, fresh: &Engine, files: &BTreeMap<&str, &str>) {
        for _ in 0..files.len() {
            let faults = lint::faults(&mut self.engine.clone());
            let known = |path: &str| self.parsed.contains(path);
            let (faults, strange): (Vec<_>, Vec<_>) =
                faults.into_iter().partition(|fault| known(&fault.path));
            if faults.is_empty() {
                // A fault without a place breaks everything; `prepare` will say it again.
                self.problems.extend(strange);
                return;
            }
            for fault in faults {
                self.parsed.remove(&fault.path);
                let id = fault.path.strip_suffix("/policy.rego").map(PolicyId::parse);
                match id {
                    Some(Ok(id)) => drop(self.broken.insert(id, fault)),
                    _ => self.problems.push(fault),
                }
            }
            self.engine = fresh.clone();
            for path in &self.parsed {
                if let Some(text) = files.get(path.as_str()) {
                    // It parsed before.
                    let _ = self.engine.add_policy(path.clone(), (*text).to_owned());
                }
            }
        }
    }

    /// Says that all of it is this build's own, which tests have proven to be the same for
    /// regorus' virtual machine.
    pub fn proven(mut self) -> Self {
        let ids = self.policies.keys().filter(|id| !self.broken.contains_key(id)).cloned();
        self.proven = Some(Arc::new(Proven::new(ids.collect(), self.engine.clone())));
        self
    }

    /// Takes over what is proven of a library whose policies are part of this one, unchanged and in
    /// packages that nothing else adds to.
    pub fn proven_as(mut self, part: Self) -> Self {
        self.proven = part.proven;
        self
    }

    fn add(&mut self, path: &str, text: &str) {
        if gate::is_of_pack(path) {
            return;
        }
        if path.ends_with("_test.rego") && !path.starts_with("paths/") {
            self.tests.insert(path.to_owned(), text.to_owned());
            return;
        }
        let parts: Vec<&str> = path.split('/').collect();
        match parts.as_slice() {
            ["lib", ..] if path.ends_with(".rego") => {
                if let Err(problem) = self.add_rules(path, text) {
                    self.problems.push(problem);
                }
            }
            ["paths", name, "path.yaml"] => match GoldenPath::read(path, text) {
                Ok(read) => {
                    self.paths.insert((*name).to_owned(), read);
                }
                Err(problem) => self.problems.push(problem),
            },
            ["paths", _, ..] => {
                self.templates.insert(path["paths/".len()..].to_owned(), text.to_owned());
            }
            [WAYMARK, _, "policy.rego"] => {
                let message = format!("the pack `{WAYMARK}` is Waymark's own: choose another name");
                self.problems.push(PolicyProblem::new(path, None, message));
            }
            [pack, policy, "policy.rego"] => match PolicyId::parse(&format!("{pack}/{policy}")) {
                Ok(id) => self.add_policy(id, path, text),
                Err(e) => {
                    let message = format!("{e}; directories are named in lower case with `_`");
                    self.problems.push(PolicyProblem::new(path, None, message));
                }
            },
            _ => {}
        }
    }

    fn add_policy(&mut self, id: PolicyId, path: &str, text: &str) {
        match metadata::read(&id, path, text) {
            Err(problem) => {
                self.broken.insert(id, problem);
            }
            Ok(meta) => {
                if let Err(problem) = self.add_rules(path, text) {
                    self.broken.insert(id.clone(), problem);
                }
                self.policies.insert(id, meta);
            }
        }
    }

    fn add_rules(&mut self, path: &str, text: &str) -> Result<(), PolicyProblem> {
        self.engine
            .add_policy(path.to_owned(), text.to_owned())
            .map_err(|e| rego_problem(path, &e))?;
        self.parsed.insert(path.to_owned());
        Ok(())
    }

    /// Kinds of fact that the given policies read together.
    pub fn needs<'a>(&self, ids: impl IntoIterator<Item = &'a PolicyId>) -> BTreeSet<FactKind> {
        ids.into_iter()
            .filter_map(|id| self.policies.get(id))
            .flat_map(|meta| meta.needs.iter().copied())
            .collect()
    }

    /// Notes which files may be run, by paths as in a policies folder; only those of templates
    /// matter.
    pub fn note_executable<'a>(&mut self, paths: impl Iterator<Item = &'a str>) {
        let below = paths.filter_map(|path| path.strip_prefix("paths/"));
        let known: Vec<&str> = below.filter(|path| self.templates.contains_key(*path)).collect();
        self.templates.executable.extend(known.into_iter().map(str::to_owned));
    }

    /// `sha256:…` over what golden paths' templates are made of.
    pub fn templates_digest(&self) -> String {
        let mut hash = Sha256::new();
        for part in self.templates.iter().flat_map(|(path, text)| [path, text]) {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        for path in &self.templates.executable {
            hash.update(path.as_bytes());
            hash.update([0]);
        }
        format!("sha256:{}", hex::encode(hash.finalize()))
    }

    /// Texts of the `*_test.rego` files, by path.
    pub fn tests(&self) -> &BTreeMap<String, String> {
        &self.tests
    }
}

fn digest(files: &BTreeMap<&str, &str>) -> String {
    let mut hash = Sha256::new();
    // What adoption writes, and what decides on deployments, changes no outcome: known evaluations
    // stay good.
    let counts = |path: &str| {
        !gate::is_of_pack(path) && (!path.starts_with("paths/") || path.ends_with("/path.yaml"))
    };
    for (path, text) in files.iter().filter(|(path, _)| counts(path)) {
        for part in [path, text] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
    }
    format!("sha256:{}", hex::encode(hash.finalize()))
}
