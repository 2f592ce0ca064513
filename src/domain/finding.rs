//! What is wrong, where, and what would put it right? The words all renderers share.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::ids::PolicyId;

/// How bad it is to leave a finding; the order is the order of reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Secrets, full control of a node.
    Critical,
    /// A likely way in, or a broken delivery.
    High,
    /// A gap that bites with another one.
    Medium,
    /// Housekeeping.
    Low,
}

impl Severity {
    /// The word used in JSON, Rego and prose.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::High => "high",
            Self::Medium => "medium",
            Self::Low => "low",
        }
    }
}

/// A rung of the golden path; reached when all its policies and those below pass or are waived.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// The minimum.
    Bronze,
    /// Good practice.
    Silver,
    /// Exemplary.
    Gold,
}

impl Level {
    /// The word used in JSON, Rego and prose.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Bronze => "bronze",
            Self::Silver => "silver",
            Self::Gold => "gold",
        }
    }

    /// Reads such a word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Bronze, Self::Silver, Self::Gold].into_iter().find(|l| l.as_str() == word)
    }
}

/// How loudly a policy speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// Not evaluated.
    Off,
    /// Recorded, never shown on a pull request.
    Observe,
    /// Shown, never blocks.
    Warn,
    /// Blocks.
    Enforce,
}

impl Mode {
    /// The word used in JSON, Rego and prose.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Observe => "observe",
            Self::Warn => "warn",
            Self::Enforce => "enforce",
        }
    }
}

/// Where a finding is. Lines count from 1; both are `None` for a finding about an absent file
/// or about the repository as a whole.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The file, when there is one (it may be absent: the file that should exist).
    pub path: Option<String>,
    /// First line.
    pub start_line: Option<u32>,
    /// Last line, not before the first.
    pub end_line: Option<u32>,
    /// JSON pointer into the file's document, as the policy gave it.
    pub pointer: Option<String>,
}

/// One fault that one policy found.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Finding {
    /// Which policy speaks.
    pub policy: PolicyId,
    /// What is wrong, one sentence without a full stop; plain text that may quote the repository.
    pub message: String,
    /// Where.
    #[serde(flatten)]
    pub place: Place,
    /// Which thing inside the file: `Deployment payments/api container web`, `stage builder`.
    pub resource: Option<String>,
    /// The exact change that fixes it, when it differs from the policy's general remediation.
    pub remediation: Option<String>,
    /// Whether a change is known that puts it right ([`super::fix`]), as far as can be told
    /// without judging that change.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub fixable: bool,
}

impl Finding {
    /// What makes two findings the same fault although lines moved: policy, path, resource and
    /// message. Lines and pointers shift when something is inserted above, so they do not count,
    /// and overlays come and go.
    pub fn fingerprint(&self) -> (&str, Option<&str>, Option<&str>, &str) {
        (self.policy.as_str(), self.place.path.as_deref(), self.thing(), &self.message)
    }

    /// The resource without the overlays in which it has the fault: what it is recognised by.
    pub fn thing(&self) -> Option<&str> {
        self.resource.as_deref().map(thing)
    }
}

/// A finding's resource without the overlays in which it has the fault.
pub fn thing(resource: &str) -> &str {
    resource.split_once(OVERLAY).map_or(resource, |(thing, _)| thing)
}

/// Between a resource and the overlays in which it has a fault; Kubernetes' names hold no blanks.
const OVERLAY: &str = " (overlay ";

/// Overlays that are named.
const MAX_OVERLAYS: usize = 3;

/// A resource that has a fault in some overlays only: `Deployment web (overlay deploy/prod)`.
pub(super) fn overlay_note(resource: Option<&str>, folders: &BTreeSet<String>) -> String {
    let named: Vec<&str> = folders.iter().take(MAX_OVERLAYS).map(String::as_str).collect();
    let more = match folders.len().saturating_sub(MAX_OVERLAYS) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    format!("{}{OVERLAY}{}{more})", resource.unwrap_or("object"), named.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn overlays_are_named_and_do_not_make_another_fault() {
        let folders = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let note = overlay_note(Some("Pod a container b"), &folders(&["prod"]));
        assert_eq!(note, "Pod a container b (overlay prod)");
        assert_eq!(thing(&note), "Pod a container b");
        let note = overlay_note(None, &folders(&["a", "b", "c", "d", "e"]));
        assert_eq!(note, "object (overlay a, b, c and 2 more)");
        assert_eq!(thing("stage 0"), "stage 0");
    }
}
