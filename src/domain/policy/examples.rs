//! Do a policy's examples come out as it says? `examples.yaml` taken through the real extractors.
//!
//! Undefined Rego reads as an empty set, so a policy with a typing mistake passes everything;
//! only a bad example that must fire proves that it can.

mod difference;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::complaint::is_time_out;
use super::coverage::Coverage;
use super::library::Library;
use super::misread::misread;
use super::outcome::{Outcome, Status};
use crate::domain::change::Change;
use crate::domain::facts::{self, Extracted, FactKind, RepoFacts};
use crate::domain::ids::PolicyId;
use crate::domain::tree::{Content, Entry, SourceTree};
use crate::domain::yaml;

pub use difference::Line;

/// The file beside `policy.rego`.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Examples {
    /// Must not fail.
    #[serde(default)]
    pub good: Vec<Example>,
    /// Must fail, as `expect` says.
    #[serde(default)]
    pub bad: Vec<Example>,
}

/// One small repository.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Example {
    /// What it shows.
    pub name: String,
    /// Path → text.
    #[serde(default)]
    pub files: BTreeMap<String, String>,
    /// Path → text where the change starts; without it there is no change.
    pub before: Option<BTreeMap<String, String>>,
    /// What differs from an ordinary repository `acme/payments` with default branch `main`.
    #[serde(default)]
    pub repo: RepoExample,
    /// Parameters that differ from the policy's defaults.
    #[serde(default)]
    pub params: Map<String, Value>,
    /// Every finding, in order; mandatory for bad examples.
    #[serde(default)]
    pub expect: Vec<Expected>,
    /// For good examples: `pass` unless said otherwise.
    pub status: Option<Status>,
    /// The listing is incomplete, as GitHub's is for giant repositories.
    #[serde(default)]
    pub truncated: bool,
}

/// Repository metadata of an example.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RepoExample {
    owner: Option<String>,
    name: Option<String>,
    default_branch: Option<String>,
    #[serde(default)]
    archived: bool,
}

/// What is known of an expected finding.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// A part of its message.
    pub message: Option<String>,
    /// Its path.
    pub path: Option<String>,
    /// Its first line.
    pub line: Option<u32>,
    /// Its last line.
    pub end_line: Option<u32>,
    /// Its resource.
    pub resource: Option<String>,
}

/// Reads the file; the text says what is wrong with it.
pub fn read(text: &str) -> Result<Examples, String> {
    let mut loaded = yaml::load(text, yaml::Schema::Core12);
    if let Some(fault) =
        loaded.error.or_else(|| loaded.documents.first()?.duplicates.first().cloned())
    {
        return Err(format!("line {}: {}", fault.line, fault.message));
    }
    let document = loaded.documents.pop().unwrap_or_default();
    if document.value.is_null() {
        return Err("the file is empty; write examples below `bad:` and `good:`".to_owned());
    }
    let read = serde_json::from_value(document.value.clone());
    read.map_err(|e| misread(&document, &e).told())
}

/// How one example came out.
#[derive(Debug)]
pub struct Tried<'a> {
    /// Whether it stands below `bad`.
    pub bad: bool,
    /// The example.
    pub example: &'a Example,
    /// What differs from what it says; empty when nothing does.
    pub difference: Vec<Line>,
}

impl Examples {
    /// What is wrong with the file as a whole.
    pub fn complaint(&self) -> Option<&'static str> {
        (self.good.len() < 2 || self.bad.len() < 2)
            .then_some("a policy needs two good and two bad examples at least")
    }

    /// All of them, good ones first.
    pub fn all(&self) -> impl Iterator<Item = (bool, &Example)> {
        self.good.iter().map(|e| (false, e)).chain(self.bad.iter().map(|e| (true, e)))
    }
}

/// Tries every example of one policy.
pub fn tried<'a>(library: &Library, id: &PolicyId, examples: &'a Examples) -> Vec<Tried<'a>> {
    let mut endless = false;
    let mut told = None;
    let one = |(bad, example): (bool, &'a Example)| {
        if endless {
            let words = "not tried: the policy took too long on the example above".to_owned();
            return Tried { bad, example, difference: vec![Line::Note(words)] };
        }
        let difference = match evaluate(library, id, example) {
            Err(reason) => vec![Line::Note(reason)],
            Ok(outcome) => {
                let mut difference = match bad {
                    true => difference::of_bad(example, &outcome),
                    false => difference::of_good(example, &outcome),
                };
                endless = outcome.problem.as_ref().is_some_and(|it| is_time_out(it));
                // Where it went wrong, once for all examples that it goes wrong on.
                if outcome.problem.is_some() && outcome.problem != told {
                    let lines = outcome.problem.iter().flat_map(|problem| problem.excerpt());
                    difference.extend(lines.map(Line::Note));
                    told = outcome.problem;
                }
                difference
            }
        };
        Tried { bad, example, difference }
    };
    examples.all().map(one).collect()
}

/// What went wrong with the examples of one policy; empty when all came out as they should.
pub fn run(library: &Library, id: &PolicyId, examples: &Examples) -> Vec<String> {
    let mut complaints: Vec<String> =
        examples.complaint().into_iter().map(ToOwned::to_owned).collect();
    for tried in tried(library, id, examples) {
        if !tried.difference.is_empty() {
            let lines: Vec<String> = tried.difference.iter().map(ToString::to_string).collect();
            let kind = if tried.bad { "bad" } else { "good" };
            let name = &tried.example.name;
            complaints.push(format!("{kind} example \"{name}\": {}", lines.join("\n      ")));
        }
    }
    complaints
}

/// Adds what the examples reach of the policy's rules.
pub fn cover(library: &Library, id: &PolicyId, examples: &Examples, coverage: &mut Coverage) {
    for (_, example) in examples.all() {
        let needs = library.needs([id]);
        let extracted = example.extracted(&needs);
        let params = example.params(library, id);
        coverage.run(library, id, &params, &extracted.snapshot);
    }
}

/// The outcome of the policy on the example.
pub fn evaluate(library: &Library, id: &PolicyId, example: &Example) -> Result<Outcome, String> {
    let ids = [id.clone()];
    let extracted = example.extracted(&library.needs(&ids));
    let prepared = library.prepare(&ids, &example.params(library, id))?;
    let mut outcomes = library.evaluate(&prepared, &ids, &extracted);
    outcomes.pop().ok_or_else(|| "the policy gave no outcome".to_owned())
}

fn entry(text: &str) -> Entry {
    Entry::loose(Content::Text(text.into()))
}

impl Example {
    /// The facts of it, and of the change when it is one.
    fn extracted(&self, needs: &BTreeSet<FactKind>) -> Extracted {
        let tree = self.tree();
        let change = self.before.as_ref().map(|files| {
            let entries = files.iter().map(|(path, text)| (path.clone(), entry(text))).collect();
            Change::between(&SourceTree { entries, ..SourceTree::default() }, &tree)
        });
        facts::extract_change(&tree, &self.repo(), needs, change.as_ref())
    }

    /// The policy's parameters with what this example says differently.
    fn params(&self, library: &Library, id: &PolicyId) -> Value {
        let mut params = library.policies.get(id).map(|m| m.parameters.clone()).unwrap_or_default();
        params.extend(self.params.clone());
        Value::Object(params)
    }

    fn tree(&self) -> SourceTree {
        SourceTree {
            excluded: Default::default(),
            sha: None,
            entries: self.files.iter().map(|(path, text)| (path.clone(), entry(text))).collect(),
            truncated: self.truncated.then(|| "the file listing is incomplete".to_owned()),
        }
    }

    fn repo(&self) -> RepoFacts {
        let owner = self.repo.owner.clone().unwrap_or_else(|| "acme".to_owned());
        let name = self.repo.name.clone().unwrap_or_else(|| "payments".to_owned());
        RepoFacts {
            id: Some(1),
            full_name: format!("{owner}/{name}"),
            owner,
            name,
            default_branch: Some(
                self.repo.default_branch.clone().unwrap_or_else(|| "main".to_owned()),
            ),
            archived: self.repo.archived,
            private: Some(false),
        }
    }
}
