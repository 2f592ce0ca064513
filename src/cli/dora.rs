//! `waymark dora`: how do repositories deliver, and do those on the path deliver differently?

mod table;

use std::process::ExitCode;

use clap::{Args, ValueEnum};
use secrecy::ExposeSecret;

use super::database;
use super::runtime::open_runtime;
use super::terminal::{print, say, tell};
use crate::config::{self, Source};
use crate::domain::ids::RepoName;
use crate::domain::metrics::summary::AccountDora;
use crate::domain::report::dora::{render_cohort_sheet, render_sheet};
use crate::edge::clock::Clock;
use crate::edge::store::Store;
use crate::flow::dora::measure;

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// One repository only, owner/name; shows every period
    #[arg(long, value_name = "OWNER/NAME", value_parser = parse_repo)]
    repo: Option<RepoName>,
    /// The period of the table, in days
    #[arg(long, default_value = "30", value_parser = ["7", "30", "90"])]
    days: String,
    /// How to print it
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
    /// The cohorts instead of the repositories (csv)
    #[arg(long)]
    cohorts: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Tables for people
    Text,
    /// Everything, for programs
    Json,
    /// A line for each repository and period, for spreadsheets
    Csv,
}

fn parse_repo(text: &str) -> Result<RepoName, String> {
    RepoName::parse(text).map_err(|e| e.to_string())
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let url = config::database_url(Source::of_environment())?;
    let url = url.expose_secret();
    database::existing(url)?;
    let accounts = open_runtime()?.block_on(async {
        let store = Store::open(url).await?;
        let accounts = read(&store, arguments.repo.as_ref()).await;
        store.close().await;
        accounts
    })?;
    if let (Some(repo), true) = (&arguments.repo, accounts.is_empty()) {
        anyhow::bail!("nothing is known of `{repo}`; is Waymark installed there?");
    }
    match arguments.format {
        Format::Json => print(&(serde_json::to_string_pretty(&accounts)? + "\n"))?,
        Format::Csv if arguments.cohorts => print(&render_cohort_sheet(&accounts))?,
        Format::Csv => print(&render_sheet(&accounts))?,
        Format::Text if accounts.is_empty() => tell("Waymark is installed nowhere yet\n"),
        Format::Text => {
            for account in &accounts {
                say(&match &arguments.repo {
                    Some(_) => table::repository(account),
                    None => table::account(account, arguments.days.parse()?),
                });
            }
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// Every account, or the one that holds the repository.
async fn read(store: &Store, repo: Option<&RepoName>) -> anyhow::Result<Vec<AccountDora>> {
    let now = Clock::system().now();
    let mut accounts = Vec::new();
    for installation in store.installations().await? {
        let found = measure(store, installation.id, repo, now).await?;
        accounts.extend(found.filter(|f| repo.is_none() || !f.repositories.is_empty()));
    }
    Ok(accounts)
}
