//! `waymark risk calibrate`: do the model's numbers hold for these repositories?

use std::fmt::Write;
use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::backtest::series;
use super::{Format, show};
use crate::cli::terminal::{STRONG, print, say, styled};
use crate::domain::report::visible::line;
use crate::domain::risk::backtest::rows::Row;
use crate::domain::risk::backtest::tell::thousands;
use crate::domain::risk::calibrate::{Calibration, ENOUGH, Later, calibrate};
use crate::domain::risk::model::Model;

/// What several repositories together are called.
const ALL: &str = "all together";

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
    let each = found.iter().map(|s| (s.name.as_str(), calibrate(model, &[&s.rows])));
    let mut told: Vec<(&str, Calibration)> = each.collect();
    if found.len() > 1 {
        let all: Vec<&[Row]> = found.iter().map(|s| s.rows.as_slice()).collect();
        told.push((ALL, calibrate(model, &all)));
    }
    if arguments.format == Format::Json {
        let all: std::collections::BTreeMap<_, _> = told.into_iter().collect();
        return Ok(print(&(serde_json::to_string_pretty(&all)? + "\n"))?);
    }
    for (name, found) in &told {
        say(&text(name, found));
    }
    Ok(())
}

fn text(name: &str, found: &Calibration) -> String {
    let mut out = format!("{}\n", styled(STRONG, &line(name)));
    let auc = found.auc.map_or("-".to_owned(), |auc| format!("{auc:.3}"));
    let _ = writeln!(
        out,
        "  {} changes, {} reverted; base rate now {}; AUC of the model here {auc}",
        thousands(found.changes),
        found.reverted,
        show::rate(found.base_rate),
    );
    let Some(slopes) = &found.slopes else {
        let _ = writeln!(
            out,
            "  fewer than {ENOUGH} reverts: own slopes would say nothing, the model's stay"
        );
        return out;
    };
    let _ = writeln!(out, "  SIGNAL      MODEL     OWN, drawn toward it");
    for slope in slopes {
        let _ = writeln!(out, "  {:<10} {:+.3}    {:+.3}", slope.name, slope.compiled, slope.own);
    }
    match found.later {
        Some(Later { reverted, compiled, own }) => {
            let _ = writeln!(
                out,
                "  on the last fifth ({reverted} reverted), fitted on what was before: AUC of the model {compiled:.3}, own {own:.3}"
            );
        }
        None => {
            let _ = writeln!(
                out,
                "  too few reverts before the last fifth to try them on changes that they were not fitted on"
            );
        }
    }
    out
}
