//! What do the policies say about this snapshot? One aggregate rule, one outcome per policy.

use std::collections::BTreeMap;

use regorus::utils::limits::ExecutionTimerConfig;
use regorus::{Engine, Value};

use super::complaint::rego_problem;
use super::library::Library;
use super::metadata::{PolicyMeta, package_of};
use super::outcome::Outcome;
use super::reading;
use crate::domain::facts::Extracted;
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
    /// outcomes are made by [`Prepared::evaluate`]'s caller from [`Library::broken`]).
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
        let rules: String = ids.iter().map(entry_rule).collect();
        let text = format!("package {ENTRY}\nimport rego.v1\n{rules}");
        engine
            .add_policy(format!("{ENTRY}.rego"), text)
            .map_err(|e| rego_problem(ENTRY, &e).message)?;
        let data = serde_json::json!({"waymark": {"params": params}});
        engine.add_data(Value::from(data)).map_err(|e| format!("{e:#}"))?;
        limit(&mut engine);
        // The first evaluation analyses the rules. What it says of an empty snapshot, even an
        // error, does not matter: the real one will say it again.
        engine.set_input(Value::new_object());
        let _ = engine.eval_rule(format!("data.{ENTRY}.report"));
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
        let mut outcomes = prepared.evaluate(&self.policies, extracted);
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

/// `report["pack/policy"]`: the three rules of a policy; undefined reads as false and empty.
fn entry_rule(id: &PolicyId) -> String {
    let package = package_of(id);
    format!(
        "report[\"{id}\"] := {{\n\
         \t\"applies\": count([1 | data.{package}.applies == true]) == 1,\n\
         \t\"findings\": [f | some f in data.{package}.findings],\n\
         \t\"unknowns\": [u | some u in data.{package}.unknowns],\n}}\n"
    )
}

impl Prepared {
    fn evaluate(
        &self,
        metas: &BTreeMap<PolicyId, PolicyMeta>,
        extracted: &Extracted,
    ) -> Vec<Outcome> {
        let input = match serde_json::to_value(&extracted.snapshot) {
            Ok(input) => Value::from(input),
            Err(e) => return self.all_broken(&format!("the snapshot is not serializable: {e}")),
        };
        let run = |rule: &str| -> Result<Value, String> {
            let mut engine = self.engine.clone();
            engine.set_input(input.clone());
            engine.eval_rule(rule.to_owned()).map_err(|e| rego_problem("", &e).message)
        };
        let read = |id: &PolicyId, report: Option<&Value>| match (metas.get(id), report) {
            (Some(meta), Some(report)) => reading::outcome(meta, report, extracted),
            _ => reading::broken(id, "it gave no result".to_owned()),
        };
        if let Ok(report) = run(&format!("data.{ENTRY}.report")) {
            let one = |id: &PolicyId| report.as_object().ok()?.get(&Value::from(id.as_str()));
            return self.ids.iter().map(|id| read(id, one(id))).collect();
        }
        // One policy's error undoes the aggregate: ask each alone, so that only it is broken.
        self.ids
            .iter()
            .map(|id| match run(&format!("data.{ENTRY}.report[\"{id}\"]")) {
                Ok(report) => read(id, Some(&report)),
                Err(reason) => reading::broken(id, reason),
            })
            .collect()
    }

    fn all_broken(&self, reason: &str) -> Vec<Outcome> {
        self.ids.iter().map(|id| reading::broken(id, reason.to_owned())).collect()
    }
}
