//! Do a policy's examples come out as it says? `examples.yaml` taken through the real extractors.
//!
//! Undefined Rego reads as an empty set, so a policy with a typing mistake passes everything;
//! only a bad example that must fire proves that it can.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::{Map, Value};

use super::library::Library;
use super::outcome::{Outcome, Status};
use crate::domain::change::Change;
use crate::domain::facts::{self, RepoFacts};
use crate::domain::finding::Finding;
use crate::domain::ids::PolicyId;
use crate::domain::tree::{Content, Entry, SourceTree};
use crate::domain::yaml;

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
    let value = loaded.documents.pop().map(|d| d.value).unwrap_or_default();
    serde_json::from_value(value).map_err(|e| e.to_string())
}

/// What went wrong with the examples of one policy; empty when all came out as they should.
pub fn run(library: &Library, id: &PolicyId, examples: &Examples) -> Vec<String> {
    let mut complaints = Vec::new();
    if examples.good.len() < 2 || examples.bad.len() < 2 {
        complaints.push("a policy needs two good and two bad examples at least".to_owned());
    }
    for (bad, example) in
        examples.good.iter().map(|e| (false, e)).chain(examples.bad.iter().map(|e| (true, e)))
    {
        let kind = if bad { "bad" } else { "good" };
        let outcome = evaluate(library, id, example);
        let found = match outcome {
            Err(reason) => Err(reason),
            Ok(outcome) if bad => check_bad(example, &outcome),
            Ok(outcome) => check_good(example, &outcome),
        };
        if let Err(reason) = found {
            complaints.push(format!("{kind} example \"{}\": {reason}", example.name));
        }
    }
    complaints
}

/// The outcome of the policy on the example.
pub fn evaluate(library: &Library, id: &PolicyId, example: &Example) -> Result<Outcome, String> {
    let ids = [id.clone()];
    let tree = example.tree();
    let change = example.before.as_ref().map(|files| {
        let entries = files.iter().map(|(path, text)| (path.clone(), entry(text))).collect();
        Change::between(&SourceTree { entries, ..SourceTree::default() }, &tree)
    });
    let needs = library.needs(&ids);
    let extracted = facts::extract_change(&tree, &example.repo(), &needs, change.as_ref());
    let mut params = library.policies.get(id).map(|m| m.parameters.clone()).unwrap_or_default();
    params.extend(example.params.clone());
    let prepared = library.prepare(&ids, &Value::Object(params))?;
    let mut outcomes = library.evaluate(&prepared, &ids, &extracted);
    outcomes.pop().ok_or_else(|| "the policy gave no outcome".to_owned())
}

fn entry(text: &str) -> Entry {
    Entry { blob: None, content: Content::Text(text.into()) }
}

impl Example {
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

fn check_good(example: &Example, outcome: &Outcome) -> Result<(), String> {
    let wanted = example.status.unwrap_or(Status::Pass);
    if outcome.status == wanted {
        return Ok(());
    }
    Err(format!("expected {}, got {}", word(wanted), described(outcome)))
}

fn check_bad(example: &Example, outcome: &Outcome) -> Result<(), String> {
    if example.expect.is_empty() {
        return Err("it must say which findings it expects".to_owned());
    }
    let matched = outcome.findings.len() == example.expect.len()
        && outcome.findings.iter().zip(&example.expect).all(|(f, e)| e.matches(f));
    if outcome.status == Status::Fail && matched {
        return Ok(());
    }
    let expected: Vec<String> = example.expect.iter().map(Expected::line).collect();
    Err(format!(
        "\n      expected fail\n        {}\n      got {}",
        expected.join("\n        "),
        described(outcome)
    ))
}

impl Expected {
    fn matches(&self, finding: &Finding) -> bool {
        let place = &finding.place;
        self.message.as_ref().is_none_or(|m| finding.message.contains(m.as_str()))
            && (self.path.is_none() || self.path == place.path)
            && (self.line.is_none() || self.line == place.start_line)
            && (self.end_line.is_none() || self.end_line == place.end_line)
            && (self.resource.is_none() || self.resource == finding.resource)
    }

    fn line(&self) -> String {
        line(self.path.as_deref(), self.line, self.resource.as_deref(), self.message.as_deref())
    }
}

fn described(outcome: &Outcome) -> String {
    let mut text = word(outcome.status).to_owned();
    if let Some(reason) = &outcome.reason {
        text.push_str(&format!(" ({reason})"));
    }
    for f in &outcome.findings {
        let resource = f.resource.as_deref();
        let place = line(f.place.path.as_deref(), f.place.start_line, resource, Some(&f.message));
        text.push_str(&format!("\n        {place}"));
    }
    text
}

fn line(
    path: Option<&str>,
    line: Option<u32>,
    resource: Option<&str>,
    message: Option<&str>,
) -> String {
    let number = line.map(|l| l.to_string()).unwrap_or_else(|| "-".to_owned());
    let resource = resource.map(|r| format!(" [{r}]")).unwrap_or_default();
    format!("{}:{number}{resource} {}", path.unwrap_or("-"), message.unwrap_or("(any message)"))
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Pass => "pass",
        Status::Fail => "fail",
        Status::NotApplicable => "not_applicable",
        Status::Unknown => "unknown",
        Status::Broken => "broken",
    }
}
