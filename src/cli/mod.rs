//! Who asked at the terminal, and how do they want to hear it?

mod adopt;
mod app;
mod check;
mod config;
mod database;
mod db;
mod dora;
mod evaluator;
mod fix;
mod gate;
mod input;
mod jobs;
mod log;
mod policy;
mod progress;
mod replay;
mod risk;
mod runtime;
mod serve;
mod sweep;
pub mod terminal;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Keeps repositories on the platform team's golden path.
#[derive(Debug, Parser)]
#[command(name = "waymark", version, about, max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Judge a folder or a revision, as a pull request would be
    Check(check::Arguments),
    /// Say whether a commit may be deployed to an environment
    Gate(gate::Arguments),
    /// Bring a folder onto its golden path: write the files that it lacks
    Adopt(adopt::Arguments),
    /// Put right what has one right answer: show the diff, or write it
    Fix(fix::Arguments),
    /// Receive webhooks and post check runs
    Serve(serve::Arguments),
    /// Compare every default branch with what is known, judge what changed, update scorecards
    Sweep(sweep::Arguments),
    /// List jobs and retry dead ones (needs WAYMARK_DATABASE_URL only)
    Jobs(jobs::Arguments),
    /// Show how repositories deliver: the DORA measures (needs WAYMARK_DATABASE_URL only)
    Dora(dora::Arguments),
    /// Read deliveries once more, by GUID or since a moment (needs WAYMARK_DATABASE_URL only)
    Replay(replay::Arguments),
    /// Bring the database up to date, look at it, move it (needs WAYMARK_DATABASE_URL only)
    Db(db::Arguments),
    /// Print a folder's snapshot: the Rego input, for OPA and conftest
    Input(input::Arguments),
    /// Show what holds in a repository, check configuration files, print their schema
    Config(config::Arguments),
    /// List, show and test policies
    Policy(policy::Arguments),
    /// How likely is a change to be reverted, compared with what is usual here?
    Risk(risk::Arguments),
    /// Answer evaluation requests on standard input (used by the other commands)
    #[command(hide = true)]
    Evaluator {
        /// Folders of further policies
        policies: Vec<PathBuf>,
    },
}

/// Exit code for "you asked for something impossible": wrong usage, unreadable files, no database.
const USAGE: u8 = 2;

/// Runs the command line; returns the process' exit code.
pub fn run() -> ExitCode {
    let arguments = Arguments::parse();
    let result = match arguments.command {
        Command::Adopt(arguments) => adopt::run(arguments),
        Command::Check(arguments) => check::run(arguments),
        Command::Gate(arguments) => gate::run(arguments),
        Command::Fix(arguments) => fix::run(arguments),
        Command::Serve(arguments) => serve::run(arguments),
        Command::Sweep(arguments) => sweep::run(arguments),
        Command::Jobs(arguments) => jobs::run(arguments),
        Command::Dora(arguments) => dora::run(arguments),
        Command::Replay(arguments) => replay::run(arguments),
        Command::Db(arguments) => db::run(arguments),
        Command::Input(arguments) => input::run(arguments),
        Command::Config(arguments) => config::run(arguments),
        Command::Policy(arguments) => policy::run(arguments),
        Command::Risk(arguments) => risk::run(arguments),
        Command::Evaluator { policies } => evaluator::run(policies),
    };
    match result {
        Ok(code) => code,
        Err(error) => {
            terminal::complain(&error);
            ExitCode::from(USAGE)
        }
    }
}
