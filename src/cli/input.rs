//! `waymark input [PATH]`: what do policies see?

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueHint};

use super::runtime::open_runtime;
use super::terminal;
use crate::domain::change::Change;
use crate::domain::facts::{self, FactKind};
use crate::domain::report::json::escape_hidden;
use crate::flow::gather_folder::{Folder, Gathered, gather_folder, root_of};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Folder to read; left out: the root of the Git work tree around the current folder
    #[arg(value_hint = ValueHint::DirPath)]
    path: Option<PathBuf>,
    /// Read this revision instead of the files as they lie in the folder
    #[arg(long, value_name = "REV", allow_hyphen_values = true)]
    head: Option<String>,
    /// Tell also what the files change since they left this revision
    #[arg(long, value_name = "REV", allow_hyphen_values = true)]
    base: Option<String>,
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let needs = BTreeSet::from(FactKind::ALL);
    let Gathered { repo, head, base, .. } = open_runtime()?.block_on(async {
        let path = match arguments.path {
            Some(path) => path,
            None => root_of(Path::new(".")).await,
        };
        gather_folder(&Folder { path, head: arguments.head, base: arguments.base }, &needs).await
    })?;
    let change = base.map(|base| Change::between(&base.tree, &head.tree));
    let snapshot = facts::extract_change(&head.tree, &repo, &needs, change.as_ref()).snapshot;
    let json = serde_json::to_string_pretty(&snapshot)?;
    terminal::print(&(escape_hidden(&json) + "\n"))?;
    Ok(ExitCode::SUCCESS)
}
