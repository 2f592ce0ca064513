//! `waymark risk calibrate`: do the model's numbers hold for these repositories?

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::backtest::series;
use super::{Format, show};
use crate::cli::terminal::{STRONG, print, say, styled};
use crate::domain::report::visible::line;
use crate::domain::risk::calibrate::{ENOUGH, calibrate};
use crate::domain::risk::model::Model;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Folder of histories, one `*.csv` or `*.csv.gz` per repository, as `risk history` prints them
    #[arg(value_hint = ValueHint::DirPath)]
    folder: PathBuf,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

pub(super) fn run(model: &Model, arguments: &Arguments) -> anyhow::Result<()> {
    let found = series(&arguments.folder)?;
    let told = found.iter().map(|s| (s.name.as_str(), calibrate(model, &s.rows)));
    if arguments.format == Format::Json {
        let all: std::collections::BTreeMap<_, _> = told.collect();
        return Ok(print(&(serde_json::to_string_pretty(&all)? + "\n"))?);
    }
    for (name, found) in told {
        let mut out = format!("{}\n", styled(STRONG, &line(name)));
        let auc = found.auc.map_or("-".to_owned(), |auc| format!("{auc:.3}"));
        let _ = writeln!(
            out,
            "  {} changes, {} reverted; base rate now {}; AUC of the model here {auc}",
            found.changes,
            found.reverted,
            show::rate(found.base_rate),
        );
        match &found.slopes {
            None => {
                let _ = writeln!(
                    out,
                    "  fewer than {ENOUGH} reverts: own slopes would say nothing, the model's stay"
                );
            }
            Some(slopes) => {
                let _ = writeln!(out, "  SIGNAL      MODEL     OWN, drawn toward it");
                for slope in slopes {
                    let _ = writeln!(
                        out,
                        "  {:<10} {:+.3}    {:+.3}",
                        slope.name, slope.compiled, slope.own
                    );
                }
            }
        }
        say(&out);
    }
    Ok(())
}
