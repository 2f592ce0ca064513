//! What is said of a change's risk: gathered into one value, then told as a check run, as text, or
//! as JSON (`waymark.dev/risk/v1`).

mod markdown;
pub mod quarter;
mod words;

use std::collections::BTreeMap;

use serde::Serialize;

use super::assess::{Assessment, Band};
use super::change::Change;
use super::condition::{Class, Condition, Weight};
use super::model::{FEATURES, Model, Raw};
use super::observed::Observed;
use super::past::Past;
use super::replay::Score;
use super::signals::{Evidence, SIGNALS, Unknown};
use crate::domain::judge::Conclusion;
use crate::domain::time::Timestamp;

pub use markdown::{explanation, render_check};
pub use words::{DriverWords, driver_words, fact_words, headline, history_words, usual_words};
pub(crate) use words::{per_thousand, times};

/// People who are named as knowing the files best.
const KNOWERS: usize = 2;
/// Facts about the author that are told to the author's own machine only.
const PERSONAL: [&str; 3] = ["exp", "sexp", "rexp"];

/// Everything that is said of one change.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct RiskReport {
    /// `waymark.dev/risk/v1`.
    pub schema: &'static str,
    /// The model's name.
    pub model: String,
    /// What the model says; `None` when a feature of it is not known.
    pub assessment: Option<Assessment>,
    /// Why there is none.
    pub withheld: Option<String>,
    /// Signals that are known.
    pub facts: Vec<Fact>,
    /// Signals that are not, and why.
    pub unknown: Vec<NotKnown>,
    /// Named conditions, the heaviest first.
    pub conditions: Vec<Condition>,
    /// Class of the migrations in the change, if there are any.
    pub migrations: Option<Class>,
    /// Who knows the files best, besides the author.
    pub knowers: Vec<Knows>,
    /// What the past is known of.
    pub history: Option<HistoryNote>,
    /// Set when GitHub lists fewer files than the change touches.
    pub partial: Option<Partial>,
    /// Touched files that were there before.
    pub existing_files: usize,
}

/// A signal with its value.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Fact {
    /// The signal.
    pub name: &'static str,
    /// In a sentence.
    pub title: &'static str,
    /// Raw.
    pub value: f64,
    /// What it is counted in.
    pub unit: &'static str,
    /// Whether the model gives it weight.
    pub weighs: bool,
}

/// A signal that is not known.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct NotKnown {
    /// The signal.
    pub name: String,
    /// In a sentence.
    pub title: String,
    /// Why.
    pub why: String,
}

/// Somebody who changed touched files before.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Knows {
    /// Login or name; text of theirs: escape it, never mention it.
    pub name: String,
    /// How many of the touched files.
    pub files: u64,
    /// When last.
    pub last: Timestamp,
}

/// How far back is known, and what the rate rests on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct HistoryNote {
    /// The first change that is known.
    pub since: Timestamp,
    /// Changes known.
    pub changes: u64,
    /// Whether the repository began there.
    pub whole: bool,
}

/// Files listed and files touched.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Partial {
    /// Listed.
    pub listed: u64,
    /// Touched.
    pub touched: u64,
}

/// What a report is made of, besides the change and its past.
#[derive(Debug, Default)]
pub struct Beside {
    /// Conditions that were found, in any order.
    pub conditions: Vec<Condition>,
    /// Class of the migrations.
    pub migrations: Option<Class>,
    /// Whether the author's own experience is shown.
    pub personal: bool,
    /// What else was seen.
    pub observed: Option<Observed>,
}

impl RiskReport {
    /// Puts everything together. `name` tells how to call somebody.
    pub fn of(
        model: &Model,
        change: &Change,
        past: Option<&Past>,
        scored: Result<(Raw, Score), (&'static str, Unknown)>,
        beside: Beside,
        name: impl Fn(super::people::Person) -> Option<String>,
    ) -> Self {
        let evidence = Evidence { change, past, observed: beside.observed.as_ref() };
        let mut facts = Vec::new();
        let mut unknown = Vec::new();
        for signal in SIGNALS {
            if PERSONAL.contains(&signal.name) && !beside.personal {
                continue;
            }
            let (name, title, unit) = (signal.name, signal.title, signal.unit);
            let weighs = FEATURES.contains(&name);
            match (signal.read)(evidence) {
                Ok(value) => facts.push(Fact { name, title, value, unit, weighs }),
                Err(why) => unknown.push(NotKnown {
                    name: name.to_owned(),
                    title: title.to_owned(),
                    why: why.to_owned(),
                }),
            }
        }
        let (assessment, withheld) = match scored {
            Ok((raw, score)) => (Some(Assessment::of(model, &score, &raw)), None),
            Err((_, why)) => (None, Some(why.to_owned())),
        };
        let mut conditions = beside.conditions;
        conditions.sort_by(|a, b| (b.weight, &a.name).cmp(&(a.weight, &b.name)));
        let knower = |k: super::past::Knower| {
            Some(Knows { name: name(k.person)?, files: k.files, last: k.last })
        };
        let knowers = past.map(|past| past.knowers(change, KNOWERS)).unwrap_or_default();
        let known = past.and_then(|past| past.known);
        Self {
            schema: "waymark.dev/risk/v1",
            model: model.name.clone(),
            assessment,
            withheld,
            facts,
            unknown,
            conditions,
            migrations: beside.migrations,
            knowers: knowers.into_iter().filter_map(knower).collect(),
            history: known.map(|k| HistoryNote {
                since: k.since,
                changes: k.changes,
                whole: k.whole,
            }),
            partial: change.is_partial().then(|| Partial {
                listed: change.files.len() as u64,
                touched: change.file_count(),
            }),
            existing_files: change.files.iter().filter(|file| file.existed()).count(),
        }
    }

    /// Likelihood never blocks: it asks for a look (neutral), or does not (success).
    pub fn conclusion(&self) -> Conclusion {
        let calm = self.assessment.as_ref().is_some_and(|a| a.band != Band::Raised);
        if calm && self.conditions.iter().all(|c| c.weight == Weight::Note) {
            Conclusion::Success
        } else {
            Conclusion::Neutral
        }
    }

    /// The facts of weight zero.
    pub fn plain_facts(&self) -> impl Iterator<Item = &Fact> {
        self.facts.iter().filter(|fact| !fact.weighs)
    }

    /// What is not known, by reason: each with the titles of what it is true of.
    pub fn unknown_by_reason(&self) -> BTreeMap<&str, Vec<&str>> {
        let mut reasons: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for one in &self.unknown {
            reasons.entry(&one.why).or_default().push(&one.title);
        }
        reasons
    }

    /// JSON for machines, hidden characters escaped.
    pub fn json(&self) -> String {
        let text = serde_json::to_string_pretty(self).unwrap_or_default();
        crate::domain::report::json::escape_hidden(&text) + "\n"
    }
}
