//! What is it called, what is it for, and whose is it?

use serde_json::Value;

use super::{Found, NO_OWNER};
use crate::domain::adopt::AdoptRequest;
use crate::domain::adopt::around::Around;

/// Longest description taken from a README, in characters.
const MAX_DESCRIPTION: usize = 160;

pub(super) fn infer(found: &mut Found, around: &Around<'_>, request: &AdoptRequest) {
    catalog(found, around);
    let repo = &request.repo;
    if !repo.name.is_empty() {
        found.add("repository", repo.name.clone(), "the name of the repository");
        let name = component_name(&repo.name);
        found.add("name", name, "the name of the repository");
    }
    if !repo.owner.is_empty() {
        found.add("account", repo.owner.clone(), "the repository's account");
    }
    if let Some(branch) = &repo.default_branch {
        found.add("default_branch", branch.clone(), "the repository");
    }
    codeowners(found, around);
    if let Some(team) = &request.team {
        let from = format!(
            "the only team that may push here (`@{}/{}`, `{}`)",
            repo.owner, team.slug, team.permission
        );
        found.add("owner", team.slug.clone(), from);
    }
    if let Some((text, path)) = first_sentence(around) {
        found.add("description", text, format!("`{path}`"));
    }
    guesses(found);
}

fn catalog(found: &mut Found, around: &Around<'_>) {
    let Some(component) = around.component() else { return };
    let from = format!("`{}`", around.facts.catalog.path.as_deref().unwrap_or_default());
    let text = |pointer: &str| component.pointer(pointer).and_then(Value::as_str);
    let fields = [
        ("name", "/metadata/name"),
        ("description", "/metadata/description"),
        ("lifecycle", "/spec/lifecycle"),
    ];
    for (name, pointer) in fields {
        if let Some(value) = text(pointer) {
            found.add(name, value.trim(), &*from);
        }
    }
    if let Some(owner) = text("/spec/owner") {
        let plain = owner.strip_prefix("group:default/").or(owner.strip_prefix("group:"));
        found.add("owner", plain.unwrap_or(owner), &*from);
    }
    let slug = text("/metadata/annotations/github.com~1project-slug");
    if let Some((account, name)) = slug.and_then(|slug| slug.split_once('/')) {
        found.add("account", account, &*from);
        found.add("repository", name, &*from);
    }
}

/// Who owns everything, by the last rule for `*`.
fn codeowners(found: &mut Found, around: &Around<'_>) {
    let owners = &around.facts.codeowners;
    let (Some(path), Some(rule)) = (
        &owners.path,
        owners.rules.iter().rev().find(|rule| matches!(rule.pattern.as_str(), "*" | "/" | "**")),
    ) else {
        return;
    };
    if rule.owners.is_empty() {
        return;
    }
    let from = format!("`{path}`");
    found.add("codeowner", rule.owners.join(" "), &*from);
    let teams = rule.owners.iter().filter_map(|owner| owner.strip_prefix('@')?.split_once('/'));
    for (account, team) in teams {
        found.add("owner", team.to_lowercase(), &*from);
        found.add("account", account, &*from);
    }
}

fn guesses(found: &mut Found) {
    let nobody = NO_OWNER;
    if found.value("account").is_none() {
        found.guess("account", "your-org", "the folder does not tell its GitHub account");
    }
    let account = found.text("account").unwrap_or_default().to_owned();
    found.guess("owner", account.to_lowercase(), nobody);
    let team = found.text("owner").unwrap_or_default().to_owned();
    let team = team.rsplit(['/', ':']).next().unwrap_or_default();
    if found.value("owner").is_some_and(|owner| owner.guessed) {
        found.guess("codeowner", format!("@{account}"), nobody);
    } else {
        let from = "the owner, as a team of the account";
        found.add("codeowner", format!("@{account}/{team}"), from);
    }
    let text = "What it is for, in one sentence";
    found.guess("description", text, "neither README nor catalog describes it");
}

/// A repository's name as Backstage takes it.
fn component_name(name: &str) -> String {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let name: String = name.chars().map(|c| if fits(c) { c } else { '-' }).take(63).collect();
    name.trim_matches(|c: char| !c.is_ascii_alphanumeric()).to_owned()
}

/// The first sentence of prose in the README, without its Markdown.
fn first_sentence<'t>(around: &'t Around<'_>) -> Option<(String, &'t str)> {
    let path = around.facts.readmes.first()?.path.as_str();
    let text = around.text(path)?;
    let mut fenced = false;
    let mut skipping = false;
    let mut paragraph = String::new();
    for line in text.lines().map(str::trim) {
        fenced ^= line.starts_with("```");
        if line.is_empty() {
            if paragraph.split_whitespace().count() >= 3 {
                break;
            }
            paragraph.clear();
            skipping = false;
        } else if paragraph.is_empty() && (fenced || skipping || is_no_prose(line)) {
            // A heading is one line; a list, a table or a badge takes its neighbours along.
            skipping = !line.starts_with('#');
        } else if line.starts_with(['=', '-', '~']) && line.chars().all(|c| line.starts_with(c)) {
            // It was the heading that this line underlines.
            paragraph.clear();
        } else {
            paragraph.push_str(line);
            paragraph.push(' ');
        }
    }
    let line = without_links(paragraph.trim());
    let line = line.replace(['*', '`'], "");
    let end = line.find(". ").map_or(line.len(), |at| at + 1);
    let sentence = line[..end].trim().trim_end_matches(['.', ':']);
    let short: String = sentence.chars().take(MAX_DESCRIPTION).collect();
    (short.split_whitespace().count() >= 3).then_some((short, path))
}

/// Whether a line begins something else than a sentence: a heading, list, table, badge, HTML.
fn is_no_prose(line: &str) -> bool {
    let marks = ["#", "![", "[!", "<", "|", ">", "```", "- ", "* ", "+ ", ".. ", ":", "---", "==="];
    marks.iter().any(|mark| line.starts_with(mark))
}

/// `[words](address)` → `words`.
fn without_links(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once('[') {
        out.push_str(before);
        let Some((words, tail)) = after.split_once("](") else {
            out.push('[');
            rest = after;
            continue;
        };
        out.push_str(words);
        rest = tail.split_once(')').map_or("", |(_, tail)| tail);
    }
    out.push_str(rest);
    out
}
