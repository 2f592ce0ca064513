//! `waymark risk`: how likely is a change to be reverted, compared with what is usual here?

mod backtest;
mod calibrate;
mod history;
mod show;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use super::progress::Progress;
use super::runtime::open_runtime;
use super::terminal::{print, say};
use crate::domain::report::visible;
use crate::domain::risk::model::Model;
use crate::flow::gather_folder::root_of;
use crate::flow::risk_of_folder::{FolderChange, risk_of_folder};

#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "Exit code: 0 it was said; 2 it could not be said. A likelihood never fails anything."
)]
pub(super) struct Arguments {
    #[command(subcommand)]
    what: Option<What>,
    /// Folder of a clone; left out: the one around the current folder
    #[arg(value_hint = ValueHint::DirPath)]
    path: Option<PathBuf>,
    /// The branch that the change is to be merged into; its history is what it is compared with
    #[arg(long, value_name = "REV", allow_hyphen_values = true, required = true)]
    base: Option<String>,
    /// What is to be merged
    #[arg(long, value_name = "REV", allow_hyphen_values = true, default_value = "HEAD")]
    head: String,
    /// Title of the pull request; left out: the first line of the last commit
    #[arg(long)]
    title: Option<String>,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Print the model: every number of it, and where it comes from
    Model {
        /// How to print it
        #[arg(long, value_enum, default_value_t = Format::Text)]
        format: Format,
    },
    /// Replay histories whose end is known, and tell how good the predictions were
    Backtest(backtest::Arguments),
    /// Tell how the model's numbers hold for repositories of which it is known what became of them
    Calibrate(calibrate::Arguments),
    /// Print every change of a clone with its signals, as comma-separated values
    History(history::Arguments),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For machines
    Json,
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let model = Model::built_in().map_err(anyhow::Error::msg)?;
    match arguments.what {
        Some(What::Model { format: Format::Text }) => say(&show::model(model)),
        Some(What::Model { format: Format::Json }) => print(&show::model_json(model)?)?,
        Some(What::Backtest(arguments)) => backtest::run(model, &arguments)?,
        Some(What::Calibrate(arguments)) => calibrate::run(model, &arguments)?,
        Some(What::History(arguments)) => history::run(model, &arguments)?,
        None => {
            open_runtime()?.block_on(assess(model, arguments))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn assess(model: &Model, arguments: Arguments) -> anyhow::Result<()> {
    let Arguments { path, base, head, title, format, .. } = arguments;
    let path = match path {
        Some(path) => path,
        None => root_of(Path::new(".")).await,
    };
    let base = base.unwrap_or_default();
    let shown = visible::line(&path.to_string_lossy());
    let progress = Progress::start(&format!("reading the history of {shown}"));
    let asked = FolderChange { path: &path, base: &base, head: &head, title };
    let report = risk_of_folder(model, asked).await?;
    drop(progress);
    match format {
        Format::Text => say(&show::report(&report)),
        Format::Json => print(&report.json())?,
    }
    Ok(())
}
