//! What did one policy say about one snapshot?

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::metadata::PolicyProblem;
use crate::domain::finding::Finding;
use crate::domain::ids::PolicyId;

/// The verdict of one policy on one snapshot. *Waived* is not here: it is a matter of judgement,
/// not of evaluation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// It applies, every fact it needs was read, and it found nothing.
    Pass,
    /// It found something.
    Fail,
    /// There is nothing here for it to judge.
    NotApplicable,
    /// A fact it needs could not be read; neither pass nor fail.
    Unknown,
    /// The policy itself failed: an error, a deadline, a result of the wrong shape.
    Broken,
}

/// One policy's outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    /// Which policy.
    pub policy: PolicyId,
    /// Its verdict.
    pub status: Status,
    /// Why it is unknown or broken, one line of plain text; `None` otherwise.
    pub reason: Option<String>,
    /// Each reason by itself, where it is unknown for more than `reason` names; at most 100.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// Its findings, sorted; empty unless the status is [`Status::Fail`].
    pub findings: Vec<Finding>,
    /// Where a broken policy is wrong, with its source line, for its author; the reason says the
    /// rest in one line. Holds nothing of the judged repository.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<Box<PolicyProblem>>,
}

impl Outcome {
    /// Of a policy that said something.
    pub fn new(
        policy: PolicyId,
        status: Status,
        reason: Option<String>,
        findings: Vec<Finding>,
    ) -> Self {
        Self { policy, status, reason, reasons: Vec::new(), findings, problem: None }
    }

    /// Of a policy that failed itself, or was stopped; `reason` is one line.
    pub fn broken(policy: PolicyId, reason: impl Into<String>) -> Self {
        Self::new(policy, Status::Broken, Some(reason.into()), Vec::new())
    }
}

/// All outcomes of a library on one tree: what is cached by (tree, library, configuration).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evaluation {
    /// `sha256:…` of the library that spoke.
    pub library: String,
    /// One per policy evaluated, by id.
    pub outcomes: Vec<Outcome>,
    /// How many files the default exclusions (tests, fixtures, vendored code) left out.
    pub excluded_files: u32,
    /// Policies that the golden path holds only once a campaign that promotes them is over. They are
    /// evaluated before, because what is cached knows no day, and do not speak until then.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub early: BTreeSet<PolicyId>,
}
