//! `waymark risk history`: every change of a clone with its signals, for comparing and for fitting.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use clap::{Args, ValueHint};

use crate::cli::runtime::open_runtime;
use crate::cli::terminal::print;
use crate::domain::risk::history::{Step, was_reverted};
use crate::domain::risk::model::Model;
use crate::domain::risk::observed::Observed;
use crate::domain::risk::signals::{Evidence, SIGNALS};
use crate::flow::gather_folder::root_of;
use crate::flow::risk_of_folder::walk_folder;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Folder of a clone; left out: the one around the current folder
    #[arg(value_hint = ValueHint::DirPath)]
    path: Option<PathBuf>,
    /// Where the history ends
    #[arg(long, value_name = "REV", allow_hyphen_values = true, default_value = "HEAD")]
    head: String,
}

pub(super) fn run(model: &Model, arguments: &Arguments) -> anyhow::Result<()> {
    let names: Vec<&str> = SIGNALS.iter().map(|signal| signal.name).collect();
    let mut out = format!("commit,ts,y,bot,multiple,{}\n", names.join(","));
    open_runtime()?.block_on(async {
        let path = match &arguments.path {
            Some(path) => path.clone(),
            None => root_of(Path::new(".")).await,
        };
        walk_folder(model, &path, &arguments.head, |step| row(step, &mut out)).await
    })?;
    Ok(print(&out)?)
}

/// Empty where nothing is known. `bot` is 1 for what is neither scored nor counted.
fn row(step: &Step<'_>, out: &mut String) {
    let landed = step.landed;
    let reverted = u8::from(was_reverted(landed.at, landed.reverted));
    let multiple = step.score.map(|score| format!("{:.4}", score.multiple)).unwrap_or_default();
    let bot = u8::from(!landed.counts());
    let sha = landed.sha.as_ref().map(|sha| sha.as_str()).unwrap_or_default();
    let _ = write!(out, "{},{},{reverted},{bot},{multiple}", sha, landed.at.as_secs());
    let observed = Observed {
        lines_before: step.lines_before,
        ..Observed::nothing("only GitHub knows; the check on a pull request tells")
    };
    for signal in SIGNALS {
        let value = (signal.read)(Evidence::of(step.change, step.past).observing(&observed));
        let _ = write!(out, ",{}", value.map(|v| format!("{v}")).unwrap_or_default());
    }
    out.push('\n');
}
