//! `waymark gate`: may this be deployed? The decision of the gate for a pipeline that asks itself.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum, ValueHint};

use super::check::{config_file, organisation_file, start_evaluators};
use super::runtime::open_runtime;
use super::terminal;
use crate::config::{self, Source};
use crate::domain::gate::Verdict;
use crate::domain::gate::request::Acknowledged;
use crate::domain::report::gate::{Told, text};
use crate::domain::report::json::escape_hidden;
use crate::domain::report::visible;
use crate::edge::clock::Clock;
use crate::edge::prometheus::Prometheus;
use crate::flow::gate_folder::{FolderToDeploy, commit_of, gate_folder};
use crate::flow::gather_folder::{Folder, root_of};

/// Exit code for "not yet: ask again".
const WAITING: u8 = 3;

#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 approved; 1 rejected; 3 not yet, ask again; 2 no decision \
    (wrong usage, unreadable input, broken configuration).\n\n\
    WAYMARK_PROMETHEUS_TOKEN holds a bearer token for Prometheus, when it wants one.")]
pub(super) struct Arguments {
    /// Folder of the repository; left out: the root of the Git work tree around the current folder
    #[arg(value_hint = ValueHint::DirPath)]
    path: Option<PathBuf>,
    /// Where it is to be deployed
    #[arg(long, value_name = "NAME")]
    environment: String,
    /// The revision that is to be deployed; left out: the files as they lie in the folder
    #[arg(long = "ref", value_name = "REV", allow_hyphen_values = true)]
    revision: Option<String>,
    /// What was deployed before: older findings do not count; left out: the commit before
    #[arg(long, value_name = "REV", allow_hyphen_values = true)]
    base: Option<String>,
    /// The organisation's configuration (freezes, gate, SLOs): its waymark.yml, or the folder that
    /// holds it
    #[arg(long, value_name = "FILE|DIR", value_hint = ValueHint::AnyPath)]
    organisation: Option<PathBuf>,
    /// Configuration that counts instead of .github/waymark.yml
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    config: Option<PathBuf>,
    /// Folder of further policies and rules (may be repeated)
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    policies: Vec<PathBuf>,
    /// Answer for a condition with a reason, as `freeze=customers cannot pay` (may be repeated)
    #[arg(long, value_name = "CONDITION=REASON", value_parser = acknowledgement)]
    acknowledge: Vec<(String, String)>,
    /// How to print the decision
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs: the decision, and everything that it was made of
    Json,
}

fn acknowledgement(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((condition, reason)) if !condition.trim().is_empty() && !reason.trim().is_empty() => {
            Ok((condition.trim().to_owned(), reason.trim().to_owned()))
        }
        _ => Err("write CONDITION=REASON, such as `freeze=customers cannot pay`".to_owned()),
    }
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    open_runtime()?.block_on(gate(arguments))
}

async fn gate(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let organisation = arguments.organisation.as_deref().map(organisation_file).transpose()?;
    let config = arguments.config.as_deref().map(config_file).transpose()?;
    let path = match arguments.path {
        Some(path) => path,
        None => root_of(Path::new(".")).await,
    };
    let token = config::prometheus_token(Source::of_environment())?;
    let (sha, before) = commit_of(&path, arguments.revision.as_deref())
        .await
        .context("a deployment is of a commit")?;
    let base = arguments.base.or_else(|| before.map(|sha| sha.to_string()));
    if base.is_none() {
        terminal::warn(
            "the commit before is not here, so every finding counts as new; a clone with a depth \
             of 2 has it, or name it with --base",
        );
    }
    let evaluators = start_evaluators(arguments.policies).await?;
    let now = Clock::system().now();
    let acknowledged = arguments.acknowledge.into_iter().map(|(condition, reason)| Acknowledged {
        condition,
        environment: None,
        change: None,
        by: "command line".to_owned(),
        reason,
        at: now.to_rfc3339(),
    });
    let job = FolderToDeploy {
        folder: Folder { path, head: arguments.revision, base },
        config,
        organisation,
        environment: arguments.environment,
        acknowledged: acknowledged.collect(),
        now,
    };
    // Whoever runs this chose the file that names it.
    let prometheus = |base: &str| Prometheus::new(vec![base.to_owned()], token.clone());
    let decided = gate_folder(&evaluators, job, sha, prometheus).await?;
    evaluators.stop().await;
    if let Some(problem) = decided.problems.first() {
        let place = visible::line(&problem.told());
        anyhow::bail!("the organisation's configuration has a fault: {place}");
    }
    let page = match arguments.format {
        Format::Text => text(&decided.request, &decided.decision),
        Format::Json => {
            let told = Told::new(&decided.request, &decided.decision);
            escape_hidden(&serde_json::to_string_pretty(&told)?) + "\n"
        }
    };
    terminal::print(&page)?;
    Ok(match decided.decision.verdict {
        Verdict::Approved => ExitCode::SUCCESS,
        Verdict::Rejected => ExitCode::FAILURE,
        Verdict::Waiting => ExitCode::from(WAITING),
    })
}
