//! What do the policies say about this snapshot? One aggregate rule, one outcome per policy.

use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, Value};

use super::complaint::rego_problem;
use super::input::{self, NoValue};
use super::library::Library;
use super::metadata::package_of;
use super::outcome::Outcome;
use super::reading;
use crate::domain::facts::{Extracted, Snapshot};
use crate::domain::ids::PolicyId;

/// Longest time that one evaluation may take; checked between the interpreter's steps, and the
/// evaluator process is killed soon after.
pub const EVALUATION_LIMIT: std::time::Duration = std::time::Duration::from_secs(5);

/// The package of the aggregate rule.
const ENTRY: &str = "waymark_entry";

/// An engine prepared for a fixed set of policies and parameters; cloned for each evaluation.
pub struct Prepared {
    engine: Engine,
    ids: Vec<PolicyId>,
}

impl Library {
    /// Prepares the evaluation of `ids` (those that are broken or unknown are left out; their
    /// outcomes are made by [`Library::read`] from [`Library::broken`]).
    ///
    /// `params` are `data.waymark.params`. regorus analyses all rules again whenever data is
    /// added, which takes longer than judging a small repository: so it is done here, once.
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
        let mut engine = self.engine.clone();
        let text = entry(&ids);
        engine
            .add_policy(format!("{ENTRY}.rego"), text)
            .map_err(|e| rego_problem(ENTRY, &e).message)?;
        let data = serde_json::json!({"waymark": {"params": params}});
        engine.add_data(Value::from(data)).map_err(|e| format!("{e:#}"))?;
        limit(&mut engine);
        // The first evaluation analyses all rules, also when it asks for a trifle.
        engine.set_input(Value::new_object());
        let _ = engine.eval_rule(format!("data.{ENTRY}.ready"));
        Ok(Prepared { engine, ids })
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
        let read = |(id, report): &(PolicyId, Result<Value, String>)| match (
            self.policies.get(id),
            report,
        ) {
            (Some(meta), Ok(report)) => reading::outcome(meta, report, extracted),
            (Some(_), Err(reason)) => reading::broken(id, reason.clone()),
            (None, _) => reading::broken(id, "it is not in the library".to_owned()),
        };
        let mut outcomes: Vec<Outcome> = said.0.iter().map(read).collect();
        for id in wanted {
            if let Some(problem) = self.broken.get(id) {
                outcomes.push(reading::broken(id, problem.one_line()));
            }
        }
        outcomes.sort_by(|a, b| a.policy.cmp(&b.policy));
        outcomes
    }
}

/// Ends each evaluation of an engine after [`EVALUATION_LIMIT`].
pub(super) fn limit(engine: &mut Engine) {
    engine.set_execution_timer_config(ExecutionTimerConfig {
        limit: EVALUATION_LIMIT,
        check_interval: std::num::NonZeroU32::new(1_000).expect("not zero"),
    });
}

/// `report`, and `only["pack/policy"]` for one policy: its rules; undefined reads as false
/// and empty. `report` is written as one object, because regorus knows no path of a rule whose
/// heads all have keys.
fn entry(ids: &[PolicyId]) -> String {
    let mut text = format!("package {ENTRY}\nimport rego.v1\n");
    let mut members = String::new();
    for id in ids {
        let package = package_of(id);
        text.push_str(&format!(
            "only[\"{id}\"] := {{\n\
             \t\"applies\": count([1 | data.{package}.applies == true]) == 1,\n\
             \t\"settled\": count([1 | data.{package}.settled == true]) == 1,\n\
             \t\"findings\": [f | some f in data.{package}.findings],\n\
             \t\"unknowns\": [u | some u in data.{package}.unknowns],\n}}\n"
        ));
        members.push_str(&format!("\t\"{id}\": only[\"{id}\"],\n"));
    }
    text.push_str(&format!("report := {{\n{members}}}\nready := true\n"));
    text
}

/// The Rego `input`.
pub struct Input(Value);

impl Input {
    /// Of one snapshot.
    pub fn of(snapshot: &Snapshot) -> Result<Self, NoValue> {
        input::of(snapshot).map(Self)
    }
}

/// What the policies said of one input, not read yet: a report each, or why there is none.
pub struct Said(Vec<(PolicyId, Result<Value, String>)>);

impl Prepared {
    /// Asks all policies. The costly step.
    pub fn ask(&self, input: &Input) -> Said {
        let run = |rule: &str| -> Result<Value, String> {
            let mut engine = self.engine.clone();
            engine.set_input(input.0.clone());
            match engine.eval_rule(rule.to_owned()) {
                Ok(Value::Undefined) => Err("it gave no result".to_owned()),
                other => other.map_err(|e| rego_problem("", &e).message),
            }
        };
        let each = |report: &dyn Fn(&PolicyId) -> Result<Value, String>| {
            Said(self.ids.iter().map(|id| (id.clone(), report(id))).collect())
        };
        if let Ok(report) = run(&format!("data.{ENTRY}.report")) {
            let no_result = || "it gave no result".to_owned();
            return each(&|id| {
                let report = report.as_object().ok().and_then(|o| o.get(&Value::from(id.as_str())));
                report.cloned().ok_or_else(no_result)
            });
        }
        // One policy's error undoes the aggregate: ask each alone, so that only it is broken.
        each(&|id| run(&format!("data.{ENTRY}.only[\"{id}\"]")))
    }

    fn silent(&self, reason: &str) -> Said {
        Said(self.ids.iter().map(|id| (id.clone(), Err(reason.to_owned()))).collect())
    }
}
