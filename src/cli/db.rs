//! `waymark db`: the database is brought up to date, looked at, and moved.

use std::io::{BufReader, BufWriter};
use std::process::ExitCode;

use clap::{Args, Subcommand};
use secrecy::ExposeSecret;

use super::database::existing;
use super::runtime::open_runtime;
use super::terminal::say;
use crate::config::{self, Source};
use crate::domain::report::visible;
use crate::edge::store::{Health, Moved, Store};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Make the database, or bring its schema up to date (`serve` does so, too)
    Migrate,
    /// Look at the database without changing it: schema, structure, rows, stored jobs
    Check,
    /// Write everything to standard output, to be imported elsewhere; stop the service first
    #[command(after_help = "  waymark db export > waymark.jsonl\n  \
        WAYMARK_DATABASE_URL=postgres://… waymark db import < waymark.jsonl")]
    Export,
    /// Read an export from standard input into a new, empty database
    Import,
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let url = config::database_url(Source::of_environment())?;
    let url = url.expose_secret();
    if matches!(arguments.command, Command::Check | Command::Export) {
        existing(url)?;
    }
    open_runtime()?.block_on(async {
        let store = match arguments.command {
            Command::Check | Command::Export => Store::open_as_is(url).await?,
            Command::Migrate | Command::Import => Store::open(url).await?,
        };
        let result = perform(&store, &arguments.command).await;
        store.close().await;
        result
    })
}

async fn perform(store: &Store, command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Migrate => {
            let health = store.check().await?;
            let newest = health.applied.last().copied().unwrap_or(0);
            say(&format!("{}: the schema is at migration {newest}", health.kind));
        }
        Command::Check => {
            let health = store.check().await?;
            say(&told(&health));
            if !health.problems.is_empty() {
                return Ok(ExitCode::from(1));
            }
        }
        Command::Export => {
            let mut out = BufWriter::with_capacity(1 << 20, std::io::stdout());
            let moved = store.export(&mut out).await?;
            // Standard output holds the export.
            super::terminal::tell(&format!("{}\n", summary("exported", &moved)));
        }
        Command::Import => {
            let mut input = BufReader::with_capacity(1 << 20, std::io::stdin());
            let moved = store.import(&mut input).await?;
            say(&summary("imported and compared", &moved));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn summary(verb: &str, moved: &Moved) -> String {
    let rows: u64 = moved.0.iter().map(|(_, rows)| rows).sum();
    format!("{verb}: {} tables, {rows} rows", moved.0.len())
}

fn told(health: &Health) -> String {
    let mut lines = vec![format!(
        "{}, schema at migration {}",
        health.kind,
        health.applied.last().copied().unwrap_or(0)
    )];
    if !health.pending.is_empty() {
        lines.push(format!(
            "{} migrations are pending: `waymark db migrate` applies them",
            health.pending.len()
        ));
    }
    let width = health.tables.iter().map(|(name, _)| name.len()).max().unwrap_or(0);
    lines.extend(health.tables.iter().map(|(name, rows)| format!("  {name:width$} {rows:>9}")));
    match health.problems.as_slice() {
        [] => lines.push("no problems".to_owned()),
        problems => lines.extend(problems.iter().map(|p| format!("problem: {}", visible::line(p)))),
    }
    lines.join("\n")
}
