//! Which findings of a judgement are to be put right?

use std::collections::BTreeSet;

use super::find;
use crate::domain::finding::{Finding, Mode};
use crate::domain::ids::PolicyId;
use crate::domain::judge::{Judgement, State};

/// What is wanted.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    /// These policies only; `None`: every one that has a fix and speaks up.
    pub policies: Option<BTreeSet<PolicyId>>,
    /// Also what the base has; else only what the change brings.
    pub existing: bool,
}

/// The findings within the scope: none that is waived, and none of a policy that only observes
/// unless it is named.
pub fn targets(judgement: &Judgement, scope: &Scope) -> Vec<Finding> {
    let is_meant = |id: &PolicyId| match &scope.policies {
        Some(policies) => policies.contains(id),
        None => {
            let mut all = judgement.policies.iter();
            find(id).is_some() && all.any(|p| p.id == *id && p.mode > Mode::Observe)
        }
    };
    let is_open = |state: State| match state {
        State::New => true,
        State::Existing => scope.existing,
        State::Waived => false,
    };
    let findings = judgement.findings.iter().filter(|f| is_open(f.state) && is_meant(&f.policy));
    findings.map(|finding| finding.finding()).collect()
}
