//! `waymark policy test [DIR]`: examples through the real extractors, then `test_` rules.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueHint};

use super::problem_frame;
use crate::cli::terminal::{BAD, CAUTION, GOOD, say, styled};
use crate::domain::glob;
use crate::domain::ids::PolicyId;
use crate::domain::policy::coverage::Coverage;
use crate::domain::policy::examples::{self, Line};
use crate::domain::policy::gate_examples;
use crate::domain::policy::library::Library;
use crate::domain::policy::metadata::PolicyProblem;
use crate::domain::policy::rego_tests;
use crate::domain::policy::remarks::remarks;
use crate::domain::report::problem::render_remark;
use crate::domain::report::visible::{block, line};
use crate::edge::clock::Stopwatch;
use crate::edge::disk::PolicyFiles;

#[derive(Debug, Clone, Args)]
pub(super) struct Arguments {
    /// A folder of policies; the built-in ones when left out
    #[arg(value_hint = ValueHint::DirPath)]
    pub(super) dir: Option<PathBuf>,
    /// Only policies whose id is this, or fits this glob: container/non_root_user, container/*
    #[arg(long, value_name = "ID")]
    filter: Option<String>,
    /// Run again whenever a file below DIR changes
    #[arg(long, requires = "dir")]
    pub(super) watch: bool,
    /// Tell how much of each policy is reached, and which lines are not
    #[arg(long)]
    coverage: bool,
    /// Fail when less than this per cent of all lines is reached
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(0..=100))]
    min_coverage: Option<u8>,
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    if arguments.watch {
        return super::watch::run(arguments);
    }
    Ok(if once(&arguments)? { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What was counted so far.
#[derive(Default)]
struct Tally {
    passed: usize,
    failed: usize,
}

/// Runs everything once; tells whether all is well.
pub(super) fn once(arguments: &Arguments) -> anyhow::Result<bool> {
    let watch = Stopwatch::start();
    let files = files(arguments.dir.as_deref())?;
    let library = files.library();
    let wanted = |id: &PolicyId| match &arguments.filter {
        Some(filter) => filter == id.as_str() || glob::matches(filter, id.as_str()),
        None => true,
    };
    let mut tally = Tally::default();
    for (id, problem) in &library.broken {
        if wanted(id) {
            tally.failed += 1;
            say(&problem_frame(&files, problem));
        }
    }
    for problem in &library.problems {
        tally.failed += 1;
        say(&problem_frame(&files, problem));
    }
    let mut coverage =
        (arguments.coverage || arguments.min_coverage.is_some()).then(Coverage::default);
    let ids: Vec<&PolicyId> = library.policies.keys().filter(|id| wanted(id)).collect();
    for id in ids.iter().filter(|id| !library.broken.contains_key(id)) {
        try_examples(&files, &library, id, &mut tally, coverage.as_mut());
    }
    try_gate(&files, &library, &wanted, &mut tally);
    let tests = |path: &str| match path.rsplit_once('/') {
        Some((folder, _)) => PolicyId::parse(folder).map_or(
            // Tests of `lib/` belong to no policy.
            arguments.filter.is_none(),
            |id| wanted(&id) && !is_broken(&library, &id),
        ),
        None => arguments.filter.is_none(),
    };
    let (results, problems) = rego_tests::run_some(&library, tests, coverage.as_mut());
    for problem in &problems {
        tally.failed += 1;
        say(&problem_frame(&files, problem));
    }
    for test in &results {
        match &test.complaint {
            None => tally.passed += 1,
            Some(complaint) => {
                tally.failed += 1;
                let place = files.place(&test.path);
                say(&format!("{place} {} ... {}", test.name, styled(BAD, "FAILED")));
                say(&format!("    {}", line(complaint)));
                test.prints.iter().for_each(|print| say(&format!("    printed {}", line(print))));
            }
        }
    }
    let covered = match &coverage {
        Some(coverage) => tell_coverage(&library, &ids, coverage, arguments.min_coverage),
        None => true,
    };
    if tally.passed + tally.failed == 0 {
        say(&styled(CAUTION, "nothing was tested: no policy fits"));
    }
    say(&format!("\n{} passed, {} failed in {}", tally.passed, tally.failed, watch.words()));
    Ok(tally.failed == 0 && tally.passed > 0 && covered)
}

/// An own folder may build on the built-in `lib/`, which therefore comes along.
pub(super) fn files(dir: Option<&Path>) -> anyhow::Result<PolicyFiles> {
    let Some(dir) = dir else { return Ok(PolicyFiles::built_in()) };
    let mut files = PolicyFiles::default();
    files.add_built_in_lib();
    files.add_named(dir)?;
    Ok(files)
}

fn try_examples(
    files: &PolicyFiles,
    library: &Library,
    id: &PolicyId,
    tally: &mut Tally,
    coverage: Option<&mut Coverage>,
) {
    let path = format!("{id}/examples.yaml");
    let mut complaints: Vec<String> = Vec::new();
    match files.text(&path).map(examples::read) {
        None => complaints.push(format!("{path} is missing: a policy must show what it finds")),
        Some(Err(e)) => complaints.push(format!("{}: {e}", files.place(&path))),
        Some(Ok(examples)) => {
            complaints.extend(examples.complaint().map(ToOwned::to_owned));
            for tried in examples::tried(library, id, &examples) {
                if tried.difference.is_empty() {
                    tally.passed += 1;
                    continue;
                }
                let kind = if tried.bad { "bad" } else { "good" };
                let mut text = format!("{kind} example \"{}\"", line(&tried.example.name));
                tried.difference.iter().for_each(|d| text += &format!("\n      {}", painted(d)));
                complaints.push(text);
            }
            if let Some(coverage) = coverage {
                examples::cover(library, id, &examples, coverage);
            }
        }
    }
    for remark in remarks(library, id) {
        let shown = PolicyProblem { path: files.place(&remark.path), ..remark };
        say(render_remark(&shown, true).trim_end());
    }
    tally.failed += complaints.len();
    let mark = if complaints.is_empty() { styled(GOOD, "ok") } else { styled(BAD, "FAILED") };
    say(&format!("{id} ... {mark}"));
    complaints.iter().for_each(|complaint| say(&format!("    {complaint}")));
}

fn is_broken(library: &Library, id: &PolicyId) -> bool {
    library.broken.contains_key(id) || library.gate.broken.contains_key(id)
}

/// Rules about deployments have examples of their own kind.
fn try_gate(
    files: &PolicyFiles,
    library: &Library,
    wanted: &impl Fn(&PolicyId) -> bool,
    tally: &mut Tally,
) {
    for (_, problem) in library.gate.broken.iter().filter(|(id, _)| wanted(id)) {
        tally.failed += 1;
        say(&problem_frame(files, problem));
    }
    for id in library.gate.rules.keys().filter(|id| wanted(id) && !is_broken(library, id)) {
        let (passed, complaints) = match files.text(&format!("{id}/examples.yaml")) {
            None => {
                (0, vec!["examples.yaml is missing: a rule must show what it holds".to_owned()])
            }
            Some(text) => gate_examples::run(&library.gate, id, text),
        };
        tally.passed += passed;
        tally.failed += complaints.len();
        let mark = if complaints.is_empty() { styled(GOOD, "ok") } else { styled(BAD, "FAILED") };
        say(&format!("{id} ... {mark}"));
        complaints.iter().for_each(|complaint| say(&format!("    {}", line(complaint))));
    }
}

fn painted(difference: &Line) -> String {
    let text = block(&difference.to_string());
    match difference {
        Line::Missing(_) => styled(GOOD, &text),
        Line::Added(_) => styled(BAD, &text),
        Line::Why(_) => styled(CAUTION, &text),
        Line::Note(_) => text,
    }
}

/// Per policy and in total; tells whether it is enough.
fn tell_coverage(
    library: &Library,
    ids: &[&PolicyId],
    coverage: &Coverage,
    least: Option<u8>,
) -> bool {
    say("\ncoverage");
    let metas = ids.iter().filter_map(|id| library.policies.get(id));
    let paths: Vec<&str> = metas.map(|meta| meta.path.as_str()).collect();
    let width = ids.iter().map(|id| id.as_str().len()).max().unwrap_or(0);
    for (id, path) in ids.iter().zip(&paths) {
        let told = match coverage.of(path) {
            None => styled(BAD, "  0.0 %  nothing of it ran"),
            Some(lines) if lines.missed.is_empty() => styled(GOOD, "100.0 %"),
            Some(lines) => {
                format!("{:5.1} %  not reached: {}", lines.percent(), lines.missed_words())
            }
        };
        say(&format!("  {:width$}  {told}", id.as_str()));
    }
    let total = coverage.total(paths.iter().copied());
    say(&format!("  {:width$}  {total:5.1} %", "total"));
    let enough = least.is_none_or(|least| total >= f64::from(least));
    if let (false, Some(least)) = (enough, least) {
        say(&styled(BAD, &format!("  less than the {least} % that --min-coverage asks for")));
    }
    enough
}
