//! May this be deployed? The pack `deployment/`: rules about deployments, not about files.
//!
//! They lie beside the policies but are a kind of their own: with an engine of their own, asked of a
//! [`GateRequest`] by one aggregate rule, and never part of a check. A rule is a folder whose name is
//! the condition that it names; it says `reasons contains {"verdict", "message", …}`.

use std::collections::BTreeMap;

use regorus::{Engine, Value};
use serde::{Deserialize, Serialize};

use super::complaint::{rego_problem, run_time_problem};
use super::evaluate::limit;
use super::metadata::{self, PolicyProblem, package_of};
use super::{builtins, input, lint};
use crate::domain::gate::GateRequest;
use crate::domain::gate::decide::{Reason, Wish};
use crate::domain::ids::PolicyId;

/// The folder of the pack.
pub const PACK: &str = "deployment";
/// Reasons that one rule may give; what is more is cut off.
const MAX_REASONS: usize = 50;
/// Longest message that is kept, in characters.
const MAX_MESSAGE: usize = 500;

/// What a rule says of itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct GateRule {
    /// Its id: `deployment/freeze`.
    pub id: PolicyId,
    /// The good state in words.
    pub title: String,
    /// Why it matters.
    pub description: String,
    /// What to do. Markdown.
    pub remediation: String,
    /// Its parameters with their defaults.
    pub parameters: serde_json::Map<String, serde_json::Value>,
    /// The version that brought it.
    pub since: Option<String>,
    /// Its file.
    pub path: String,
}

impl GateRule {
    /// The condition that it names, as people acknowledge it.
    pub fn condition(&self) -> &str {
        self.id.policy()
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Custom {
    remediation: String,
    since: Option<String>,
    #[serde(default)]
    parameters: serde_json::Map<String, serde_json::Value>,
}

/// The rules of the pack, ready to be asked.
pub struct GatePack {
    /// Rules by id.
    pub rules: BTreeMap<PolicyId, GateRule>,
    /// Rules that cannot be asked, each with the reason.
    pub broken: BTreeMap<PolicyId, PolicyProblem>,
    pub(super) engine: Engine,
    pub(super) tests: BTreeMap<String, String>,
}

/// Whether a file of a policies folder belongs to the pack.
pub(super) fn is_of_pack(path: &str) -> bool {
    path.strip_prefix(PACK).is_some_and(|rest| rest.starts_with('/'))
}

impl GatePack {
    /// Takes the pack's files, and what all share when a rule asks for it, out of a policies folder.
    /// Complaints about files that are no rule's go to `problems`.
    pub(super) fn load(files: &BTreeMap<&str, &str>, problems: &mut Vec<PolicyProblem>) -> Self {
        let mut pack = Self {
            rules: BTreeMap::new(),
            broken: BTreeMap::new(),
            engine: Engine::new(),
            tests: BTreeMap::new(),
        };
        pack.engine.set_strict_builtin_errors(false);
        // Should this fail, the library tells it.
        let _ = builtins::install(&mut pack.engine);
        let fresh = pack.engine.clone();
        let own: BTreeMap<&str, &str> =
            files.iter().filter(|(path, _)| is_of_pack(path)).map(|(p, t)| (*p, *t)).collect();
        let mut parsed: BTreeMap<&str, &str> = BTreeMap::new();
        if own.values().any(|text| text.contains("data.waymark.lib.")) {
            let shared = files.iter().filter(|(path, _)| {
                path.starts_with("lib/") && path.ends_with(".rego") && !path.ends_with("_test.rego")
            });
            for (path, text) in shared {
                // One that does not parse is told by the library.
                if pack.engine.add_policy((*path).to_owned(), (*text).to_owned()).is_ok() {
                    parsed.insert(path, text);
                }
            }
        }
        for (path, text) in own {
            if path.ends_with("_test.rego") {
                pack.tests.insert(path.to_owned(), text.to_owned());
                continue;
            }
            match path.strip_suffix("/policy.rego").map(PolicyId::parse) {
                None => {}
                Some(Ok(id)) if pack.add(id.clone(), path, text) => {
                    parsed.insert(path, text);
                }
                // It is broken, and told so.
                Some(Ok(_)) => {}
                Some(Err(e)) => problems.push(PolicyProblem::new(path, None, e.to_string())),
            }
        }
        pack.settle(&fresh, parsed);
        pack
    }

    /// Adds a rule; tells whether its text is in the engine.
    fn add(&mut self, id: PolicyId, path: &str, text: &str) -> bool {
        let block = match metadata::read_block::<Custom>(&id, path, text) {
            Ok(block) => block,
            Err(problem) => {
                self.broken.insert(id, problem);
                return false;
            }
        };
        let rule = GateRule {
            id: id.clone(),
            title: block.title.trim().to_owned(),
            description: block.description.trim().to_owned(),
            remediation: block.custom.remediation.trim_end().to_owned(),
            parameters: block.custom.parameters,
            since: block.custom.since,
            path: path.to_owned(),
        };
        self.rules.insert(id.clone(), rule);
        match self.engine.add_policy(path.to_owned(), text.to_owned()) {
            Ok(_) => true,
            Err(e) => {
                self.broken.insert(id, rego_problem(path, &e));
                false
            }
        }
    }

    /// Takes out the files that would break the others; each turn one at least.
    fn settle(&mut self, fresh: &Engine, mut parsed: BTreeMap<&str, &str>) {
        for _ in 0..=parsed.len() {
            let mut faults = lint::faults(&mut self.engine.clone());
            faults.retain(|fault| parsed.remove(fault.path.as_str()).is_some());
            if faults.is_empty() {
                return;
            }
            for fault in faults {
                if let Some(Ok(id)) = fault.path.strip_suffix("/policy.rego").map(PolicyId::parse) {
                    self.broken.insert(id, fault);
                }
            }
            self.engine = fresh.clone();
            for (path, text) in &parsed {
                // It parsed before.
                let _ = self.engine.add_policy((*path).to_owned(), (*text).to_owned());
            }
        }
    }

    /// Every rule's name, broken ones too.
    pub fn ids(&self) -> std::collections::BTreeSet<PolicyId> {
        self.rules.keys().chain(self.broken.keys()).cloned().collect()
    }

    /// What the rules say of a deployment. `params` differ from the rules' own defaults. A rule that
    /// fails rejects: what it was to prevent nobody knows.
    pub fn reasons(
        &self,
        request: &GateRequest,
        params: &serde_json::Map<String, serde_json::Value>,
    ) -> Vec<Reason> {
        let mut found = Vec::new();
        let sound = self.rules.keys().filter(|id| !self.broken.contains_key(id));
        let ids: Vec<&PolicyId> = sound.collect();
        match self.prepared(&ids, request, params) {
            Err(problem) => found.extend(ids.iter().map(|id| failed(id, &problem))),
            Ok(engine) => {
                for (id, said) in ask(&engine, &ids) {
                    match said.and_then(|said| read(id, &said)) {
                        Ok(reasons) => found.extend(reasons),
                        Err(problem) => found.push(failed(id, &problem)),
                    }
                }
            }
        }
        found.extend(self.broken.iter().map(|(id, problem)| failed(id, &problem.told())));
        found
    }

    fn prepared(
        &self,
        ids: &[&PolicyId],
        request: &GateRequest,
        params: &serde_json::Map<String, serde_json::Value>,
    ) -> Result<Engine, String> {
        let mut engine = self.engine.clone();
        let words = |e: &anyhow::Error| rego_problem("", e).message;
        engine
            .add_policy(format!("{ENTRY}.rego"), entry(ids))
            .map_err(|e| rego_problem(ENTRY, &e).message)?;
        let mut all = serde_json::Map::new();
        for rule in self.rules.values() {
            all.extend(rule.parameters.clone());
        }
        all.extend(params.clone());
        let data = serde_json::json!({"waymark": {"params": all}});
        engine.add_data(Value::from(data)).map_err(|e| words(&e))?;
        limit(&mut engine);
        engine.set_input(input::of(request).map_err(|e| e.to_string())?);
        Ok(engine)
    }
}

/// The package of the aggregate rule.
pub(super) const ENTRY: &str = "waymark_gate_entry";

/// As for policies: one object over all rules, and each alone for when one errs.
fn entry(ids: &[&PolicyId]) -> String {
    let mut text = format!("package {ENTRY}\nimport rego.v1\n");
    let mut members = String::new();
    for id in ids {
        let package = package_of(id);
        text.push_str(&format!("only[\"{id}\"] := [r | some r in data.{package}.reasons]\n"));
        members.push_str(&format!("\t\"{id}\": only[\"{id}\"],\n"));
    }
    text.push_str(&format!("report := {{\n{members}}}\n"));
    text
}

type Said<'a> = Vec<(&'a PolicyId, Result<Value, String>)>;

fn ask<'a>(engine: &Engine, ids: &[&'a PolicyId]) -> Said<'a> {
    let run = |rule: &str| engine.clone().eval_rule(format!("data.{ENTRY}.{rule}"));
    let alone = |id: &PolicyId| match run(&format!("only[\"{id}\"]")) {
        Ok(Value::Undefined) => Err("it gave no result".to_owned()),
        other => other.map_err(|e| run_time_problem(&format!("{id}/policy.rego"), &e).told()),
    };
    let whole = run("report");
    let of_whole = |id: &PolicyId| {
        let report = whole.as_ref().ok()?.as_object().ok()?;
        report.get(&Value::from(id.as_str())).cloned()
    };
    let each = ids.iter().map(|id| match of_whole(id) {
        Some(said) => (*id, Ok(said)),
        None => (*id, alone(id)),
    });
    each.collect()
}

/// What a rule writes.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    verdict: Wish,
    message: String,
    /// Where one rule names several conditions, as risk does.
    condition: Option<String>,
    /// Where it is about one of the changes that a deployment brings.
    change: Option<String>,
    remedy: Option<String>,
    until: Option<String>,
}

fn read(id: &PolicyId, said: &Value) -> Result<Vec<Reason>, String> {
    let json = said.to_json_str().map_err(|e| format!("{e:#}"))?;
    let written: Vec<Written> = serde_json::from_str(&json).map_err(|e| {
        format!("its `reasons` are not objects of `verdict`, `message`, `remedy`, `until`: {e}")
    })?;
    let cut = |text: String| -> String { text.chars().take(MAX_MESSAGE).collect() };
    let reason = |written: Written| Reason {
        rule: id.clone(),
        condition: cut(written.condition.unwrap_or_else(|| id.policy().to_owned())),
        change: written.change.map(cut),
        verdict: written.verdict,
        message: cut(written.message),
        remedy: written.remedy.map(cut),
        until: written.until,
        acknowledged: None,
    };
    Ok(written.into_iter().take(MAX_REASONS).map(reason).collect())
}

fn failed(id: &PolicyId, problem: &str) -> Reason {
    Reason {
        rule: id.clone(),
        condition: id.policy().to_owned(),
        change: None,
        verdict: Wish::Reject,
        message: format!("the rule `{id}` failed: {problem}").chars().take(MAX_MESSAGE).collect(),
        remedy: Some("Mend the rule, or override it for this deployment".to_owned()),
        until: None,
        acknowledged: None,
    }
}
