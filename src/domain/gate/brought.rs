//! What does a deployment bring, and what is not known of it?
//!
//! A deployment brings every change since the last one that reached the same place. What was said of
//! each is put together here: a condition of one is not lost behind the next.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::risk::condition::{self, MOMENTARY};

/// Pieces of evidence of one condition that are told.
const MAX_EVIDENCE: usize = 3;

/// What is known of the risk of the changes that a deployment brings, in plain numbers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Risk {
    /// Times what is usual in this repository, of the riskiest change; `None`: withheld.
    pub multiple: Option<f64>,
    /// `lower`, `usual`, `raised`.
    pub band: Option<String>,
    /// Named conditions that need no statistics.
    pub conditions: Vec<Condition>,
    /// Changes of which not everything is known.
    #[serde(default)]
    pub unknown: Vec<Unlooked>,
}

/// A named condition of a change, such as `irreversible_migration`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// What `/platform acknowledge` calls it.
    pub name: String,
    /// What is so, with the place.
    pub message: String,
    /// The change that brings it: `#12`, `4f2a91c`; `None`: one of all of them.
    #[serde(default)]
    pub change: Option<String>,
}

/// Changes that nobody has looked at, or not whole, for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unlooked {
    /// Which, as people find them: `#12`, `4f2a91c`; empty: nobody knows which.
    pub changes: Vec<String>,
    /// Why, in words that follow a colon.
    pub reason: String,
    /// Conditions that are known of them all the same.
    pub known: Vec<String>,
}

impl Risk {
    /// Of the report that was made of a commit (`waymark.dev/risk/v1`); `None` when it is of
    /// another shape. `change` is what the report is of.
    pub fn of_report(json: &str, change: Option<&str>) -> Option<Self> {
        let report: Value = serde_json::from_str(json).ok()?;
        if report["schema"] != "waymark.dev/risk/v1" {
            return None;
        }
        let condition = |condition: &Value| {
            let name = condition["name"].as_str()?;
            let evidence = condition["evidence"].as_array()?.iter().filter_map(Value::as_str);
            // What held at that hour, the gate asks anew.
            (!MOMENTARY.contains(&name)).then(|| Condition::new(name, evidence, change))
        };
        let assessment = &report["assessment"];
        Some(Self {
            multiple: assessment["multiple"]["value"].as_f64().map(|n| (n * 10.0).round() / 10.0),
            band: assessment["band"].as_str().map(ToOwned::to_owned),
            conditions: report["conditions"].as_array()?.iter().filter_map(condition).collect(),
            unknown: Vec::new(),
        })
    }

    /// Of conditions that were found just now.
    pub fn of_conditions(found: &[condition::Condition], change: Option<&str>) -> Self {
        let one = |found: &condition::Condition| {
            Condition::new(&found.name, found.evidence.iter().map(String::as_str), change)
        };
        Self { conditions: found.iter().map(one).collect(), ..Self::default() }
    }

    /// Together with another change: the higher multiple, and the conditions of both.
    #[must_use]
    pub fn and(mut self, other: Self) -> Self {
        if other.multiple > self.multiple {
            (self.multiple, self.band) = (other.multiple, other.band);
        }
        for condition in other.conditions {
            if !self.conditions.contains(&condition) {
                self.conditions.push(condition);
            }
        }
        for unlooked in other.unknown {
            self = self.without(unlooked);
        }
        self
    }

    /// The same, with changes of which this is not known. Those of one reason are told together.
    #[must_use]
    pub fn without(mut self, unlooked: Unlooked) -> Self {
        let same =
            |own: &&mut Unlooked| (&own.reason, &own.known) == (&unlooked.reason, &unlooked.known);
        match self.unknown.iter_mut().find(same) {
            Some(own) => own.changes.extend(unlooked.changes),
            None => self.unknown.push(unlooked),
        }
        self
    }
}

impl Condition {
    fn new<'a>(name: &str, evidence: impl Iterator<Item = &'a str>, change: Option<&str>) -> Self {
        let message = evidence.take(MAX_EVIDENCE).collect::<Vec<_>>().join("; ");
        Self { name: name.to_owned(), message, change: change.map(ToOwned::to_owned) }
    }
}

impl Unlooked {
    /// One change, of which only these conditions are known.
    pub fn one(change: impl Into<String>, reason: impl Into<String>, known: &[&str]) -> Self {
        let known = known.iter().map(|name| (*name).to_owned()).collect();
        Self { changes: vec![change.into()], reason: reason.into(), known }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn report(multiple: f64, conditions: &[(&str, &[&str])]) -> String {
        let conditions: Vec<Value> = conditions
            .iter()
            .map(|(name, evidence)| serde_json::json!({"name": name, "evidence": evidence}))
            .collect();
        serde_json::json!({
            "schema": "waymark.dev/risk/v1",
            "assessment": {"multiple": {"value": multiple}, "band": format!("band {multiple}")},
            "conditions": conditions,
        })
        .to_string()
    }

    #[test]
    fn no_change_hides_behind_another() {
        let first = report(2.44, &[("irreversible_migration", &["a", "b", "c", "d"])]);
        let then = report(0.9, &[("unreviewed", &["nobody"]), ("freeze", &["until Monday"])]);
        let of = |json: &str, change| Risk::of_report(json, Some(change)).expect("a report");
        let both = of(&then, "#2").and(of(&first, "#1"));
        assert_eq!((both.multiple, both.band.as_deref()), (Some(2.4), Some("band 2.44")));
        let told: Vec<_> =
            both.conditions.iter().map(|c| (&*c.name, &*c.message, c.change.as_deref())).collect();
        let expected = [
            ("unreviewed", "nobody", Some("#2")),
            ("irreversible_migration", "a; b; c", Some("#1")),
        ];
        assert_eq!(told, expected);
        assert_eq!(Risk::of_report("{}", None), None);
    }

    #[test]
    fn what_is_not_known_for_one_reason_is_told_together() {
        let one = |change: &str, reason: &str| Unlooked::one(change, reason, &["a"]);
        let risk = Risk::default().without(one("x", "r")).without(one("y", "other"));
        let risk = risk.and(Risk::default().without(one("z", "r")));
        let told: Vec<_> = risk.unknown.iter().map(|u| u.changes.join(" ")).collect();
        assert_eq!(told, ["x z", "y"]);
    }
}
