//! `waymark check [PATH]`: would this folder pass?

mod filters;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, ValueHint};

use super::policy::{Unasked, problem_frame};
use super::progress::Progress;
use super::runtime::open_runtime;
use super::{USAGE, terminal};
use crate::domain::config::ORGANISATION_PATHS;
use crate::domain::evaluate::ConfigFile;
use crate::domain::judge::Conclusion;
use crate::domain::report::formats::{self, FORMATS, Report};
use crate::domain::report::visible;
use crate::edge::clock::Clock;
use crate::edge::disk::{self, PolicyFiles};
use crate::edge::evaluator::{self, Evaluators};
use crate::flow::check_folder::{CheckedFolder, FolderToCheck, check_folder};
use crate::flow::gather_folder::{Folder, root_of};

#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 nothing blocks; 1 new findings block; 2 no verdict \
    (wrong usage, unreadable input, broken configuration or policy).")]
pub(super) struct Arguments {
    /// Folder to judge; left out: the root of the Git work tree around the current folder
    #[arg(value_hint = ValueHint::DirPath)]
    path: Option<PathBuf>,
    /// Judge what changed since the head left this revision; older findings do not block, and
    /// this side's configuration counts
    #[arg(long, value_name = "REV", allow_hyphen_values = true)]
    base: Option<String>,
    /// Judge this revision instead of the files as they lie in the folder
    #[arg(long, value_name = "REV", allow_hyphen_values = true)]
    head: Option<String>,
    /// How to print the result
    #[arg(long, value_name = "FORMAT", default_value = FORMATS[0].name, value_parser = names())]
    format: String,
    /// Folder of further policies (may be repeated)
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    policies: Vec<PathBuf>,
    /// Configuration that counts instead of .github/waymark.yml
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    config: Option<PathBuf>,
    /// The organisation's configuration: its waymark.yml, or the folder that holds it
    #[arg(long, value_name = "FILE|DIR", value_hint = ValueHint::AnyPath)]
    organisation: Option<PathBuf>,
    #[command(flatten)]
    filters: filters::Filters,
}

fn names() -> PossibleValuesParser {
    FORMATS.iter().map(|f| PossibleValue::new(f.name).help(f.about)).into()
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    open_runtime()?.block_on(check(arguments))
}

async fn check(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { path, base, head, format, policies, config, organisation, filters } = arguments;
    let organisation = organisation.as_deref().map(organisation_file).transpose()?;
    let config = config.as_deref().map(config_file).transpose()?;
    let path = match path {
        Some(path) => path,
        None => root_of(Path::new(".")).await,
    };
    // The child says nothing about a folder that it cannot read.
    let files = PolicyFiles::with(&policies).context("cannot read the policies")?;
    let evaluators = start_by_read(policies.clone()).await?;
    let catalogue = evaluators.catalogue();
    for problem in &catalogue.problems {
        terminal::tell(&problem_frame(&files, problem));
    }
    let asked = filters.read(&catalogue.ids())?;
    let today = Clock::system().now().date();
    let compared = base.is_some();
    let progress = Progress::start(&format!("judging {}", visible::line(&path.to_string_lossy())));
    let job = FolderToCheck { folder: Folder { path, head, base }, config, organisation, today };
    let CheckedFolder { judgement, tree, prefix, waiver_rules, broken, .. } =
        check_folder(&evaluators, job).await?;
    drop(progress);
    for problem in broken.iter().filter(|problem| !catalogue.problems.contains(*problem)) {
        terminal::tell(&problem_frame(&files, problem));
    }
    if let Some(why) = asked.silent(&judgement) {
        terminal::warn(&why);
    }
    if asked.selection.policies.is_none() {
        let judged = judgement.policies.iter().map(|policy| policy.id.clone()).collect();
        let mut unasked = Unasked::new(&policies, &files, catalogue);
        unasked.note(&judgement.path, &judged);
        unasked.words().iter().for_each(|words| terminal::warn(words));
    }
    let judgement = asked.selection.narrow(judgement);
    let format = formats::find(&format).context("no such format")?;
    let report = Report {
        judgement: &judgement,
        metas: &catalogue.policies,
        source: &|path| tree.text(path).cloned(),
        prefix: &prefix,
        compared,
        selection: &asked.selection,
        explained: &asked.explained,
        waiver_rules: &waiver_rules,
        today,
        styled: terminal::shows_colours(),
    };
    terminal::print(&(format.render)(&report))?;
    Ok(match judgement.conclusion {
        Conclusion::Success | Conclusion::Neutral => ExitCode::SUCCESS,
        Conclusion::Failure => ExitCode::FAILURE,
        Conclusion::ActionRequired => {
            terminal::warn(
                "no verdict, because the configuration or a policy is broken (see above)",
            );
            ExitCode::from(USAGE)
        }
    })
}

/// A file, or the one in a clone of the configuration repository.
pub(super) fn organisation_file(path: &Path) -> anyhow::Result<ConfigFile> {
    if !path.is_dir() {
        return config_file(path);
    }
    let found = ORGANISATION_PATHS.iter().map(|name| path.join(name)).find(|file| file.is_file());
    config_file(&found.with_context(|| {
        format!("`{}` holds no {}", path.display(), ORGANISATION_PATHS.join(" or "))
    })?)
}

pub(super) fn config_file(path: &Path) -> anyhow::Result<ConfigFile> {
    Ok(ConfigFile { path: path.display().to_string(), text: Ok(disk::read_text(path)?) })
}

/// By the policies of folders that nobody has read yet: the child takes any folder.
pub(super) async fn start_evaluators(policies: Vec<PathBuf>) -> anyhow::Result<Evaluators> {
    PolicyFiles::with(&policies).context("cannot read the policies")?;
    start_by_read(policies).await
}

/// By the policies of folders that were read. One process judges; base and head take turns.
pub(super) async fn start_by_read(policies: Vec<PathBuf>) -> anyhow::Result<Evaluators> {
    let command = evaluator::Command {
        program: std::env::current_exe().context("our own binary cannot be found")?,
        policies,
        deadline: evaluator::DEADLINE,
    };
    Ok(Evaluators::start(command, 1).await?)
}
