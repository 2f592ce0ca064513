//! `waymark jobs list | retry`: what do we owe, and what has been given up?

use std::process::ExitCode;

use clap::{Args, Subcommand};
use comfy_table::{Table, presets};

use super::database;
use super::terminal::say;
use crate::domain::report::visible;
use crate::domain::report::words::clip;
use crate::edge::clock::Clock;
use crate::edge::store::{JobFilter, JobId, JobRow, JobState, Store};

#[derive(Debug, Args)]
pub(super) struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// List jobs: queued, running and dead ones
    List(Filter),
    /// Queue a dead job again, with all its tries
    Retry {
        /// Its id, as `waymark jobs list --dead` shows it
        id: String,
    },
}

#[derive(Debug, Args)]
struct Filter {
    /// Only those that were given up
    #[arg(long, group = "state")]
    dead: bool,
    /// Only those that wait
    #[arg(long, group = "state")]
    queued: bool,
    /// Only those that a worker holds
    #[arg(long, group = "state")]
    running: bool,
}

/// Rows of one listing.
const MOST_ROWS: u32 = 1_000;
/// Bytes of an error that are listed.
const ERROR_BYTES: usize = 120;

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    database::with_store(async |store| match arguments.command {
        Command::List(filter) => list(store, &filter).await,
        Command::Retry { id } => retry(store, &id).await,
    })
}

async fn list(store: &Store, filter: &Filter) -> anyhow::Result<ExitCode> {
    let wanted = match filter {
        Filter { dead: true, .. } => JobFilter::In(JobState::Dead),
        Filter { queued: true, .. } => JobFilter::In(JobState::Queued),
        Filter { running: true, .. } => JobFilter::In(JobState::Running),
        _ => JobFilter::All,
    };
    let jobs = store.list_jobs(wanted, MOST_ROWS).await?;
    if jobs.is_empty() {
        say("no jobs");
        return Ok(ExitCode::SUCCESS);
    }
    say(&table(&jobs));
    if jobs.len() == MOST_ROWS as usize {
        say(&format!("\nthe first {MOST_ROWS} are shown"));
    }
    Ok(ExitCode::SUCCESS)
}

fn table(jobs: &[JobRow]) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["ID", "STATE", "KEY", "TRIES", "SINCE", "RUNS FROM", "LAST ERROR"]);
    for job in jobs {
        let from = match job.state {
            JobState::Queued => job.run_after.to_rfc3339(),
            JobState::Running | JobState::Dead => "-".to_owned(),
        };
        // It may quote GitHub or a repository.
        let error = visible::line(&clip(job.last_error.as_deref().unwrap_or("-"), ERROR_BYTES));
        table.add_row([
            job.id.to_string(),
            job.state.as_str().to_owned(),
            visible::line(&clip(&job.key, ERROR_BYTES)),
            format!("{}/{}", job.attempts, job.max_attempts),
            job.created.to_rfc3339(),
            from,
            error,
        ]);
    }
    table.trim_fmt()
}

async fn retry(store: &Store, id: &str) -> anyhow::Result<ExitCode> {
    let id = JobId::new(id);
    if store.retry_dead(&id, Clock::system().now()).await? {
        say(&format!("{id} is queued again"));
        return Ok(ExitCode::SUCCESS);
    }
    let id = visible::line(&clip(id.as_str(), ERROR_BYTES));
    anyhow::bail!("there is no dead job `{id}`; `waymark jobs list --dead` shows what there is");
}
