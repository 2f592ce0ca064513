//! What does the repository say about a template's parameters? Values with their sources.
//!
//! Nothing is invented silently: what nobody says is a *guess*, which a human must confirm.

mod code;
mod people;
mod running;

use serde_json::{Map, Value};

use super::AdoptRequest;
use super::around::Around;
use crate::domain::template::Parameter;

/// Why an owner is a guess: nothing in the files names one.
pub(super) const NO_OWNER: &str = "neither CODEOWNERS nor the catalog names an owner";

/// Where a value comes from that the configuration says.
pub(super) const CONFIGURED: &str = "the configuration";

/// Where the name of the platform's workflows comes from that nobody says.
pub(super) const BY_ACCOUNT: &str = "the account's name, as the policies expect it";

/// A parameter's value as the repository tells it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Inferred {
    pub(super) name: &'static str,
    pub(super) value: Value,
    pub(super) from: String,
    pub(super) guessed: bool,
}

/// Everything that was found.
#[derive(Debug, Default)]
pub(super) struct Found {
    values: Vec<Inferred>,
}

/// What organisations call the same thing in their own templates, in lower case without `_` and
/// `-`; the first is ours.
const NAMES: &[(&str, &[&str])] = &[
    (
        "name",
        &[
            "componentid",
            "componentname",
            "servicename",
            "appname",
            "applicationname",
            "projectname",
        ],
    ),
    ("repository", &["reponame", "repositoryname", "repo"]),
    ("account", &["org", "organization", "organisation", "githuborg", "repoowner"]),
    ("owner", &["team", "owningteam", "group", "componentowner"]),
    ("codeowner", &["codeowners", "reviewers"]),
    ("description", &["summary"]),
    ("lifecycle", &["stage"]),
    ("default_branch", &["defaultbranch", "branch"]),
    ("language", &["lang", "programminglanguage"]),
    ("port", &["containerport", "serviceport", "httpport"]),
    ("repo_url", &["repourl"]),
];

impl Found {
    fn add(&mut self, name: &'static str, value: impl Into<Value>, from: impl Into<String>) {
        self.put(name, value.into(), from.into(), false);
    }

    fn guess(&mut self, name: &'static str, value: impl Into<Value>, why: impl Into<String>) {
        self.put(name, value.into(), why.into(), true);
    }

    /// The first word about a parameter counts.
    fn put(&mut self, name: &'static str, value: Value, from: String, guessed: bool) {
        if self.value(name).is_none() && !value.is_null() {
            self.values.push(Inferred { name, value, from, guessed });
        }
    }

    fn value(&self, name: &str) -> Option<&Inferred> {
        self.values.iter().find(|inferred| inferred.name == name)
    }

    fn text(&self, name: &str) -> Option<&str> {
        self.value(name)?.value.as_str()
    }

    /// What is known about a parameter: by its name, by what others call it, or by the picker that
    /// Backstage shows for it. A value that is not among the parameter's choices is left out.
    pub(super) fn find(&self, parameter: &Parameter) -> Option<Inferred> {
        let field = match parameter.field.as_str() {
            "OwnerPicker" => Some("owner"),
            "RepoUrlPicker" => Some("repo_url"),
            "EntityNamePicker" => Some("name"),
            _ => None,
        };
        let plain = parameter.name.to_lowercase().replace(['_', '-'], "");
        let alias = || {
            let named = |(own, others): &&(&str, &[&str])| {
                own.replace('_', "") == plain || others.contains(&plain.as_str())
            };
            NAMES.iter().find(named).map(|(own, _)| *own)
        };
        let found = self
            .value(&parameter.name)
            .or_else(|| self.value(field?))
            .or_else(|| self.value(alias()?))?;
        let text = found.value.as_str();
        let fits = parameter.choices.is_empty()
            || text.is_some_and(|text| parameter.choices.iter().any(|choice| choice == text));
        fits.then(|| found.clone())
    }
}

/// Reads what there is.
pub(super) fn infer(
    around: &Around<'_>,
    request: &AdoptRequest,
    path: &str,
    configured: &Map<String, Value>,
) -> Found {
    let mut found = Found::default();
    // What somebody said tells the rest, too: a team's name is also that of its reviewers.
    for (name, _) in NAMES {
        if let Some(text) = request.given.get(*name) {
            found.add(name, text.as_str(), "as you said");
        }
    }
    people::infer(&mut found, around, request);
    code::infer(&mut found, around, path);
    running::infer(&mut found, around);
    platform(&mut found, around, configured);
    if let (Some(account), Some(name)) = (found.text("account"), found.text("repository")) {
        let url = format!("github.com?owner={account}&repo={name}");
        found.add("repo_url", url, "the name of the repository");
    }
    found
}

/// Which platform workflows count: as the policies are told, else by the account's name.
fn platform(found: &mut Found, around: &Around<'_>, parameters: &Map<String, Value>) {
    let name = match parameters.get("platform_workflows") {
        Some(Value::String(name)) => Some(name.clone()),
        Some(Value::Array(list)) => list.first().and_then(Value::as_str).map(str::to_owned),
        _ => None,
    };
    if let Some(name) = name {
        found.add("platform_workflows", name, CONFIGURED);
    }
    let mut calls = around.facts.uses.iter().filter_map(|call| {
        let repo = call.repo.as_deref().filter(|repo| repo.contains("platform-workflows"))?;
        Some((format!("{}/{repo}", call.owner.as_deref()?), call))
    });
    if let Some((name, call)) = calls.next() {
        found.add("platform_workflows", name, format!("`{}`", call.path));
    }
    if let Some(version) = parameters.get("minimum_version").and_then(Value::as_str) {
        found.add("platform_version", version, CONFIGURED);
    }
    if let Some(account) = found.text("account").map(str::to_owned) {
        let name = format!("{account}/platform-workflows");
        found.add("platform_workflows", name, BY_ACCOUNT);
    }
}
