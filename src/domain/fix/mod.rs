//! Which findings can be put right by a change that is known beforehand, and what is that change?
//!
//! A fix is a text edit with one right answer: where an owner would have to choose, none is
//! offered, and the reason is told. Edits keep comments, quotes and order ([`super::edit`]).
//! [`draft`] makes them; who asks judges the outcome, so that a fix which does not silence its
//! finding, or makes another one new, is taken back ([`super::evaluate`]). Adding a fix = one file,
//! one line in [`FIXES`], and `custom.fix` in the policy's METADATA, which says what is changed.
//!
//! Pure: the commit behind a tag is an input. What is not known yet is asked for in
//! [`FixPlan::wanted`], and the caller asks again.

mod bench;
mod catalog;
mod codeowners;
mod dependabot;
mod disruption_budget;
mod draft;
mod images;
mod own_image;
mod permissions;
mod pin;
mod pod;
mod resources;
mod security;
mod targets;
mod techdocs;
mod token_needs;
mod trial;
mod user;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::evaluate::Request;
use super::finding::Finding;
use super::ids::{PolicyId, Sha};
use bench::Bench;

pub use draft::{Draft, draft, would};
pub use pin::known_refs;
pub use targets::{Scope, targets};
pub use trial::Trial;

/// How the findings of one policy are put right.
pub struct Fix {
    /// The policy's id.
    pub policy: &'static str,
    /// What to look at before the change is merged, a sentence without a full stop; empty when
    /// nothing can go wrong.
    pub look_out: &'static str,
    /// Makes the change for one finding and says in words what it did; the error says why not, in
    /// words that follow the finding.
    apply: fn(&mut Bench<'_>, &Finding) -> Result<String, String>,
}

/// Every fix, by policy.
pub const FIXES: &[Fix] = &[
    catalog::INFO_VALID,
    catalog::LIFECYCLE_KNOWN,
    techdocs::TECHDOCS_WIRED,
    user::NON_ROOT_USER,
    pin::ACTIONS_PINNED,
    dependabot::DEPENDENCIES_SCANNED,
    pin::PLATFORM_WORKFLOW_PINNED,
    permissions::TOKEN_PERMISSIONS_DECLARED,
    security::CAPABILITIES_DROPPED,
    disruption_budget::DISRUPTION_BUDGET,
    security::NO_PRIVILEGE_ESCALATION,
    pod::NON_ROOT,
    security::READ_ONLY_ROOT_FILESYSTEM,
    resources::REQUESTS_AND_LIMITS,
    pod::SECCOMP_DEFAULT,
    codeowners::CODEOWNERS_PRESENT,
];

/// The fix of a policy, when there is one.
pub fn find(policy: &PolicyId) -> Option<&'static Fix> {
    FIXES.iter().find(|fix| fix.policy == policy.as_str())
}

/// What is to be put right, and where.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct FixRequest {
    /// The files, and the rules that count.
    pub request: Request,
    /// The findings, as the judgement has them.
    pub targets: Vec<Finding>,
    /// `owner/repository@ref` → the commit behind it; `None`: there is none, or it is out of
    /// reach.
    pub refs: BTreeMap<String, Option<Sha>>,
    /// Whether nobody can be asked what is behind a tag that is not in `refs`.
    #[serde(default)]
    pub offline: bool,
    /// Whether somebody named the policies: then also what a file says on purpose is changed.
    pub named: bool,
}

/// A file that is changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixedFile {
    /// Its path.
    pub path: String,
    /// Its text; `None` when it is new.
    pub before: Option<String>,
    /// Its text with all fixes.
    pub after: String,
    /// The policies for whose sake.
    pub policies: BTreeSet<PolicyId>,
    /// Whether it may be run, as before.
    #[serde(default)]
    pub executable: bool,
}

/// A finding that is put right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fixed {
    /// Which.
    pub finding: Finding,
    /// What is done, in words without a full stop; may quote the repository.
    pub what: String,
}

/// A finding that is left to people.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Left {
    /// Which.
    pub finding: Finding,
    /// Why, in words without a full stop; may quote the repository.
    pub why: String,
}

/// What would be changed.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixPlan {
    /// By path.
    pub files: Vec<FixedFile>,
    /// In the order of the targets.
    pub fixed: Vec<Fixed>,
    /// In the order of the targets.
    pub left: Vec<Left>,
    /// `owner/repository@ref` whose commit is needed; find them out and ask again.
    #[serde(default)]
    pub wanted: BTreeSet<String>,
}

impl FixPlan {
    /// The policies of which something is put right, each once.
    pub fn policies(&self) -> BTreeSet<&PolicyId> {
        self.fixed.iter().map(|fixed| &fixed.finding.policy).collect()
    }

    /// Those files of the plan for which `is_apart` is false, and those for which it is true, each
    /// with what is put right there. What is left to people stays with the first.
    pub fn split(self, is_apart: impl Fn(&str) -> bool) -> (Self, Self) {
        let Self { files, fixed, left, wanted } = self;
        let (apart, files): (Vec<_>, Vec<_>) =
            files.into_iter().partition(|file| is_apart(&file.path));
        let (of_apart, fixed): (Vec<_>, Vec<_>) = fixed
            .into_iter()
            .partition(|fixed| fixed.finding.place.path.as_deref().is_some_and(&is_apart));
        let apart = Self { files: apart, fixed: of_apart, ..Self::default() };
        (Self { files, fixed, left, wanted }, apart)
    }

    /// What to look at before it is merged, by policy.
    pub fn look_outs(&self) -> Vec<(&PolicyId, &'static str)> {
        let of = |policy| Some((policy, find(policy)?.look_out));
        let told = self.policies().into_iter().filter_map(of);
        told.filter(|(_, words)| !words.is_empty()).collect()
    }
}
