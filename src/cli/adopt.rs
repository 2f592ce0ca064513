//! `waymark adopt [PATH]`: bring this folder onto its golden path.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, ValueHint};

use super::check::{organisation_file, start_evaluators};
use super::runtime::open_runtime;
use super::{USAGE, terminal};
use crate::domain::adopt::{Action, Plan};
use crate::domain::report::adoption::{AdoptionReport, FORMATS};
use crate::domain::report::visible::line;
use crate::domain::tree::SourceTree;
use crate::edge::clock::Clock;
use crate::edge::disk::{Write, write_all};
use crate::flow::adopt_folder::{Adoption, FolderToAdopt, adopt_folder};
use crate::flow::gather_folder::{Folder, root_of};

#[derive(Debug, Args)]
#[command(
    after_help = "Exit code: 0 done, or a plan without conflicts; 1 something is in conflict \
    and was left as it is; 2 nothing was done (wrong usage, unreadable input, parameters that \
    nobody said)."
)]
pub(super) struct Arguments {
    /// Folder to bring onto the path (left out: the root of the Git work tree around the current
    /// folder), and parameters of the template
    #[arg(value_name = "PATH|KEY=VALUE", value_hint = ValueHint::DirPath)]
    words: Vec<String>,
    /// Golden path to walk instead of the one that configuration and catalog choose
    #[arg(long, value_name = "NAME")]
    path: Option<String>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    plan: bool,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = FORMATS[0].name, value_parser = names())]
    format: String,
    /// Folder of further policies and golden paths (may be repeated)
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    policies: Vec<PathBuf>,
    /// The organisation's configuration: its waymark.yml, or the folder that holds it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::AnyPath)]
    organisation: Option<PathBuf>,
}

fn names() -> PossibleValuesParser {
    FORMATS.iter().map(|f| PossibleValue::new(f.name).help(f.about)).into()
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    open_runtime()?.block_on(adopt(arguments))
}

async fn adopt(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let (folder, given) = sorted(arguments.words)?;
    let root = match folder {
        Some(folder) => folder,
        None => root_of(Path::new(".")).await,
    };
    let evaluators = start_evaluators(arguments.policies).await?;
    let job = FolderToAdopt {
        folder: Folder { path: root.clone(), head: None, base: None },
        organisation: arguments.organisation.as_deref().map(organisation_file).transpose()?,
        path: arguments.path,
        given,
        today: Clock::system().now().date(),
    };
    let Adoption { plan, before, after, tree } = adopt_folder(&evaluators, job).await?;
    let questions = if arguments.plan { Vec::new() } else { plan.open_questions() };
    if !questions.is_empty() {
        for question in questions {
            terminal::warn(&line(&question));
        }
        terminal::warn("nothing was written; `--plan` shows what would be");
        return Ok(ExitCode::from(USAGE));
    }
    if !arguments.plan {
        write(&root, &tree, &plan)?;
    }
    let report =
        AdoptionReport { plan: &plan, before: &before, after: &after, written: !arguments.plan };
    let format = FORMATS.iter().find(|f| f.name == arguments.format).context("no such format")?;
    terminal::print(&(format.render)(&report))?;
    let in_conflict = plan.with(Action::Conflict).next().is_some();
    Ok(if in_conflict { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Words are parameters when they hold a `=` and are no folder.
fn sorted(words: Vec<String>) -> anyhow::Result<(Option<PathBuf>, BTreeMap<String, String>)> {
    let mut folder = None;
    let mut given = BTreeMap::new();
    for word in words {
        match word.split_once('=').filter(|_| !Path::new(&word).is_dir()) {
            Some((name, value)) => {
                if given.insert(name.to_owned(), value.to_owned()).is_some() {
                    bail!("`{name}` is given twice");
                }
            }
            None if folder.is_none() => folder = Some(PathBuf::from(word)),
            None => bail!("`{word}` is a second folder; parameters are written `key=value`"),
        }
    }
    Ok((folder, given))
}

fn write(root: &Path, tree: &SourceTree, plan: &Plan) -> anyhow::Result<()> {
    let writes: Vec<Write<'_>> = plan
        .files
        .iter()
        .filter_map(|file| {
            let (path, after) = (file.path.as_str(), file.text.as_deref()?);
            let before = tree.text(path).map(|text| &**text);
            Some(Write { path, before, after, executable: file.executable })
        })
        .collect();
    Ok(write_all(root, &writes)?)
}
