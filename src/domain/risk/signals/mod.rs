//! What can be measured of a change before it is merged? One file per signal: what it is, its
//! unit, its formula, where it comes from, and an example that is run.
//!
//! A signal that cannot be known says why and is left out, never zero. Adding one = one file and
//! one line in [`SIGNALS`]; it is shown as a fact. Only those of the [`model`](super::model) have
//! weight, and its file says which.

mod added;
mod age;
mod burst;
mod changes;
mod ci;
mod configuration;
mod deleted;
mod dependencies;
mod dependents;
mod directories;
mod documents;
mod earlier_authors;
mod earlier_fixes;
mod earlier_reverts;
mod entropy;
mod experience;
mod expert_approvals;
mod files;
mod fix;
mod known;
mod lines_before;
mod migrations;
mod own_share;
mod patch_coverage;
mod project_coverage;
mod recent_experience;
mod review_density;
mod review_pace;
mod stale_share;
mod subsystem_experience;
mod subsystems;
mod test_share;

pub use added::added;
pub use age::age;
pub use burst::burst;
pub use changes::changes;
pub use ci::ci;
pub use configuration::configuration;
pub use deleted::deleted;
pub use dependencies::dependencies;
pub use dependents::{all_dependents, dependents};
pub use directories::directories;
pub use documents::documents;
pub use earlier_authors::earlier_authors;
pub use earlier_fixes::earlier_fixes;
pub use earlier_reverts::earlier_reverts;
pub use entropy::entropy;
pub use experience::experience;
pub use expert_approvals::expert_approvals;
pub use files::files;
pub use fix::{fix, speaks_of_repair};
pub use known::known;
pub use lines_before::lines_before;
pub use migrations::migrations;
pub use own_share::own_share;
pub use patch_coverage::patch_coverage;
pub use project_coverage::project_coverage;
pub use recent_experience::recent_experience;
pub use review_density::review_density;
pub use review_pace::review_pace;
pub use stale_share::stale_share;
pub use subsystem_experience::subsystem_experience;
pub use subsystems::{subsystem, subsystems};
pub use test_share::test_share;

use super::change::Change;
use super::observed::Observed;
use super::past::Past;

/// What a signal is read from.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// What is to be merged.
    pub change: &'a Change,
    /// What history says of its files; `None` when there is no history to ask.
    pub past: Option<&'a Past>,
    /// What else was seen; `None` when nobody looked.
    pub observed: Option<&'a Observed>,
}

impl<'a> Evidence<'a> {
    /// Of a change and its files' past.
    pub fn of(change: &'a Change, past: &'a Past) -> Self {
        Self { change, past: Some(past), observed: None }
    }

    /// Of a change of which history says nothing.
    pub fn without_past(change: &'a Change) -> Self {
        Self { change, past: None, observed: None }
    }

    /// The same, and what else was seen.
    #[must_use]
    pub fn observing(self, observed: &'a Observed) -> Self {
        Self { observed: Some(observed), ..self }
    }

    /// What else was seen, or that nobody looked.
    fn observed(&self) -> Result<&'a Observed, Unknown> {
        self.observed.ok_or(NOT_LOOKED_AT)
    }

    /// Lines added and deleted, when there are any.
    fn lines(&self) -> Result<u64, Unknown> {
        let lines: u64 = self.whole()?.files.iter().map(|file| file.lines()).sum();
        if lines == 0 { Err("no line is changed") } else { Ok(lines) }
    }

    /// The past, or why nothing can be said.
    fn past(&self) -> Result<&'a Past, Unknown> {
        self.past.filter(|past| past.known.is_some()).ok_or(NO_HISTORY)
    }

    /// The change, when all of its files are known.
    fn whole(&self) -> Result<&'a Change, Unknown> {
        if self.change.is_partial() { Err(PARTIAL) } else { Ok(self.change) }
    }
}

/// Why a signal is not known, in words that end a sentence.
pub type Unknown = &'static str;

/// History is not known.
pub const NO_HISTORY: Unknown = "no history of this repository is known yet";
/// Nobody looked.
pub const NOT_LOOKED_AT: Unknown = "it is not looked at here";
/// Some files are not listed.
pub const PARTIAL: Unknown = "the change touches more files than GitHub lists";
/// The author cannot be told.
pub const NO_AUTHOR: Unknown = "the author's account is gone";

/// One measured factor of a change.
pub struct Signal {
    /// In the model's file, in JSON and in the data: `ndev`.
    pub name: &'static str,
    /// In a sentence: `people who changed these files before`.
    pub title: &'static str,
    /// What it is.
    pub definition: &'static str,
    /// What it is counted in; `share` is 0 to 1, `yes or no` is 1 or 0.
    pub unit: &'static str,
    /// How it is computed.
    pub formula: &'static str,
    /// Who defined it.
    pub source: &'static str,
    /// Reads it, raw (not yet logarithms).
    pub read: fn(Evidence<'_>) -> Result<f64, Unknown>,
}

/// Every signal, in the order in which they are shown.
pub const SIGNALS: &[Signal] = &[
    files::SIGNAL,
    earlier_authors::SIGNAL,
    known::SIGNAL,
    earlier_reverts::SIGNAL,
    fix::SIGNAL,
    documents::SIGNAL,
    added::SIGNAL,
    deleted::SIGNAL,
    entropy::SIGNAL,
    directories::SIGNAL,
    subsystems::SIGNAL,
    age::SIGNAL,
    changes::SIGNAL,
    burst::SIGNAL,
    earlier_fixes::SIGNAL,
    own_share::SIGNAL,
    experience::SIGNAL,
    subsystem_experience::SIGNAL,
    recent_experience::SIGNAL,
    test_share::SIGNAL,
    migrations::SIGNAL,
    dependencies::SIGNAL,
    configuration::SIGNAL,
    ci::SIGNAL,
    lines_before::SIGNAL,
    patch_coverage::SIGNAL,
    project_coverage::SIGNAL,
    expert_approvals::SIGNAL,
    review_density::SIGNAL,
    review_pace::SIGNAL,
    stale_share::SIGNAL,
    dependents::DIRECT,
    dependents::ALL,
];

/// Kamei and others, the definitions that most signals follow.
const KAMEI: &str = "Kamei et al., A Large-Scale Empirical Study of Just-in-Time Quality \
    Assurance, IEEE TSE 39(6), 2013";
/// Measured for this project; `docs/risk.md` has the figures.
const OURS: &str = "measured on reverts of 18 public repositories, docs/risk.md";

/// The signal of this name.
pub fn find(name: &str) -> Option<&'static Signal> {
    SIGNALS.iter().find(|signal| signal.name == name)
}

/// 1 for yes, 0 for no.
fn flag(yes: bool) -> f64 {
    if yes { 1.0 } else { 0.0 }
}

/// How many.
fn number(n: usize) -> f64 {
    n as f64
}

/// Whether any touched file has a path of a kind. That none has is not known of a partial change.
fn touches(evidence: Evidence<'_>, is: fn(&str) -> bool) -> Result<f64, Unknown> {
    let found = evidence.change.files.iter().any(|file| is(&file.path));
    if found { Ok(1.0) } else { evidence.whole().map(|_| 0.0) }
}

#[cfg(test)]
mod table {
    use std::collections::BTreeSet;

    use super::SIGNALS;

    #[test]
    fn names_are_unique_and_every_text_is_there() {
        let names: BTreeSet<_> = SIGNALS.iter().map(|signal| signal.name).collect();
        assert_eq!(names.len(), SIGNALS.len());
        for signal in SIGNALS {
            for text in [signal.title, signal.definition, signal.unit, signal.formula] {
                assert!(!text.is_empty() && !text.ends_with('.'), "{}: {text:?}", signal.name);
            }
            assert!(!signal.source.is_empty(), "{}", signal.name);
        }
    }
}
