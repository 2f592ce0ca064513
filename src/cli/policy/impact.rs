//! `waymark policy impact`: whom would other policies hit?

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum, ValueHint};
use comfy_table::{Table, presets};
use serde_json::json;

use super::{Unasked, problem_frame};
use crate::cli::check::start_by_read;
use crate::cli::progress::Progress;
use crate::cli::runtime::open_runtime;
use crate::cli::terminal::{self, STRONG, say, styled};
use crate::domain::evaluate::Catalogue;
use crate::domain::impact::{Flip, Impact, RepoImpact};
use crate::domain::report::visible::line;
use crate::edge::clock::{Clock, Stopwatch};
use crate::edge::disk::{self, PolicyFiles};
use crate::flow::impact::{FolderImpact, impact_on_folder};

/// Most folders of one run.
const MAX_REPOS: usize = 10_000;

#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 all were judged; 2 a folder or a policy could not be.")]
pub(super) struct Arguments {
    /// Folders of repositories
    #[arg(value_name = "REPO", value_hint = ValueHint::DirPath)]
    repos: Vec<PathBuf>,
    /// A file with further folders, one per line; `#` begins a comment
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    list: Option<PathBuf>,
    /// Folder of the new policies, which follow the built-in ones (may be repeated)
    #[arg(long, value_name = "DIR", required = true, value_hint = ValueHint::DirPath)]
    policies: Vec<PathBuf>,
    /// Folder of the policies as they are; left out: the built-in ones alone
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    old: Vec<PathBuf>,
    /// How to print the result
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Tables for people
    Text,
    /// One document: waymark.dev/impact/v1
    Json,
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    open_runtime()?.block_on(impact(arguments))
}

async fn impact(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let watch = Stopwatch::start();
    let repos = repos(&arguments)?;
    let files = PolicyFiles::with(&arguments.policies).context("cannot read the policies")?;
    PolicyFiles::with(&arguments.old).context("cannot read the old policies")?;
    let old = start_by_read(arguments.old.clone()).await?;
    let new = start_by_read(arguments.policies.clone()).await?;
    let mut broken = false;
    for problem in &new.catalogue().problems {
        broken = true;
        terminal::tell(&problem_frame(&files, problem));
    }
    let progress = Progress::over(repos.len(), "judging");
    let today = Clock::system().now().date();
    let mut found = Vec::with_capacity(repos.len());
    let mut unasked = Unasked::new(&arguments.policies, &files, new.catalogue());
    for repo in &repos {
        progress.step(&format!("judging {}", line(&repo.display().to_string())));
        let FolderImpact { impact, asked } = impact_on_folder(&old, &new, repo, today).await?;
        asked.iter().for_each(|(path, asked)| unasked.note(path, asked));
        found.push(impact);
    }
    drop(progress);
    let impact = Impact::of(found);
    match arguments.format {
        Format::Json => terminal::print(&as_json(&impact, &unasked)?)?,
        Format::Text => tell(&impact, new.catalogue(), &watch),
    }
    if arguments.format == Format::Text {
        unasked.words().iter().for_each(|words| terminal::warn(words));
    }
    Ok(if broken || impact.unjudged > 0 {
        ExitCode::from(crate::cli::USAGE)
    } else {
        ExitCode::SUCCESS
    })
}

/// Those of the command line, then those of the list, whose relative ones start at its folder.
fn repos(arguments: &Arguments) -> anyhow::Result<Vec<PathBuf>> {
    let mut repos = arguments.repos.clone();
    if let Some(list) = &arguments.list {
        let folder = list.parent().unwrap_or(Path::new("."));
        let text = disk::read_text(list)?;
        let named = text.lines().map(|l| l.split('#').next().unwrap_or_default().trim());
        repos.extend(named.filter(|name| !name.is_empty()).map(|name| folder.join(name)));
    }
    anyhow::ensure!(!repos.is_empty(), "name at least one folder, or a list with --list");
    anyhow::ensure!(repos.len() <= MAX_REPOS, "at most {MAX_REPOS} folders at once");
    Ok(repos)
}

fn as_json(impact: &Impact, unasked: &Unasked<'_>) -> anyhow::Result<String> {
    let mut value = serde_json::to_value(impact)?;
    if let Some(fields) = value.as_object_mut() {
        fields.insert("schema".to_owned(), json!("waymark.dev/impact/v1"));
        fields.insert("not_asked".to_owned(), unasked.as_json());
    }
    Ok(crate::domain::report::json::escape_hidden(&serde_json::to_string_pretty(&value)?) + "\n")
}

fn tell(impact: &Impact, catalogue: &Catalogue, watch: &Stopwatch) {
    if !impact.policies.is_empty() {
        let mut table = table([
            "POLICY",
            "MODE",
            "NEWLY FAILS",
            "NO LONGER",
            "UNKNOWN",
            "BROKEN",
            "ENFORCED",
            "NOT ENFORCED",
        ]);
        for (id, flips) in &impact.policies {
            let meta = catalogue.policies.iter().find(|meta| meta.id == *id);
            let mode = meta.map_or("-", |meta| meta.mode.as_str());
            let count = |flip: &Flip| flips.get(flip).copied().unwrap_or(0).to_string();
            let counts: Vec<String> = Flip::ALL.iter().map(count).collect();
            let mut row = vec![id.to_string(), mode.to_owned()];
            row.extend(counts);
            table.add_row(row);
        }
        say(&format!("{}\n", table.trim_fmt()));
    }
    if !impact.teams.is_empty() {
        let mut table = table(["TEAM", "REPOSITORIES THAT NEWLY FAIL"]);
        for (owner, count) in &impact.teams {
            let owner = if owner.is_empty() { "(none named)".to_owned() } else { line(owner) };
            table.add_row([owner, count.to_string()]);
        }
        say(&format!("{}\n", table.trim_fmt()));
    }
    impact.repos.iter().for_each(tell_repo);
    let unjudged = match impact.unjudged {
        0 => String::new(),
        n => format!(", {n} could not be judged"),
    };
    let count = |flip| impact.repos_that(flip);
    say(&format!(
        "{} judged{unjudged}: {} newly fail, {} no longer fail, {} newly unknown, {} newly broken; {}",
        impact.judged,
        count(Flip::NewlyFails),
        count(Flip::NewlyPasses),
        count(Flip::NewlyUnknown),
        count(Flip::NewlyBroken),
        watch.words()
    ));
}

fn tell_repo(repo: &RepoImpact) {
    let teams: Vec<String> = repo.teams.iter().map(|team| line(team)).collect();
    say(&format!("{}  {}", styled(STRONG, &line(&repo.repo)), teams.join(", ")));
    if let Some(error) = &repo.error {
        say(&format!("  could not be judged: {}", line(error)));
    }
    for change in &repo.changes {
        say(&format!("  {} {}", change.policy, change.flip.words()));
        change.findings.iter().for_each(|finding| say(&format!("      {}", line(finding))));
        if change.total > change.findings.len() {
            say(&format!("      and {} more", change.total - change.findings.len()));
        }
    }
    say("");
}

fn table<const N: usize>(header: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(header);
    table
}
