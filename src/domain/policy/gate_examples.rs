//! Do the examples of a rule about deployments come out as they say?
//!
//! An example is what differs from a deployment that nothing speaks against
//! ([`GateRequest::calm`]), and every reason that the rule gives for it.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::gate::GatePack;
use super::misread::misread;
use crate::domain::gate::GateRequest;
use crate::domain::gate::decide::{Reason, Wish};
use crate::domain::ids::PolicyId;
use crate::domain::yaml;

/// Examples of one rule.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Examples {
    /// Nothing is held, though something may be noted.
    #[serde(default)]
    pub(super) good: Vec<Example>,
    /// Something waits or is rejected.
    #[serde(default)]
    pub(super) bad: Vec<Example>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Example {
    /// What it shows.
    pub(super) name: String,
    /// What differs from the calm deployment.
    #[serde(default)]
    pub(super) input: Value,
    /// Parameters that differ from the rule's defaults.
    #[serde(default)]
    pub(super) params: Map<String, Value>,
    /// Every reason, in any order.
    #[serde(default)]
    expect: Vec<Expected>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Expected {
    verdict: Wish,
    /// A part of the message.
    message: Option<String>,
    condition: Option<String>,
    until: Option<String>,
}

/// How many came out as they say, and what is wrong with the others or with the file.
pub fn run(pack: &GatePack, id: &PolicyId, text: &str) -> (usize, Vec<String>) {
    let examples = match read(text) {
        Ok(examples) => examples,
        Err(complaint) => return (0, vec![complaint]),
    };
    let mut complaints = Vec::new();
    if examples.good.len() < 2 || examples.bad.is_empty() {
        complaints.push("a rule needs two good and one bad example at least".to_owned());
    }
    let mut passed = 0;
    let all =
        examples.good.iter().map(|e| (false, e)).chain(examples.bad.iter().map(|e| (true, e)));
    for (bad, example) in all {
        match complaint(pack, id, bad, example) {
            None => passed += 1,
            Some(words) => complaints.push(format!("example \"{}\": {words}", example.name)),
        }
    }
    (passed, complaints)
}

/// Reads the examples of a rule.
pub(super) fn read(text: &str) -> Result<Examples, String> {
    let mut loaded = yaml::load(text, yaml::Schema::Core12);
    if let Some(fault) = loaded.error {
        return Err(format!("examples.yaml:{}: {}", fault.line, fault.message));
    }
    let document = loaded.documents.pop().unwrap_or_default();
    let read = serde_json::from_value(document.value.clone());
    read.map_err(|e| format!("examples.yaml: {}", misread(&document, &e).told()))
}

/// What a rule says of an example.
pub(super) fn said(
    pack: &GatePack,
    id: &PolicyId,
    example: &Example,
) -> Result<Vec<Reason>, String> {
    let mut whole = serde_json::to_value(GateRequest::calm()).map_err(|e| e.to_string())?;
    if let Some(strange) = overlay(&mut whole, &example.input) {
        return Err(format!("there is no `{strange}` in a request"));
    }
    let request: GateRequest =
        serde_json::from_value(whole).map_err(|e| format!("its input is no request: {e}"))?;
    let mut reasons = pack.reasons(&request, &example.params);
    reasons.retain(|reason| reason.rule == *id);
    Ok(reasons)
}

fn complaint(pack: &GatePack, id: &PolicyId, bad: bool, example: &Example) -> Option<String> {
    let reasons = match said(pack, id, example) {
        Ok(reasons) => reasons,
        Err(words) => return Some(words),
    };
    let own: Vec<&Reason> = reasons.iter().collect();
    let held = own.iter().any(|reason| reason.verdict > Wish::Note);
    if bad != held {
        let told: Vec<&str> = own.iter().map(|reason| reason.message.as_str()).collect();
        let word = if bad { "nothing is held" } else { "something is held" };
        return Some(format!("{word}: {told:?}"));
    }
    let fits = |expected: &Expected, reason: &Reason| {
        reason.verdict == expected.verdict
            && expected.message.as_ref().is_none_or(|part| reason.message.contains(part))
            && expected.condition.as_ref().is_none_or(|name| reason.condition == *name)
            && (expected.until.is_none() || reason.until == expected.until)
    };
    let mut left = own;
    for expected in &example.expect {
        match left.iter().position(|reason| fits(expected, reason)) {
            Some(at) => drop(left.remove(at)),
            None => return Some(format!("{expected:?} is missing; there is {left:?}")),
        }
    }
    (!left.is_empty()).then(|| format!("not expected: {left:?}"))
}

/// Lays `over` upon `under`; the name of a key that is not there, which is a mistake of the author.
fn overlay(under: &mut Value, over: &Value) -> Option<String> {
    match (under, over) {
        (_, Value::Null) => None,
        (Value::Object(under), Value::Object(over)) => {
            over.iter().find_map(|(key, value)| match under.get_mut(key) {
                Some(Value::Object(_)) if value.is_object() => overlay(under.get_mut(key)?, value),
                Some(place) => {
                    *place = value.clone();
                    None
                }
                None => Some(key.clone()),
            })
        }
        (under, over) => {
            *under = over.clone();
            None
        }
    }
}
