//! `waymark policy list | show | test | docs`: what policies there are, what they say, whether they
//! hold.

mod docs;
mod list;
mod show;
mod test;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List every policy with its level, severity and mode
    List {
        /// Folder of further policies (may be repeated)
        #[arg(long, value_name = "DIR")]
        policies: Vec<PathBuf>,
    },
    /// Show one policy: what it wants, why, and how to get there
    Show {
        /// Its id, such as container/non_root_user
        id: String,
        /// Folder of further policies (may be repeated)
        #[arg(long, value_name = "DIR")]
        policies: Vec<PathBuf>,
    },
    /// Write the handbook: a page for each policy, and an index
    Docs {
        /// The folder to write to
        dir: PathBuf,
        /// Folder of further policies (may be repeated)
        #[arg(long, value_name = "DIR")]
        policies: Vec<PathBuf>,
    },
    /// Run every policy's examples and test_ rules
    Test {
        /// A folder of policies; the built-in ones when left out
        dir: Option<PathBuf>,
    },
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    match arguments.command {
        Command::List { policies } => list::run(&policies),
        Command::Show { id, policies } => show::run(&id, &policies),
        Command::Docs { dir, policies } => docs::run(&dir, &policies),
        Command::Test { dir } => test::run(dir),
    }
}
