//! Do a library's own `test_*` rules hold?

use regorus::{Engine, Value};

use super::library::Library;
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
}

/// Runs every `test_*` rule of every `*_test.rego`. A file that does not parse is a problem.
pub fn run(library: &Library) -> (Vec<RegoTest>, Vec<PolicyProblem>) {
    let mut results = Vec::new();
    let mut problems = Vec::new();
    for (path, text) in library.tests() {
        let mut engine = library.engine.clone();
        match engine.add_policy(path.clone(), text.clone()) {
            Err(e) => problems.push(super::library::rego_problem(path, &e)),
            Ok(package) => {
                for name in test_names(text) {
                    let complaint = run_one(&engine, &format!("{package}.{name}"));
                    results.push(RegoTest { path: path.clone(), name, complaint });
                }
            }
        }
    }
    (results, problems)
}

fn run_one(engine: &Engine, rule: &str) -> Option<String> {
    let mut engine = engine.clone();
    match engine.eval_rule(rule.to_owned()) {
        Ok(Value::Bool(true)) => None,
        Ok(Value::Undefined) => Some("undefined: a condition in it does not hold".to_owned()),
        Ok(other) => Some(format!("gave {}", other.to_json_str().unwrap_or_default())),
        Err(e) => Some(super::library::rego_problem("", &e).message),
    }
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
