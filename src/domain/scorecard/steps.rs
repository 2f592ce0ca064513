//! Which single fix lifts most repositories?
//!
//! A step is one policy, fulfilled wherever it is open. It lifts a repository when nothing else
//! stands before the next level: one pull request each. Steps are ordered by rungs gained
//! (from none to silver is two), most first, then by the findings to be fixed for it, then by name.

use std::collections::BTreeMap;

use super::Entry;
use super::history::rung;
use crate::domain::ids::PolicyId;

/// Steps that are told.
pub const STEPS: usize = 10;

/// One policy, and what fulfilling it brings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Which.
    pub policy: PolicyId,
    /// Repositories where it is open.
    pub open_in: usize,
    /// Repositories that it lifts.
    pub lifts: usize,
    /// Findings in those.
    pub findings: u64,
    /// Rungs gained over all.
    pub rungs: usize,
    /// How many reach gold, silver, bronze by it.
    pub reach: [usize; 3],
}

/// The ten best steps.
pub fn steps(entries: &[Entry]) -> Vec<Step> {
    let mut found: BTreeMap<&PolicyId, Step> = BTreeMap::new();
    for card in entries.iter().filter_map(|entry| entry.card.as_ref()) {
        for open in &card.open {
            let step = found.entry(&open.policy).or_insert_with(|| Step {
                policy: open.policy.clone(),
                open_in: 0,
                lifts: 0,
                findings: 0,
                rungs: 0,
                reach: [0; 3],
            });
            step.open_in += 1;
            let reached = card.level_without(&|id| *id == open.policy);
            if reached > card.level {
                step.lifts += 1;
                step.findings += u64::from(open.findings);
                step.rungs += rung(card.level) - rung(reached);
                step.reach[rung(reached)] += 1;
            }
        }
    }
    let mut steps: Vec<Step> = found.into_values().filter(|step| step.lifts > 0).collect();
    steps.sort_by(|a, b| (b.rungs, a.findings, &a.policy).cmp(&(a.rungs, b.findings, &b.policy)));
    steps.truncate(STEPS);
    steps
}
