//! Do a library's own `test_*` rules hold?

use regorus::{Engine, Value};

use super::complaint::{is_time_out, rego_problem, run_time_problem};
use super::coverage::Coverage;
use super::evaluate::limit;
use super::library::Library;
use super::lint;
use super::metadata::PolicyProblem;

/// What one `test_*` rule gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegoTest {
    /// The test file, relative to the policies folder.
    pub path: String,
    /// The rule's name.
    pub name: String,
    /// `None` when it holds, else what it gave.
    pub complaint: Option<String>,
    /// What `print` said in it: `file:line: text`.
    pub prints: Vec<String>,
}

/// Runs every `test_*` rule of those `*_test.rego` that are `wanted` by path. A file that does
/// not parse is a problem. Adds what the tests reach to `coverage` when there is one.
pub fn run_some(
    library: &Library,
    wanted: impl Fn(&str) -> bool,
    mut coverage: Option<&mut Coverage>,
) -> (Vec<RegoTest>, Vec<PolicyProblem>) {
    let mut results = Vec::new();
    let mut problems = Vec::new();
    let of_policies = library.tests().iter().map(|test| (test, &library.engine));
    let of_gate = library.gate.tests.iter().map(|test| (test, &library.gate.engine));
    let all = of_policies.chain(of_gate).filter(|((path, _), _)| wanted(path));
    for ((path, text), engine) in all {
        let mut engine = engine.clone();
        engine.set_enable_coverage(coverage.is_some());
        let package = match engine.add_policy(path.clone(), text.clone()) {
            Err(e) => {
                problems.push(rego_problem(path, &e));
                continue;
            }
            Ok(package) => package,
        };
        let faults = lint::faults(&mut engine);
        if !faults.is_empty() {
            problems.extend(faults);
            continue;
        }
        limit(&mut engine);
        let mut endless = false;
        for name in test_names(text) {
            if endless {
                let complaint = Some("not tried: the test above took too long".to_owned());
                results.push(RegoTest { path: path.clone(), name, complaint, prints: Vec::new() });
                continue;
            }
            let (said, prints) = run_one(&mut engine, path, &format!("{package}.{name}"));
            let complaint = match said {
                Said::Holds => None,
                Said::Not(complaint) => Some(complaint),
                Said::Failed(problem) => {
                    endless = is_time_out(&problem);
                    Some(problem.told())
                }
            };
            results.push(RegoTest { path: path.clone(), name, complaint, prints });
        }
        if let Some(coverage) = &mut coverage {
            coverage.add(&engine);
        }
    }
    (results, problems)
}

/// Runs every `test_*` rule of every `*_test.rego`.
pub fn run(library: &Library) -> (Vec<RegoTest>, Vec<PolicyProblem>) {
    run_some(library, |_| true, None)
}

/// What a test gave.
enum Said {
    Holds,
    Not(String),
    Failed(PolicyProblem),
}

/// What a test gave, and what it printed.
fn run_one(engine: &mut Engine, path: &str, rule: &str) -> (Said, Vec<String>) {
    engine.set_gather_prints(true);
    let said = match engine.eval_rule(rule.to_owned()) {
        Ok(Value::Bool(true)) => Said::Holds,
        Ok(Value::Undefined) => Said::Not("undefined: a condition in it does not hold".to_owned()),
        Ok(other) => Said::Not(format!("gave {}", other.to_json_str().unwrap_or_default())),
        Err(e) => Said::Failed(run_time_problem(path, &e)),
    };
    (said, engine.take_prints().unwrap_or_default())
}

/// Names of rules that start a line with `test_`, each once.
fn test_names(text: &str) -> Vec<String> {
    let mut names: Vec<String> = text
        .lines()
        .filter(|line| line.starts_with("test_"))
        .map(|line| line.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect())
        .collect();
    names.dedup();
    names
}
