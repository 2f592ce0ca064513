//! How fast do error budgets burn? Objectives, what to ask Prometheus for them, and what its
//! answers mean.
//!
//! Burn rate over a window = error ratio over it / (1 - objective): at 1 the budget lasts exactly
//! for its period, at 14.4 it is gone in two days of thirty. Which rates hold a deployment, the rule
//! `deployment/error_budget` says (multi-window, multi-burn-rate: Google's SRE Workbook, chapter 5).

mod documents;
mod promql;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::config::SloRules;
use crate::domain::config::gating::ObjectiveRule;

use super::scope::{At, covers};

pub use documents::{definitions, is_wanted};
pub use promql::{Question, WINDOW_LABEL};

/// The windows that burn rates are asked for.
pub const WINDOWS: [&str; 6] = ["5m", "30m", "1h", "2h", "6h", "1d"];
/// Objectives of one repository that are asked for.
pub const MAX_OBJECTIVES: usize = 20;

/// What is known of error budgets.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SloFacts {
    /// Whether anything is known.
    pub status: Status,
    /// Why it is not; `None` when it is.
    pub reason: Option<String>,
    /// Each objective.
    pub objectives: Vec<Objective>,
}

/// Whether anything is known of error budgets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Of every objective.
    Known,
    /// Of one objective at least nothing is.
    Unknown,
    /// Nothing is promised here, or nobody set where to ask.
    None,
}

/// One objective, now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Objective {
    /// What it is called.
    pub name: String,
    /// Where it is written: `slo/payments.yaml`, `acme/.github:waymark.yml:9`.
    pub place: String,
    /// The promise as a ratio: 0.999.
    pub objective: f64,
    /// Window → burn rate; a window without data is left out.
    pub burn: BTreeMap<String, f64>,
    /// What remains of the budget of its period, from 1 down; below 0 it is overdrawn. `None`: not
    /// known.
    pub remaining: Option<f64>,
    /// Why what remains is not known, where burn rates are; `None` when it is.
    #[serde(default)]
    pub budget_unknown: Option<String>,
    /// Why nothing is known of it; `None` when something is.
    pub unknown: Option<String>,
}

/// An objective as somebody wrote it, with how to ask for it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Definition {
    /// What it is called.
    pub name: String,
    /// Where it is written.
    pub place: String,
    /// The promise as a ratio, above 0 and below 1.
    pub objective: f64,
    /// How to ask; the error says why nobody can.
    pub question: Result<Question, String>,
}

/// What Prometheus answered: window → error ratio; or what went wrong.
pub type Ratios = Result<BTreeMap<String, f64>, String>;
/// Why something is not known although Prometheus answered.
const NO_DATA: &str = "there is no data";

impl Definition {
    /// What the answers mean. `budget` is the answer for [`Question::budget`], `None` when it holds
    /// no number, or what went wrong.
    ///
    /// Definition: how many times faster than its period allows the error budget is spent. Unit: budgets per
    /// period. Formula: burn(w) = error ratio over w / (1 - objective); remaining = 1 - burn(period). Source:
    /// Google, The Site Reliability Workbook, chapter 5.
    ///
    /// ```
    /// use std::collections::BTreeMap;
    /// use waymark::domain::gate::slo::{Definition, Question};
    /// let question = Question::Template { ratio: "e[$window]".into(), period: "30d".into() };
    /// let promise = Definition {
    ///     name: "up".to_owned(),
    ///     place: "slo.yaml".to_owned(),
    ///     objective: 0.999,
    ///     question: Ok(question),
    /// };
    /// // 1.44 % of the last hour's requests failed, 0.025 % of those of thirty days.
    /// let ratios = BTreeMap::from([("1h".to_owned(), 0.0144)]);
    /// let now = promise.read(Ok(ratios), Ok(Some(0.00025)));
    /// assert_eq!((now.burn["1h"], now.remaining), (14.4, Some(0.75)));
    /// ```
    pub fn read(&self, ratios: Ratios, budget: Result<Option<f64>, String>) -> Objective {
        let share = 1.0 - self.objective;
        let mut unknown = None;
        let burn: BTreeMap<String, f64> = match ratios {
            Ok(ratios) => {
                let finite = |(window, ratio): (String, f64)| {
                    (ratio.is_finite() && ratio >= 0.0).then(|| (window, round(ratio / share)))
                };
                ratios.into_iter().filter_map(finite).collect()
            }
            Err(reason) => {
                unknown = Some(reason);
                BTreeMap::new()
            }
        };
        if burn.is_empty() && unknown.is_none() {
            unknown = Some(NO_DATA.to_owned());
        }
        let finite = |value: Option<f64>| value.filter(|value| value.is_finite()).ok_or(NO_DATA);
        let remaining = match (&self.question, budget) {
            (Ok(question), Ok(value)) => match finite(value) {
                Ok(value) => Ok(round(question.remaining(value, share))),
                Err(reason) => Err(reason.to_owned()),
            },
            (_, Err(reason)) => Err(reason),
            (Err(reason), _) => Err(reason.clone()),
        };
        let (remaining, no_budget) = match remaining {
            Ok(value) => (Some(value), None),
            Err(reason) => (None, Some(reason)),
        };
        Objective {
            name: self.name.clone(),
            place: self.place.clone(),
            // 99.9 per cent has no exact ratio in binary.
            objective: (self.objective * 1e9).round() / 1e9,
            burn,
            remaining,
            // Where nothing is known, that is told once.
            budget_unknown: no_budget.filter(|_| unknown.is_none()),
            unknown,
        }
    }
}

impl SloFacts {
    /// Nothing is promised.
    pub fn none() -> Self {
        Self { status: Status::None, reason: None, objectives: Vec::new() }
    }

    /// Of all objectives.
    pub fn of(objectives: Vec<Objective>) -> Self {
        let dark = objectives.iter().find(|o| o.unknown.is_some());
        let status = match (objectives.is_empty(), dark) {
            (true, _) => Status::None,
            (_, Some(_)) => Status::Unknown,
            (_, None) => Status::Known,
        };
        let reason = dark.and_then(|o| Some(format!("{}: {}", o.name, o.unknown.as_ref()?)));
        Self { status, reason, objectives }
    }
}

/// The organisation's own objectives that stand for this deployment. `file` is where they stand.
pub fn configured(rules: &SloRules, file: &str, at: At<'_>) -> Vec<Definition> {
    let ours = rules.objectives.iter().filter(|rule| covers(&rule.scope, at));
    ours.map(|rule: &ObjectiveRule| Definition {
        name: rule.name.clone(),
        place: crate::domain::config::place(file, rule.line),
        objective: rule.objective / 100.0,
        question: Ok(Question::Template {
            ratio: rule.error_ratio.clone(),
            period: format!("{}d", rule.period_days.unwrap_or(30)),
        }),
    })
    .collect()
}

/// To a thousandth: what is shown and compared is the same.
fn round(value: f64) -> f64 {
    (value * 1_000.0).round() / 1_000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn definition() -> Definition {
        Definition {
            name: "up".to_owned(),
            place: "slo.yaml".to_owned(),
            objective: 0.999,
            question: Ok(Question::Template { ratio: "e[$window]".into(), period: "30d".into() }),
        }
    }

    #[test]
    fn a_burn_rate_is_the_error_ratio_in_budgets() {
        let ratios = BTreeMap::from([
            ("5m".to_owned(), 0.0144),
            ("1h".to_owned(), f64::NAN),
            ("6h".to_owned(), 0.0),
        ]);
        let read = definition().read(Ok(ratios), Ok(Some(0.00025)));
        assert_eq!(read.burn, BTreeMap::from([("5m".to_owned(), 14.4), ("6h".to_owned(), 0.0)]));
        assert_eq!(read.remaining, Some(0.75));
        assert_eq!((read.budget_unknown, read.unknown), (None, None));
    }

    #[test]
    fn no_data_is_unknown_and_never_zero() {
        let read = definition().read(Ok(BTreeMap::new()), Ok(None));
        assert_eq!(read.unknown.as_deref(), Some("there is no data"));
        assert_eq!((read.remaining, read.budget_unknown), (None, None));
        let down = definition().read(Err("no answer within 5 s".to_owned()), Ok(None));
        let facts = SloFacts::of(vec![down]);
        assert_eq!(facts.status, Status::Unknown);
        assert_eq!(facts.reason.as_deref(), Some("up: no answer within 5 s"));
        assert_eq!(SloFacts::of(Vec::new()), SloFacts::none());
    }

    #[test]
    fn a_budget_that_is_not_told_has_its_reason() {
        let calm = || Ok(BTreeMap::from([("5m".to_owned(), 0.0)]));
        let why = |budget| definition().read(calm(), budget).budget_unknown;
        assert_eq!(why(Err("took too long".to_owned())).as_deref(), Some("took too long"));
        assert_eq!(why(Ok(None)).as_deref(), Some("there is no data"));
        assert_eq!(why(Ok(Some(f64::NAN))).as_deref(), Some("there is no data"));
        assert_eq!(why(Ok(Some(0.0))), None);
    }
}
