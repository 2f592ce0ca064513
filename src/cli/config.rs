//! `waymark config …`: what holds, whether the files are right, and what they may say.

mod show;
mod validate;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use super::terminal;
use crate::domain::config::Known;
use crate::domain::config::schema::{ConfigKind, schema};
use crate::domain::evaluate::Catalogue;
use crate::edge::disk::PolicyFiles;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Show what holds in a repository, and who decided it
    Show(show::Arguments),
    /// Check configuration files; exit 1 when one is wrong
    Validate(validate::Arguments),
    /// Print the JSON Schema of a configuration file
    Schema {
        /// Which file
        kind: Kind,
        /// Leave out the names of policies, paths and parameters, as docs/schema/ does
        #[arg(long)]
        generic: bool,
        /// Folder of further policies (may be repeated)
        #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
        policies: Vec<PathBuf>,
    },
}

/// The two files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    /// .github/waymark.yml of a repository
    Repository,
    /// waymark.yml of the organisation's configuration repository
    Organisation,
}

impl From<Kind> for ConfigKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Repository => Self::Repository,
            Kind::Organisation => Self::Organisation,
        }
    }
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    match arguments.command {
        Command::Show(arguments) => show::run(arguments),
        Command::Validate(arguments) => validate::run(arguments),
        Command::Schema { kind, generic, policies } => {
            let library = PolicyFiles::with(&policies)?.library();
            let known = if generic { Known::default() } else { Catalogue::of(&library).known };
            let schema = serde_json::to_string_pretty(&schema(kind.into(), &known))?;
            terminal::print(&(schema + "\n"))?;
            Ok(ExitCode::SUCCESS)
        }
    }
}
