//! `waymark policy test [DIR]`: examples through the real extractors, then `test_` rules.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::cli::terminal::{BAD, GOOD, say, styled};
use crate::domain::policy::metadata::PolicyProblem;
use crate::domain::policy::{examples, rego_tests};
use crate::edge::disk::PolicyFiles;

pub(super) fn run(dir: Option<PathBuf>) -> anyhow::Result<ExitCode> {
    let mut files = PolicyFiles::default();
    match &dir {
        // An own folder may build on the built-in `lib/`, which therefore comes along.
        Some(dir) => {
            files.add_built_in_lib();
            files.add(dir)?;
        }
        None => files = PolicyFiles::built_in(),
    }
    let library = files.library();
    let (mut passed, mut failed) = (0, 0);
    for problem in library.broken.values().chain(&library.problems) {
        failed += 1;
        say(&problem_line(problem));
    }
    for (id, meta) in &library.policies {
        let path = meta.path.replace("policy.rego", "examples.yaml");
        let complaints = match files.text(&path).map(examples::read) {
            None => vec![format!("{path} is missing: a policy must show what it finds")],
            Some(Err(e)) => vec![format!("{path}: {e}")],
            Some(Ok(examples)) => {
                passed += examples.good.len() + examples.bad.len();
                let complaints = examples::run(&library, id, &examples);
                passed -= complaints.len().min(passed);
                complaints
            }
        };
        failed += complaints.len();
        let mark = if complaints.is_empty() { styled(GOOD, "ok") } else { styled(BAD, "FAILED") };
        say(&format!("{id} ... {mark}"));
        for complaint in complaints {
            say(&format!("    {complaint}"));
        }
    }
    let (tests, problems) = rego_tests::run(&library);
    for problem in &problems {
        failed += 1;
        say(&problem_line(problem));
    }
    for test in &tests {
        match &test.complaint {
            None => passed += 1,
            Some(complaint) => {
                failed += 1;
                say(&format!("{} {} ... {}", test.path, test.name, styled(BAD, "FAILED")));
                say(&format!("    {complaint}"));
            }
        }
    }
    say(&format!("\n{passed} passed, {failed} failed"));
    Ok(if failed == 0 && passed > 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// `policies/x/y/policy.rego:7: what is wrong`.
pub(super) fn problem_line(problem: &PolicyProblem) -> String {
    let line = problem.line.map(|l| format!(":{l}")).unwrap_or_default();
    format!("{}: {}{line}: {}", styled(BAD, "error"), problem.path, problem.message)
}
