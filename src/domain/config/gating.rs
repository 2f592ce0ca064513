//! What decides on deployments, as the organisation's file says it.

use serde::{Deserialize, Serialize};

use super::organisation::OrgConfig;
use crate::domain::gate::freeze::{Moment, zone};
use crate::domain::glob;

/// A time in which nothing is deployed; either from one moment to another, or every week.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct FreezeRule {
    /// Its line in the file.
    pub line: Option<u32>,
    /// Why.
    #[serde(default)]
    pub reason: String,
    /// When it begins; see [`Moment`].
    pub from: Option<String>,
    /// When it ends.
    pub until: Option<String>,
    /// Days of the week on which it recurs: `friday`.
    #[serde(default)]
    pub every: Vec<String>,
    /// The hours of those days: `16:00-24:00`.
    pub at: Option<String>,
    /// Name of the time zone; `None`: UTC.
    pub zone: Option<String>,
    /// Where it holds.
    #[serde(flatten)]
    pub scope: Scope,
}

/// Which deployments something is about; what is left out means all.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Scope {
    /// Globs over environments.
    #[serde(default)]
    pub environments: Vec<String>,
    /// Globs over repositories, with or without owner.
    #[serde(default)]
    pub repositories: Vec<String>,
    /// Teams that own the repository.
    #[serde(default)]
    pub teams: Vec<String>,
}

/// How deployments are decided.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct GateRules {
    /// Globs over the environments that are decided on; empty: all.
    #[serde(default)]
    pub environments: Vec<String>,
    /// What an error budget that cannot be read means.
    #[serde(default)]
    pub unknown_slo: UnknownSlo,
    /// Teams whose members may deploy all the same; empty: administrators of the repository.
    #[serde(default)]
    pub r#override: Vec<String>,
    /// How long a deployment waits; `None`: [`GateRules::MAX_WAIT_HOURS`].
    pub max_wait_hours: Option<u32>,
    /// Conditions of deploy risk that must be acknowledged.
    #[serde(default)]
    pub blocks: Vec<String>,
    /// Labels of issues that are incidents; empty: nobody looks.
    #[serde(default)]
    pub incidents: Vec<String>,
}

impl GateRules {
    /// A working day and the night behind it.
    pub const MAX_WAIT_HOURS: u32 = 24;

    /// How long a deployment waits before it is rejected, in milliseconds.
    pub fn max_wait_ms(&self) -> i64 {
        i64::from(self.max_wait_hours.unwrap_or(Self::MAX_WAIT_HOURS)) * 3_600_000
    }

    /// Whether deployments to this environment are decided on.
    pub fn covers(&self, environment: &str) -> bool {
        self.environments.is_empty()
            || self.environments.iter().any(|glob| glob::matches(glob, environment))
    }
}

/// What happens while an error budget cannot be read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum UnknownSlo {
    /// It is said, and holds nobody up.
    #[default]
    Pass,
    /// The deployment waits until it can be read.
    Wait,
}

/// Where error budgets are read.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SloRules {
    /// Base address of Prometheus.
    pub prometheus: Option<String>,
    /// Whether documents of the repository count.
    #[serde(default = "yes")]
    pub documents: bool,
    /// Objectives with queries of their own.
    #[serde(default)]
    pub objectives: Vec<ObjectiveRule>,
}

impl Default for SloRules {
    fn default() -> Self {
        Self { prometheus: None, documents: true, objectives: Vec::new() }
    }
}

fn yes() -> bool {
    true
}

/// An objective with its own query.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct ObjectiveRule {
    /// Its line in the file.
    pub line: Option<u32>,
    /// What it is called.
    #[serde(default)]
    pub name: String,
    /// The promise in per cent, above 0 and below 100.
    #[serde(default)]
    pub objective: f64,
    /// PromQL for errors divided by all, with `$window`.
    #[serde(default)]
    pub error_ratio: String,
    /// The days over which the promise is kept; `None`: 30.
    pub period_days: Option<u32>,
    /// What it stands for.
    #[serde(flatten)]
    pub scope: Scope,
}

/// What each line alone does not show: `(line, complaint)`.
pub(super) fn contradictions(config: &OrgConfig) -> Vec<(Option<u32>, String)> {
    let mut found = Vec::new();
    for freeze in &config.freeze {
        if let Some(complaint) = freeze.contradiction() {
            found.push((freeze.line, complaint));
        }
    }
    for objective in &config.slo.objectives {
        if !objective.error_ratio.contains("$window") {
            let message = format!(
                "the query of `{}` has no `$window`; write it in place of the length of time, as \
                 in `rate(http_requests_total[$window])`",
                objective.name
            );
            found.push((objective.line, message));
        }
    }
    if !config.slo.objectives.is_empty() && config.slo.prometheus.is_none() {
        let line = config.lines.get("/slo/objectives").copied();
        let message = "nobody answers the queries; add `prometheus: https://…` under `slo`";
        found.push((line, message.to_owned()));
    }
    found
}

impl FreezeRule {
    fn contradiction(&self) -> Option<String> {
        let words = match (&self.from, &self.until, self.every.is_empty()) {
            (None, None, true) => {
                "a freeze needs `from` and `until`, or `every` for days of the week"
            }
            (Some(_), None, true) => "the freeze has no end; add `until`",
            (None, Some(_), true) => "the freeze has no beginning; add `from`",
            (Some(from), Some(until), true) => {
                let zone = zone(self.zone.as_deref().unwrap_or("UTC"))?;
                let from = Moment::parse(from)?.begins(zone);
                if from >= Moment::parse(until)?.ends(zone) {
                    "the freeze ends before it begins; swap `from` and `until`"
                } else {
                    self.at.as_ref()?;
                    "`at` goes with `every`; write the times behind the days of `from` and `until`"
                }
            }
            // Recurring ones may be limited to a season.
            (Some(from), Some(until), false) => {
                let zone = zone(self.zone.as_deref().unwrap_or("UTC"))?;
                if Moment::parse(from)?.begins(zone) < Moment::parse(until)?.ends(zone) {
                    return None;
                }
                "the freeze ends before it begins; swap `from` and `until`"
            }
            (_, _, false) => return None,
        };
        Some(words.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::config::Known;

    fn complaints(text: &str) -> Vec<String> {
        let (_, problems) = OrgConfig::read("o", text, &Known::default());
        problems.iter().map(|p| format!("{}: {}", p.line.unwrap_or(0), p.message)).collect()
    }

    #[test]
    fn what_lacks_or_contradicts_itself_is_said_with_its_line() {
        let told = complaints(
            "freeze:
  - {reason: a}
  - {reason: b, from: 2026-12-20}
  - {reason: c, from: 2027-01-02, until: 2026-12-20}
  - {from: 2026-12-20, until: 2026-12-21}
  - {reason: d, every: fryday}
  - {reason: e, every: friday, at: 16-24, zone: Berlin}
gate: {unknown_slo: maybe, max_wait_hours: 0, overide: [x]}
slo:
  objectives:
    - {name: q, objective: 100, error_ratio: x}
    - {name: q, objective: 99.9, error_ratio: 'rate(a[5m])'}
  prometheus: prometheus.example
",
        );
        let expected = [
            "2: a freeze needs `from` and `until`, or `every` for days of the week",
            "3: the freeze has no end; add `until`",
            "4: the freeze ends before it begins; swap `from` and `until`",
            "5: a freeze needs a `reason`, which whoever is held gets to read",
            "6: `every` must be one of monday, tuesday, wednesday, thursday, friday, saturday, \
             sunday, not `\"fryday\"`",
            "7: `at` must be hours of a day, such as 16:00-24:00, not `\"16-24\"`",
            "7: `zone` must be a time zone, such as Europe/Berlin or UTC, not `\"Berlin\"`",
            "8: `max_wait_hours` must be a whole number from 1 to 720, not `0`",
            "8: unknown key `overide`; did you mean `override`?",
            "8: `unknown_slo` must be one of pass, wait, not `\"maybe\"`",
            "10: nobody answers the queries; add `prometheus: https://…` under `slo`",
            "11: `objective` must be a number between 0 and 100, such as 99.9, not `100`",
            "12: the query of `q` has no `$window`; write it in place of the length of time, as \
             in `rate(http_requests_total[$window])`",
            "13: `prometheus` must be an address such as https://prometheus.example, without \
             user, query and fragment, not `\"prometheus.example\"`",
        ];
        assert_eq!(told, expected);
    }

    #[test]
    fn a_condition_that_does_not_exist_holds_nobody_and_is_said() {
        let told = complaints(
            "gate:
  blocks:
    - irreversible_migration
    - irreversible_migrations
    - no_expert
    - friday
    - freeze
",
        );
        let expected = [
            "4: unknown condition `irreversible_migrations`; did you mean `irreversible_migration`?",
            "6: unknown condition `friday`",
            "7: unknown condition `freeze`",
        ];
        assert_eq!(told, expected);
        assert_eq!(complaints("gate: {blocks: self_merged}"), [""; 0]);
    }

    #[test]
    fn what_is_left_out_has_a_meaning() {
        let rules = GateRules::default();
        assert_eq!(rules.max_wait_ms(), 24 * 3_600_000);
        assert!(rules.covers("production") && rules.unknown_slo == UnknownSlo::Pass);
        let rules = GateRules { environments: vec!["prod*".to_owned()], ..rules };
        assert!(rules.covers("production") && !rules.covers("staging"));
        assert!(SloRules::default().documents);
    }
}
