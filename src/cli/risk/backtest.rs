//! `waymark risk backtest`: how good would the predictions have been?

use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::{Args, ValueHint};

use super::Format;
use crate::cli::terminal::{print, say};
use crate::domain::risk::backtest::{Series, backtest, rows};
use crate::domain::risk::model::Model;
use crate::edge::disk::{read_series, write_drawing};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Folder of histories: one `*.csv` or `*.csv.gz` per repository
    #[arg(value_hint = ValueHint::DirPath)]
    folder: PathBuf,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// Draw predicted against observed rates into this file
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    svg: Option<PathBuf>,
}

pub(super) fn run(model: &Model, arguments: &Arguments) -> anyhow::Result<()> {
    let found = backtest(model, &series(&arguments.folder)?)
        .context("nothing was reverted in these histories, so nothing is told")?;
    if let Some(file) = &arguments.svg {
        write_drawing(file, &found.svg())
            .with_context(|| format!("cannot write `{}`", file.display()))?;
    }
    match arguments.format {
        Format::Text => say(&found.text()),
        Format::Json => print(&(serde_json::to_string_pretty(&found)? + "\n"))?,
    }
    Ok(())
}

/// The histories of a folder.
pub(super) fn series(folder: &Path) -> anyhow::Result<Vec<Series>> {
    let shown = folder.display();
    let files = read_series(folder).with_context(|| format!("cannot read `{shown}`"))?;
    anyhow::ensure!(!files.is_empty(), "`{shown}` holds no .csv or .csv.gz");
    let read = |(name, text): (String, String)| {
        let rows = rows::read(&text).map_err(|e| anyhow::anyhow!("{name}: {e}"))?;
        Ok(Series { name, rows })
    };
    files.into_iter().map(read).collect()
}
