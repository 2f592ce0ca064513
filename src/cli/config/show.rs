//! `waymark config show [PATH]`: each policy's mode here, and who decided it.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum, ValueHint};
use comfy_table::{Table, presets};
use serde::Serialize;
use serde_json::{Map, Value};

use crate::cli::check::{config_file, organisation_file, start_evaluators};
use crate::cli::runtime::open_runtime;
use crate::cli::terminal;
use crate::domain::config::{Effective, Layers, Standing, Traits};
use crate::domain::evaluate::{Answer, Catalogue, Request};
use crate::domain::finding::Mode;
use crate::domain::ids::PolicyId;
use crate::domain::judge::ConfigProblem;
use crate::domain::report::{json::escape_hidden, visible};
use crate::edge::clock::Clock;
use crate::flow::check_folder::config_of;
use crate::flow::gather_folder::{Folder, Gathered, gather_folder, root_of};

#[derive(Debug, Args)]
#[command(after_help = "Exit code: 0 the files are right; 1 one is not (what is wrong with it \
    stands first, and does not count); 2 nothing can be shown.")]
pub(super) struct Arguments {
    /// Folder of the repository; left out: the Git work tree around the current folder
    #[arg(value_hint = ValueHint::DirPath)]
    path: Option<PathBuf>,
    /// The organisation's configuration: its waymark.yml, or the folder that holds it
    #[arg(long, value_name = "FILE|DIR", value_hint = ValueHint::AnyPath)]
    organisation: Option<PathBuf>,
    /// Configuration that counts instead of .github/waymark.yml
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    config: Option<PathBuf>,
    /// Folder of further policies (may be repeated)
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    policies: Vec<PathBuf>,
    /// How to print it
    #[arg(long, value_name = "FORMAT", default_value = "text")]
    format: Format,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    /// For people
    Text,
    /// For programs
    Json,
}

/// What holds here.
#[derive(Serialize)]
struct Shown<'a> {
    /// The golden path.
    path: &'a str,
    /// What the configuration sets for policies' parameters.
    parameters: Map<String, Value>,
    /// Globs over files that are not judged, besides the usual ones.
    exclude: Vec<String>,
    /// Policies of the path, by id.
    policies: Vec<Effective>,
    /// What is wrong with the files, or does not count in them.
    problems: Vec<ConfigProblem>,
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    open_runtime()?.block_on(show(arguments))
}

async fn show(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { path, organisation, config, policies, format } = arguments;
    let organisation = organisation.as_deref().map(organisation_file).transpose()?;
    let given = config.as_deref().map(config_file).transpose()?;
    let path = match path {
        Some(path) => path,
        None => root_of(Path::new(".")).await,
    };
    let evaluators = start_evaluators(policies).await?;
    let catalogue = evaluators.catalogue();
    let folder = Folder { path, head: None, base: None };
    let Gathered { repo, head, .. } = gather_folder(&folder, &catalogue.needs()).await?;
    let config = given.or_else(|| config_of(&head.tree));
    let request = Request { tree: head.tree, repo, config, organisation, ..Request::default() };
    let answer = evaluators.evaluate(&request).await?;
    let today = Clock::system().now().date();
    let shown = what_holds(catalogue, &answer, Standing { traits: &traits(&answer), today });
    let faulty = !answer.config_problems.is_empty() || !answer.organisation_problems.is_empty();
    let text = match format {
        Format::Json => escape_hidden(&serde_json::to_string_pretty(&shown)?) + "\n",
        Format::Text => in_words(&shown),
    };
    evaluators.stop().await;
    terminal::print(&text)?;
    Ok(if faulty { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// A folder tells its owners, but neither its number nor its topics on GitHub.
fn traits(answer: &Answer) -> Traits {
    Traits { teams: answer.teams.clone(), ..Traits::default() }
}

fn what_holds<'a>(catalogue: &Catalogue, answer: &'a Answer, at: Standing<'_>) -> Shown<'a> {
    let layers = Layers { organisation: &answer.organisation, repository: &answer.config };
    let Answer { evaluation, organisation, .. } = answer;
    let on_path = |id: PolicyId| {
        evaluation.outcomes.iter().any(|outcome| outcome.policy == id)
            && !organisation.waits(evaluation, &id, at.today)
    };
    let policies = catalogue.policies.iter().map(|meta| layers.policy(&meta.id, Some(meta), at));
    let problems = answer.config_problems.iter().chain(&answer.organisation_problems).cloned();
    Shown {
        path: &answer.path,
        parameters: layers.parameters(),
        exclude: layers.exclude().cloned().collect(),
        // What is off is not asked, whether the path holds it or not: say so where somebody
        // turned it off.
        policies: policies
            .filter(|it| on_path(it.policy.clone()) || (it.mode == Mode::Off && it.place.is_some()))
            .collect(),
        problems: problems.chain(layers.refusals(&catalogue.policies, at)).collect(),
    }
}

fn in_words(shown: &Shown<'_>) -> String {
    let mut text = String::new();
    for problem in &shown.problems {
        text += &format!("{}\n", visible::line(&problem.told()));
    }
    if !shown.problems.is_empty() {
        text.push('\n');
    }
    text += &format!("golden path {}\n", visible::line(shown.path));
    for (name, value) in &shown.parameters {
        text += &visible::line(&format!("parameter {name} = {value}"));
        text.push('\n');
    }
    for glob in &shown.exclude {
        text += &visible::line(&format!("not judged: {glob}"));
        text.push('\n');
    }
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_header(["POLICY", "MODE", "LEVEL", "DECIDED BY", ""]);
    for it in &shown.policies {
        let place = it.place.as_deref().map(visible::line);
        table.add_row([
            it.policy.as_str(),
            it.mode.as_str(),
            it.level.as_str(),
            &place.unwrap_or_else(|| it.origin.as_str().to_owned()),
            &it.remarks().join("; "),
        ]);
    }
    text + &format!("\n{}\n", table.trim_fmt())
}
