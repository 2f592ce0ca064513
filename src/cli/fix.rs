//! `waymark fix [PATH]`: put right what has one right answer.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueHint};

use super::check::{organisation_file, start_evaluators};
use super::progress::Progress;
use super::runtime::open_runtime;
use super::terminal;
use crate::domain::fix::FixPlan;
use crate::domain::ids::PolicyId;
use crate::domain::report::fixes::{Ink, handbook, inked, patch, summary, written};
use crate::domain::report::visible;
use crate::domain::selection::named;
use crate::domain::tree::SourceTree;
use crate::edge::clock::Clock;
use crate::edge::disk::{Write, write_all};
use crate::flow::check_folder::FolderToCheck;
use crate::flow::fix_folder::{FixedFolder, fix_folder};
use crate::flow::gather_folder::{Folder, root_of};

#[derive(Debug, Args)]
#[command(
    after_help = "Exit code: 0 nothing is to be changed, or everything was written; 1 the diff \
    shows changes; 2 nothing was done (wrong usage, unreadable input). The diff goes to standard \
    output and everything else to standard error, so `waymark fix > x.patch` is a patch."
)]
pub(super) struct Arguments {
    /// Folder to put right; left out: the root of the Git work tree around the current folder
    #[arg(value_hint = ValueHint::DirPath)]
    path: Option<PathBuf>,
    /// Only these policies: an id, a pack as `container/*`, or another glob (may be repeated).
    /// What a file says on purpose, such as `readOnlyRootFilesystem: false`, is changed only so
    #[arg(long, value_name = "POLICY")]
    policy: Vec<String>,
    /// Only what the head brings since it left this revision
    #[arg(long, value_name = "REV", allow_hyphen_values = true)]
    base: Option<String>,
    /// Show what would be changed (the default)
    #[arg(long, conflicts_with = "write")]
    diff: bool,
    /// Change the files
    #[arg(long)]
    write: bool,
    /// Print which policies have a fix and what it changes, as Markdown
    #[arg(long, conflicts_with_all = ["diff", "write", "base", "path"])]
    list: bool,
    /// Folder of further policies (may be repeated)
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    policies: Vec<PathBuf>,
    /// The organisation's configuration: its waymark.yml, or the folder that holds it
    #[arg(long, value_name = "FILE|DIR", value_hint = ValueHint::AnyPath)]
    organisation: Option<PathBuf>,
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    open_runtime()?.block_on(fix(arguments))
}

async fn fix(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { path, policy, base, write, policies, organisation, .. } = arguments;
    let organisation = organisation.as_deref().map(organisation_file).transpose()?;
    let evaluators = start_evaluators(policies).await?;
    let known = evaluators.catalogue();
    if arguments.list {
        terminal::print(&handbook(known.policies.iter()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let path = match path {
        Some(path) => path,
        None => root_of(Path::new(".")).await,
    };
    let mut wanted: BTreeSet<PolicyId> = BTreeSet::new();
    for name in &policy {
        let meant = named(name, &known.ids());
        wanted.extend(meant.map_err(|error| anyhow::anyhow!("--policy: {error}"))?);
    }
    let wanted = (!policy.is_empty()).then_some(wanted);
    let progress = Progress::start(&format!("fixing {}", visible::line(&path.to_string_lossy())));
    let folder = Folder { path: path.clone(), head: None, base };
    let today = Clock::system().now().date();
    let job = FolderToCheck { folder, config: None, organisation, today };
    let FixedFolder { plan, tree, prefix, .. } = fix_folder(&evaluators, job, wanted).await?;
    drop(progress);
    if !write {
        terminal::print(&shown(&patch(&plan, &prefix)))?;
    }
    terminal::tell(&summary(&plan));
    if plan.files.is_empty() {
        terminal::tell("nothing to put right by itself\n");
        return Ok(ExitCode::SUCCESS);
    }
    if !write {
        terminal::tell("nothing was written; `--write` does it\n");
        return Ok(ExitCode::FAILURE);
    }
    write_plan(&path, &tree, &plan)?;
    terminal::tell(&written(&plan));
    Ok(ExitCode::SUCCESS)
}

/// A patch as it is, or with colours and nothing hidden for who reads it.
fn shown(patch: &str) -> String {
    if !terminal::shows_colours() {
        return patch.to_owned();
    }
    let mut out = String::new();
    for (ink, line) in inked(patch) {
        let line = visible::line(line);
        out += &match ink {
            Ink::Head => terminal::styled(terminal::STRONG, &line),
            Ink::Place => terminal::styled(terminal::CAUTION, &line),
            Ink::Added => terminal::styled(terminal::GOOD, &line),
            Ink::Removed => terminal::styled(terminal::BAD, &line),
            Ink::Kept => line,
        };
        out.push('\n');
    }
    out
}

fn write_plan(root: &Path, tree: &SourceTree, plan: &FixPlan) -> anyhow::Result<()> {
    let writes: Vec<Write<'_>> = plan
        .files
        .iter()
        .map(|file| {
            let before = tree.text(&file.path).map(|text| &**text);
            Write { path: &file.path, before, after: &file.after, executable: false }
        })
        .collect();
    Ok(write_all(root, &writes)?)
}
