//! Rules that CODEOWNERS lacks, for an owner that the repository names elsewhere.

use std::collections::BTreeSet;

use serde_json::Value;

use super::Fix;
use super::bench::Bench;
use crate::domain::finding::Finding;

pub(super) const CODEOWNERS_PRESENT: Fix = Fix {
    policy: "operations/codeowners_present",
    look_out: "the team must exist on GitHub and may write here",
    apply,
};

const NEW: &str = ".github/CODEOWNERS";

fn apply(bench: &mut Bench<'_>, finding: &Finding) -> Result<String, String> {
    if finding.place.pointer.is_some() {
        return Err("who was meant is yours to say".to_owned());
    }
    let path = bench.facts().codeowners.path.clone();
    let Some(path) = path else {
        if bench.has(NEW) {
            return Err(format!("`{NEW}` is there and could not be read"));
        }
        let owner = team(bench).ok_or("the catalog names no team as its owner")?;
        bench.put(NEW, format!("* {owner}\n"));
        return Ok(format!("adds `{NEW}` with `* {owner}`"));
    };
    let owner = match team(bench) {
        Some(team) => team,
        None => only_owner(bench).ok_or("nothing says whose the workflows are")?,
    };
    let text = bench.text(&path)?;
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let gap = if text.is_empty() || text.ends_with('\n') { "" } else { end };
    let line = format!("/.github/workflows/ {owner}");
    let text = format!("{text}{gap}{line}{end}");
    bench.put(&path, text);
    Ok(format!("adds `{line}`"))
}

/// The owner of the catalog's components as a team of the account, when all have the same.
fn team(bench: &Bench<'_>) -> Option<String> {
    let facts = bench.facts();
    let entities = facts.catalog.entities.iter().map(|entity| &entity.entity);
    let components = entities.filter(|entity| entity["kind"] == "Component");
    let owners: BTreeSet<&str> =
        components.filter_map(|entity| entity.pointer("/spec/owner")?.as_str()).collect();
    let mut owners = owners.into_iter();
    let (Some(owner), None) = (owners.next(), owners.next()) else { return None };
    let name = match owner.split_once(':') {
        Some(("group", name)) => name,
        Some(_) => return None,
        None => owner,
    };
    let name = name.strip_prefix("default/").unwrap_or(name);
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let account = &facts.repo.owner;
    let is_team = !account.is_empty() && !name.is_empty() && name.chars().all(fits);
    is_team.then(|| format!("@{account}/{name}"))
}

/// The owner that all rules name.
fn only_owner(bench: &Bench<'_>) -> Option<String> {
    let rules = &bench.facts().codeowners.rules;
    let owners: BTreeSet<&String> = rules.iter().flat_map(|rule| &rule.owners).collect();
    let mut owners = owners.into_iter();
    let (Some(owner), None) = (owners.next(), owners.next()) else { return None };
    Some(owner.clone())
}

/// The team that owns everything by CODEOWNERS, as the catalog names it.
pub(super) fn group(bench: &Bench<'_>) -> Option<Value> {
    let rules = &bench.facts().codeowners.rules;
    let all = rules.iter().rfind(|rule| matches!(rule.pattern.as_str(), "*" | "/" | "**"))?;
    let [only] = all.owners.as_slice() else { return None };
    let (_, team) = only.strip_prefix('@')?.split_once('/')?;
    Some(Value::String(format!("group:default/{}", team.to_lowercase())))
}
