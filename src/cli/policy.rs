//! `waymark policy list | show | test | docs`: what policies there are, what they say, whether they
//! hold.

mod docs;
mod impact;
mod list;
mod new;
mod show;
mod test;
mod trace;
mod unasked;
mod watch;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Subcommand};

use crate::domain::policy::metadata::PolicyProblem;
use crate::domain::report::problem::render_problem;
use crate::edge::disk::PolicyFiles;

pub(super) use unasked::Unasked;

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
        /// Tell which condition of which rule stopped, on this folder
        #[arg(long, value_name = "PATH", num_args = 0..=1, default_missing_value = ".")]
        trace: Option<PathBuf>,
    },
    /// Write the files of a new policy: it compiles and passes its tests at once
    New(new::Arguments),
    /// Judge local clones under old and new policies, and tell who flips
    Impact(impact::Arguments),
    /// Write the handbook: a page for each policy, and an index
    Docs {
        /// The folder to write to
        dir: PathBuf,
        /// Folder of further policies (may be repeated)
        #[arg(long, value_name = "DIR")]
        policies: Vec<PathBuf>,
    },
    /// Run every policy's examples and test_ rules
    Test(test::Arguments),
}

/// A frame that shows the fault of a policy file, where it lies on disk.
pub(super) fn problem_frame(files: &PolicyFiles, problem: &PolicyProblem) -> String {
    let shown = PolicyProblem { path: files.place(&problem.path), ..problem.clone() };
    // Colours are dropped on the way to where they are not wanted.
    render_problem(&shown, true)
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    match arguments.command {
        Command::List { policies } => list::run(&policies),
        Command::Show { id, policies, trace } => show::run(&id, &policies, trace.as_deref()),
        Command::New(arguments) => new::run(arguments),
        Command::Impact(arguments) => impact::run(arguments),
        Command::Test(arguments) => test::run(arguments),
        Command::Docs { dir, policies } => docs::run(&dir, &policies),
    }
}
