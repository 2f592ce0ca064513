//! `waymark policy show ID`.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::cli::terminal::{STRONG, say, styled};
use crate::domain::ids::PolicyId;
use crate::edge::disk::PolicyFiles;

pub(super) fn run(id: &str, folders: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let files = PolicyFiles::with(folders)?;
    let library = files.library();
    let meta = PolicyId::parse(id).ok().and_then(|id| library.policies.get(&id));
    let Some(meta) = meta else {
        anyhow::bail!("there is no policy `{id}`; `waymark policy list` shows what there is");
    };
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
    if !meta.parameters.is_empty() {
        say(&format!("\n{}", styled(STRONG, "Parameters (with their defaults)")));
        for (name, value) in &meta.parameters {
            say(&format!("  {name}: {value}"));
        }
    }
    if let Some(text) = files.text(&meta.path) {
        say(&format!("\n{}\n{}", styled(STRONG, "Rules"), rules(text)));
    }
    Ok(ExitCode::SUCCESS)
}

/// The file from its `package` line on: the METADATA above it was just shown.
fn rules(text: &str) -> &str {
    text.find("\npackage ").map_or(text, |at| text[at + 1..].trim_end())
}
