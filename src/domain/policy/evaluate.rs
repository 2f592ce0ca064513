//! What do the policies say about this snapshot? One aggregate rule, one outcome per policy.

use std::sync::OnceLock;

use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, Value};

use super::complaint::{rego_problem, run_time_problem};
use super::input::{self, NoValue};
use super::library::Library;
use super::machine::Machine;
use super::metadata::{PolicyProblem, package_of};
use super::outcome::Outcome;
use super::reading;
use crate::domain::facts::{Extracted, Snapshot};
use crate::domain::ids::PolicyId;

/// Longest time that one evaluation may take; checked between the interpreter's steps, and the
/// evaluator process is killed soon after.
pub const EVALUATION_LIMIT: std::time::Duration = std::time::Duration::from_secs(5);

/// The package of the aggregate rule.
pub(super) const ENTRY: &str = "waymark_entry";
/// Why a policy has no report.
const NO_RESULT: &str = "it gave no result";

/// What is ready to judge by a fixed set of policies and parameters.
pub struct Prepared {
    ids: Vec<PolicyId>,
    /// With all rules, not analysed yet.
    rules: Engine,
    /// Analysed; cloned for each evaluation. Where the machine judges, nobody may ever need it.
    interpreter: OnceLock<Engine>,
    /// For those of the policies that the machine may judge.
    machine: Option<Machine>,
    /// Those that it may not.
    others: Vec<PolicyId>,
}

impl Library {
    /// Prepares the evaluation of `ids` (those that are broken or unknown are left out; their
    /// outcomes are made by [`Library::read`] from [`Library::broken`]).
    ///
    /// `params` are `data.waymark.params`. regorus analyses all rules again whenever data is
    /// added, which takes longer than judging a small repository: so it is done once.
    pub fn prepare(
        &self,
        ids: &[PolicyId],
        params: &serde_json::Value,
    ) -> Result<Prepared, String> {
        let ids: Vec<PolicyId> = ids
            .iter()
            .filter(|id| self.policies.contains_key(id) && !self.broken.contains_key(id))
            .cloned()
            .collect();
        let is_proven =
            |id: &PolicyId| self.proven.as_ref().is_some_and(|proven| proven.ids.contains(id));
        let (proven, others): (Vec<_>, Vec<_>) = ids.iter().cloned().partition(is_proven);
        let machine = self.proven.as_ref().filter(|_| !proven.is_empty());
        let machine = machine.map(|all| Machine::new(all, &proven, params));
        let mut rules = self.engine.clone();
        rules
            .add_policy(format!("{ENTRY}.rego"), entry(&ids, &others))
            .map_err(|e| rego_problem(ENTRY, &e).message)?;
        let data = serde_json::json!({"waymark": {"params": params}});
        rules.add_data(Value::from(data)).map_err(|e| format!("{e:#}"))?;
        limit(&mut rules);
        Ok(Prepared { ids, rules, interpreter: OnceLock::new(), machine, others })
    }

    /// Evaluates prepared policies on one snapshot; broken ones of `wanted` get their outcome
    /// too. Sorted by id.
    pub fn evaluate(
        &self,
        prepared: &Prepared,
        wanted: &[PolicyId],
        extracted: &Extracted,
    ) -> Vec<Outcome> {
        let said = match Input::of(&extracted.snapshot) {
            Ok(input) => prepared.ask(&input),
            Err(e) => prepared.silent(&format!("the snapshot has no Rego value: {e}")),
        };
        self.read(&said, wanted, extracted)
    }

    /// Reads what the policies said into outcomes, with those of the broken ones of `wanted`.
    pub fn read(&self, said: &Said, wanted: &[PolicyId], extracted: &Extracted) -> Vec<Outcome> {
        let read = |(id, report): &Report| match (self.policies.get(id), report) {
            (Some(meta), Ok(report)) => reading::outcome(meta, report, extracted),
            (Some(_), Err(problem)) => reading::broken(id, problem.clone()),
            (None, _) => Outcome::broken(id.clone(), "it is not in the library"),
        };
        let mut outcomes: Vec<Outcome> = said.0.iter().map(read).collect();
        for id in wanted {
            if let Some(problem) = self.broken.get(id) {
                outcomes.push(reading::broken(id, problem.clone()));
            }
        }
        outcomes.sort_by(|a, b| a.policy.cmp(&b.policy));
        outcomes
    }
}

/// Ends each evaluation of an engine after [`EVALUATION_LIMIT`].
pub(super) fn limit(engine: &mut Engine) {
    engine.set_execution_timer_config(timer(EVALUATION_LIMIT));
}

/// Ends an evaluation after so much time.
pub(super) fn timer(limit: std::time::Duration) -> ExecutionTimerConfig {
    ExecutionTimerConfig {
        limit,
        check_interval: std::num::NonZeroU32::new(1_000).expect("not zero"),
    }
}

/// `report` of all policies, `others` of some, and a rule for each alone; undefined reads as false
/// and empty.
fn entry(ids: &[PolicyId], others: &[PolicyId]) -> String {
    let mut text = format!("package {ENTRY}\nimport rego.v1\nready := true\n");
    text.extend(ids.iter().map(|id| format!("{} := {}\n", alone(id), report(id))));
    text + &all("report", ids) + &all("others", others)
}

/// `report` of those policies that `data.waymark.asked` names; of the others it is null.
pub(super) fn entry_of_asked(ids: &[PolicyId]) -> String {
    let mut text = format!("package {ENTRY}\nimport rego.v1\n");
    text.extend(ids.iter().map(|id| {
        let (rule, report) = (alone(id), report(id));
        format!("{rule} := {report} if data.waymark.asked[\"{id}\"]\nelse := null\n")
    }));
    text + &all("report", ids)
}

/// The report of one policy.
fn report(id: &PolicyId) -> String {
    let package = package_of(id);
    format!(
        "{{\n\
         \t\"applies\": count([1 | data.{package}.applies == true]) == 1,\n\
         \t\"settled\": count([1 | data.{package}.settled == true]) == 1,\n\
         \t\"findings\": [f | some f in data.{package}.findings],\n\
         \t\"unknowns\": [u | some u in data.{package}.unknowns],\n}}"
    )
}

/// A rule with the reports of several, by id.
fn all(rule: &str, ids: &[PolicyId]) -> String {
    let members: String = ids.iter().map(|id| format!("\t\"{id}\": {},\n", alone(id))).collect();
    format!("{rule} := {{\n{members}}}\n")
}

/// The name of the rule for one policy. With the pack's length, no two are alike.
fn alone(id: &PolicyId) -> String {
    format!("only_{}_{}", id.pack().len(), id.as_str().replace('/', "_"))
}

/// The Rego `input`.
pub struct Input {
    value: Value,
    /// How much there is that most policies look at.
    rows: usize,
}

impl Input {
    /// Of one snapshot.
    pub fn of(snapshot: &Snapshot) -> Result<Self, NoValue> {
        let Snapshot { containers, workloads, uses, runs, dockerfiles, .. } = snapshot;
        let rows = [containers.len(), workloads.len(), uses.len(), runs.len(), dockerfiles.len()];
        Ok(Self { value: input::of(snapshot)?, rows: rows.iter().sum() })
    }
}

/// What the policies said of one input, not read yet.
#[derive(Debug, Clone, PartialEq)]
pub struct Said(Vec<Report>);

/// What one policy said, or why there is nothing.
type Report = (PolicyId, Result<Value, PolicyProblem>);

fn without_report(id: &PolicyId, reason: &str) -> PolicyProblem {
    PolicyProblem::new(&rules_of(id), None, reason)
}

/// The file of a policy's rules.
fn rules_of(id: &PolicyId) -> String {
    format!("{id}/policy.rego")
}

impl Prepared {
    /// Asks all policies. The costly step.
    pub fn ask(&self, input: &Input) -> Said {
        let pays = self.machine.as_ref().is_some_and(|machine| machine.proven.pays(input.rows));
        let said = if pays { self.ask_machine(input).ok() } else { None };
        said.unwrap_or_else(|| self.ask_interpreter(input))
    }

    /// Asks the virtual machine, and the interpreter for the policies that are none of its
    /// business. Fails when the machine does, or has none of them.
    pub fn ask_machine(&self, input: &Input) -> Result<Said, String> {
        let machine = self.machine.as_ref().ok_or("none of the policies is the machine's")?;
        let report = machine.proven.ask(machine, &input.value)?;
        let mut said = said(&self.ids, &report);
        let others = self.ask_each(input, "others", &self.others);
        said.retain(|(id, _)| !self.others.contains(id));
        said.extend(others);
        said.sort_by(|(a, _), (b, _)| a.cmp(b));
        Ok(Said(said))
    }

    /// Asks the interpreter, which is the measure.
    pub fn ask_interpreter(&self, input: &Input) -> Said {
        Said(self.ask_each(input, "report", &self.ids))
    }

    fn ask_each(&self, input: &Input, rule: &str, ids: &[PolicyId]) -> Vec<Report> {
        if ids.is_empty() {
            return Vec::new();
        }
        // Of one alone an error would only be made twice.
        if ids.len() > 1
            && let Ok(report) = self.run(input, rule)
        {
            return said(ids, &report);
        }
        // One policy's error undoes the aggregate: ask each alone, so that only it is broken.
        let ask = |id: &PolicyId| match self.run(input, &alone(id)) {
            Ok(Value::Undefined) => Err(without_report(id, NO_RESULT)),
            other => other.map_err(|e| run_time_problem(&rules_of(id), &e)),
        };
        ids.iter().map(|id| (id.clone(), ask(id))).collect()
    }

    fn run(&self, input: &Input, rule: &str) -> anyhow::Result<Value> {
        let mut engine = self.interpreter.get_or_init(|| self.analysed()).clone();
        engine.set_input(input.value.clone());
        engine.eval_rule(format!("data.{ENTRY}.{rule}"))
    }

    /// The first evaluation analyses all rules, also when it asks for a trifle.
    fn analysed(&self) -> Engine {
        let mut engine = self.rules.clone();
        engine.set_input(Value::new_object());
        let _ = engine.eval_rule(format!("data.{ENTRY}.ready"));
        engine
    }

    fn silent(&self, reason: &str) -> Said {
        let silent = |id: &PolicyId| (id.clone(), Err(without_report(id, reason)));
        Said(self.ids.iter().map(silent).collect())
    }
}

fn said(ids: &[PolicyId], report: &Value) -> Vec<Report> {
    let members = report.as_object().ok();
    let of = |id: &PolicyId| {
        let member = members.and_then(|members| members.get(&Value::from(id.as_str())));
        member.cloned().ok_or_else(|| without_report(id, NO_RESULT))
    };
    ids.iter().map(|id| (id.clone(), of(id))).collect()
}
