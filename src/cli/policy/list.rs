//! `waymark policy list`.

use std::path::PathBuf;
use std::process::ExitCode;

use comfy_table::{Table, presets};

use crate::cli::terminal::say;
use crate::edge::disk::PolicyFiles;

pub(super) fn run(folders: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let files = PolicyFiles::with(folders)?;
    let library = files.library();
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["POLICY", "LEVEL", "SEVERITY", "MODE", "WHAT IT WANTS"]);
    for meta in library.policies.values() {
        table.add_row([
            meta.id.as_str(),
            meta.level.as_str(),
            meta.severity.as_str(),
            meta.mode.as_str(),
            &meta.title,
        ]);
    }
    say(&table.trim_fmt());
    if !library.gate.rules.is_empty() {
        let mut table = Table::new();
        table.load_style(presets::NOTHING);
        table.set_header(["RULE ABOUT DEPLOYMENTS", "WHAT IT WANTS"]);
        for rule in library.gate.rules.values() {
            table.add_row([rule.id.as_str(), &rule.title]);
        }
        say(&format!("\n{}", table.trim_fmt()));
    }
    let gate = library.gate.broken.values();
    for problem in library.broken.values().chain(gate).chain(&library.problems) {
        say(&super::problem_frame(&files, problem));
    }
    Ok(ExitCode::SUCCESS)
}
