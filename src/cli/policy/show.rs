//! `waymark policy show ID`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use serde_json::{Map, Value};

use crate::cli::terminal::{STRONG, say, styled, tell};
use crate::domain::ids::PolicyId;
use crate::domain::nearest::unknown_word;
use crate::domain::policy::gate::GateRule;
use crate::edge::disk::PolicyFiles;

pub(super) fn run(id: &str, folders: &[PathBuf], trace: Option<&Path>) -> anyhow::Result<ExitCode> {
    let files = PolicyFiles::with(folders)?;
    let library = files.library();
    let parsed = PolicyId::parse(id).ok();
    if let Some(problem) = parsed.as_ref().and_then(|id| library.broken.get(id)) {
        tell(&super::problem_frame(&files, problem));
        return Ok(ExitCode::from(crate::cli::USAGE));
    }
    if let Some(rule) = parsed.as_ref().and_then(|id| library.gate.rules.get(id)) {
        return show_rule(&files, rule, trace.is_some());
    }
    let Some(meta) = parsed.as_ref().and_then(|id| library.policies.get(id)) else {
        let known: Vec<&str> = library.policies.keys().map(PolicyId::as_str).collect();
        let words = unknown_word("policy", id, &known);
        anyhow::bail!("{words}");
    };
    if let Some(path) = trace {
        let id = meta.id.clone();
        return super::trace::run(library, &id, path);
    }
    say(&format!("{}  {}", styled(STRONG, meta.id.as_str()), meta.title));
    let needs: Vec<String> = meta
        .needs
        .iter()
        .filter_map(|kind| Some(serde_json::to_value(kind).ok()?.as_str()?.to_owned()))
        .collect();
    say(&format!(
        "{} level, {} severity, mode {}; reads {}\n",
        meta.level.as_str(),
        meta.severity.as_str(),
        meta.mode.as_str(),
        needs.join(", "),
    ));
    say(&format!("{}\n{}\n", styled(STRONG, "Why"), meta.description));
    say(&format!("{}\n{}", styled(STRONG, "What to do"), meta.remediation));
    parameters_and_rules(&files, &meta.parameters, &meta.path);
    Ok(ExitCode::SUCCESS)
}

/// A rule about deployments.
fn show_rule(files: &PolicyFiles, rule: &GateRule, traced: bool) -> anyhow::Result<ExitCode> {
    anyhow::ensure!(
        !traced,
        "rules about deployments are not traced; `waymark gate` tells reasons"
    );
    say(&format!("{}  {}", styled(STRONG, rule.id.as_str()), rule.title));
    say(&format!("asked before a deployment; its condition is `{}`\n", rule.condition()));
    say(&format!("{}\n{}\n", styled(STRONG, "Why"), rule.description));
    say(&format!("{}\n{}", styled(STRONG, "What to do"), rule.remediation));
    parameters_and_rules(files, &rule.parameters, &rule.path);
    Ok(ExitCode::SUCCESS)
}

fn parameters_and_rules(files: &PolicyFiles, parameters: &Map<String, Value>, path: &str) {
    if !parameters.is_empty() {
        say(&format!("\n{}", styled(STRONG, "Parameters (with their defaults)")));
        for (name, value) in parameters {
            say(&format!("  {name}: {value}"));
        }
    }
    if let Some(text) = files.text(path) {
        say(&format!("\n{}\n{}", styled(STRONG, "Rules"), rules(text)));
    }
}

/// The file from its `package` line on: the METADATA above it was just shown.
fn rules(text: &str) -> &str {
    text.find("\npackage ").map_or(text, |at| text[at + 1..].trim_end())
}
