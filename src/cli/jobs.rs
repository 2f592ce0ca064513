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
    /// Queue a dead job again, or all of them, with all their tries
    Retry(Dead),
}

#[derive(Debug, Args)]
struct Dead {
    /// Its id, as `waymark jobs list --dead` shows it
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    id: Option<String>,
    /// Every dead job
    #[arg(long)]
    all: bool,
    /// Of all of them only those of one kind, such as check_pull
    #[arg(long, requires = "all")]
    kind: Option<String>,
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
        Command::Retry(Dead { id: Some(id), .. }) => retry(store, &id).await,
        Command::Retry(Dead { kind, .. }) => retry_all(store, kind.as_deref()).await,
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

async fn retry_all(store: &Store, kind: Option<&str>) -> anyhow::Result<ExitCode> {
    let queued = store.retry_all_dead(kind, Clock::system().now()).await?;
    say(&match (queued, kind) {
        (1, _) => "1 job is queued again".to_owned(),
        (0, None) => "there is no dead job".to_owned(),
        (0, Some(kind)) => {
            format!(
                "there is no dead job of the kind `{}`",
                visible::line(&clip(kind, ERROR_BYTES))
            )
        }
        (n, _) => format!("{n} jobs are queued again"),
    });
    Ok(ExitCode::SUCCESS)
}
