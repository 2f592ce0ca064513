//! What does the handbook say of a policy? One page of Markdown each, made from its METADATA and
//! its examples, so that the page cannot say anything else than what is tested.

use std::collections::BTreeMap;
use std::fmt::Write;

use super::examples::{Example, Examples};
use super::library::Library;
use super::metadata::PolicyMeta;
use super::outcome::Status;
use crate::domain::path::GoldenPath;

/// Examples shown of each kind.
const SHOWN: usize = 2;

/// The page of one policy.
pub fn page(
    meta: &PolicyMeta,
    examples: &Examples,
    paths: &BTreeMap<String, GoldenPath>,
) -> String {
    let mut page = String::new();
    let id = meta.id.as_str();
    let mut add = |text: String| {
        page.push_str(text.trim_end());
        page.push_str("\n\n");
    };
    add(format!("# {}", meta.title));
    add(format!(
        "<!-- Made by `waymark policy docs` from policies/{}; do not edit. -->",
        meta.path
    ));
    add(format!(
        "`{id}` · {} level · {} severity · mode `{}`{}",
        meta.level.as_str(),
        meta.severity.as_str(),
        meta.mode.as_str(),
        meta.since.as_ref().map(|since| format!(" · since {since}")).unwrap_or_default()
    ));
    add(format!("## Why\n\n{}", meta.description));
    add(format!("## Bad\n\n{}", shown(examples.bad.iter())));
    add(format!("## Good\n\n{}", shown(good(examples))));
    add(format!("## How to fix\n\n{}", meta.remediation));
    if let Some(fix) = &meta.fix {
        let asked = format!("`/platform fix {id}` or `waymark fix --policy {id}`");
        add(format!("## What is fixed by itself\n\n{fix}\n\nAsk for it with {asked}."));
    }
    add(format!("## How to waive\n\n{}", waiver(id)));
    if !meta.parameters.is_empty() {
        let mut table = "## Parameters\n\n| name | default |\n|---|---|\n".to_owned();
        for (name, value) in &meta.parameters {
            let _ = writeln!(table, "| `{name}` | {} |", cell(&value.to_string()));
        }
        add(table);
        let example = "```yaml\nparameters:\n  ".to_owned();
        let first = meta.parameters.iter().next();
        let first = first.map(|(name, value)| format!("{name}: {value}")).unwrap_or_default();
        add(format!("Set them in `.github/waymark.yml`:\n\n{example}{first}\n```"));
    }
    let needs: Vec<String> = meta.needs.iter().filter_map(word).collect();
    add(format!(
        "## Facts\n\nIt reads {}. What cannot be read makes the answer unknown.",
        needs.join(", ")
    ));
    let held: Vec<String> = paths
        .iter()
        .filter(|(_, path)| path.holds(meta))
        .map(|(name, _)| format!("`{name}`"))
        .collect();
    let held = if held.is_empty() { "none".to_owned() } else { held.join(", ") };
    add(format!("## Golden paths\n\nHeld by {held}."));
    page.trim_end().to_owned() + "\n"
}

/// The table of contents: every policy, by pack.
pub fn index(library: &Library) -> String {
    let mut page =
        "# Policies\n\n<!-- Made by `waymark policy docs`; do not edit. -->\n\n".to_owned();
    let _ = writeln!(
        page,
        "{} policies. Each page tells why, shows what is found and what is not, and how to fix or \
         waive it.",
        library.policies.len()
    );
    let mut pack = "";
    for meta in library.policies.values() {
        if meta.id.pack() != pack {
            pack = meta.id.pack();
            let _ = write!(
                page,
                "\n## {pack}\n\n| policy | level | severity | mode | what it wants |\n|---|---|---|---|---|\n"
            );
        }
        let _ = writeln!(
            page,
            "| [`{}`]({}.md) | {} | {} | {} | {} |",
            meta.id.policy(),
            meta.id,
            meta.level.as_str(),
            meta.severity.as_str(),
            meta.mode.as_str(),
            cell(&meta.title)
        );
    }
    let gate = &library.gate.rules;
    let _ = write!(
        page,
        "\n## deployment\n\n{} rules that are asked before a deployment, and are no part of a check \
         ([the gate](../gate.md)).\n\n| rule | what it wants |\n|---|---|\n",
        gate.len()
    );
    for rule in gate.values() {
        let (name, title) = (rule.id.policy(), cell(&rule.title));
        let _ = writeln!(page, "| [`{name}`]({}.md) | {title} |", rule.id);
    }
    page.push_str("\n## Golden paths\n\n| path | for whom | policies |\n|---|---|---|\n");
    for (name, path) in &library.paths {
        let held = library.policies.values().filter(|meta| path.holds(meta)).count();
        let _ = writeln!(page, "| `{name}` | {} | {held} |", cell(&path.description));
    }
    page
}

/// Good examples that pass; where none does, whatever there is.
fn good(examples: &Examples) -> impl Iterator<Item = &Example> {
    let passes = |example: &&Example| example.status.is_none_or(|status| status == Status::Pass);
    let others = |example: &&Example| !example.status.is_none_or(|status| status == Status::Pass);
    examples.good.iter().filter(passes).chain(examples.good.iter().filter(others))
}

fn shown<'e>(examples: impl Iterator<Item = &'e Example>) -> String {
    let mut text = String::new();
    for example in examples.take(SHOWN) {
        let _ = writeln!(text, "{}:\n", capital(&example.name));
        if example.files.is_empty() {
            text.push_str("An empty repository.\n\n");
        }
        for (path, content) in &example.files {
            let fence = fence(content);
            let content = content.trim_end();
            let _ =
                writeln!(text, "{fence}{} title=\"{path}\"\n{content}\n{fence}\n", language(path));
        }
        for (name, value) in &example.params {
            let _ = writeln!(text, "With the parameter `{name}: {value}`.\n");
        }
        for expected in &example.expect {
            let place = match (&expected.path, expected.line) {
                (Some(path), Some(line)) => format!("`{path}`, line {line}: "),
                (Some(path), None) => format!("`{path}`: "),
                _ => String::new(),
            };
            let message = expected.message.as_deref().unwrap_or("is found");
            let _ = writeln!(text, "- {place}{message}");
        }
        text.truncate(text.trim_end().len());
        text.push_str("\n\n");
    }
    text
}

fn waiver(id: &str) -> String {
    format!(
        "In `.github/waymark.yml`, with a reason, who answers for it, and an end:\n\n```yaml\nwaivers:\n  \
         - policy: {id}\n    paths: [\"path/to/file\"]\n    reason: why this is well as it is\n    \
         owner: who answers for it\n    expires: YYYY-MM-DD\n```"
    )
}

/// More backticks than the text holds in a row.
fn fence(content: &str) -> String {
    let longest = content.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    "`".repeat(longest.max(2) + 1)
}

fn language(path: &str) -> &'static str {
    let name = path.rsplit('/').next().unwrap_or(path);
    match name.rsplit_once('.').map_or(name, |(_, extension)| extension) {
        "yaml" | "yml" => "yaml",
        "json" => "json",
        "toml" => "toml",
        "sql" => "sql",
        "rb" => "ruby",
        "py" => "python",
        "xml" | "csproj" | "props" => "xml",
        "md" => "markdown",
        "Dockerfile" => "dockerfile",
        _ => "text",
    }
}

/// Text in a cell of a table.
pub(super) fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

pub(super) fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars
        .next()
        .map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + chars.as_str())
}

fn word(kind: &crate::domain::facts::FactKind) -> Option<String> {
    Some(format!("`{}`", serde_json::to_value(kind).ok()?.as_str()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_with_fences_is_fenced_by_a_longer_one() {
        assert_eq!(fence("a"), "```");
        assert_eq!(fence("```yaml\n```"), "````");
        assert_eq!(cell("a|b\nc"), "a\\|b c");
        assert_eq!(capital("été"), "Été");
    }
}
