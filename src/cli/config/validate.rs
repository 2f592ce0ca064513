//! `waymark config validate [FILES…]`: every fault with its line, as an editor can jump to it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, ValueHint};

use super::Kind;
use crate::cli::check::{config_file, start_evaluators};
use crate::cli::runtime::open_runtime;
use crate::cli::terminal;
use crate::domain::config::{CONFIG_PATHS, ORGANISATION_PATHS};
use crate::domain::evaluate::Request;
use crate::domain::report::visible;
use crate::edge::evaluator::Evaluators;

#[derive(Debug, Args)]
#[command(after_help = "A file called waymark.yml outside of a folder .github is taken for the \
    organisation's, any other for a repository's; --as says it otherwise. Exit code: 0 all are \
    right; 1 one is not; 2 one cannot be read.")]
pub(super) struct Arguments {
    /// Files; left out: .github/waymark.yml and waymark.yml, as far as they exist here
    #[arg(value_hint = ValueHint::FilePath)]
    files: Vec<PathBuf>,
    /// What the files are
    #[arg(long = "as", value_name = "KIND")]
    kind: Option<Kind>,
    /// Folder of further policies (may be repeated)
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    policies: Vec<PathBuf>,
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    open_runtime()?.block_on(validate(arguments))
}

async fn validate(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { mut files, kind, policies } = arguments;
    if files.is_empty() {
        let usual = CONFIG_PATHS.iter().chain(&ORGANISATION_PATHS).map(PathBuf::from);
        files = usual.filter(|file| file.is_file()).collect();
        if files.is_empty() {
            let names = [CONFIG_PATHS, ORGANISATION_PATHS].concat().join(", ");
            bail!("there is nothing to check here: none of {names} exists");
        }
    }
    let evaluators = start_evaluators(policies).await?;
    let mut faults = 0;
    for file in &files {
        let problems =
            problems_of(&evaluators, file, kind.unwrap_or_else(|| kind_of(file))).await?;
        if problems.is_empty() {
            terminal::print(&format!("{}: good\n", visible::line(&file.display().to_string())))?;
        }
        for problem in &problems {
            terminal::print(&(visible::line(problem) + "\n"))?;
        }
        if kind.is_none() && !problems.is_empty() {
            terminal::print(&other_kind(&evaluators, file, problems.len()).await?)?;
        }
        faults += problems.len();
    }
    evaluators.stop().await;
    Ok(if faults == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What is said of a file that is rather the other one of the two.
async fn other_kind(evaluators: &Evaluators, file: &Path, faults: usize) -> anyhow::Result<String> {
    let (taken, other, words) = match kind_of(file) {
        Kind::Repository => ("a repository's", Kind::Organisation, "the organisation's"),
        Kind::Organisation => ("the organisation's", Kind::Repository, "a repository's"),
    };
    let fewer = problems_of(evaluators, file, other).await?.len() < faults;
    let name = if other == Kind::Organisation { "organisation" } else { "repository" };
    Ok(match fewer {
        true => format!(
            "  is this {words} file? By its name it was taken for {taken}: try --as {name}\n"
        ),
        false => String::new(),
    })
}

async fn problems_of(
    evaluators: &Evaluators,
    file: &Path,
    kind: Kind,
) -> anyhow::Result<Vec<String>> {
    let given = Some(config_file(file)?);
    let mut request = Request { only: Some(Vec::new()), ..Request::default() };
    match kind {
        Kind::Repository => request.config = given,
        Kind::Organisation => request.organisation = given,
    }
    let answer = evaluators.evaluate(&request).await?;
    let problems = answer.config_problems.iter().chain(&answer.organisation_problems);
    Ok(problems.map(|problem| problem.told()).collect())
}

fn kind_of(file: &Path) -> Kind {
    let name = file.file_name().and_then(|name| name.to_str());
    let folder = file.parent().and_then(Path::file_name).and_then(|name| name.to_str());
    let is_named = name.is_some_and(|name| ORGANISATION_PATHS.contains(&name));
    if is_named && folder != Some(".github") { Kind::Organisation } else { Kind::Repository }
}
