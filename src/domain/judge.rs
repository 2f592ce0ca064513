//! What do we tell the world? Outcomes, waivers, baseline and modes become one judgement.
//!
//! Nothing is dropped, only sorted: new, existing, waived, unknown, broken.

mod decide;
mod excuse;
mod preview;

pub use decide::{Case, Kept, judge};
pub(super) use decide::{conclude, count};
pub use preview::judge_proposal;
use serde::{Deserialize, Serialize};

use super::config::Effective;
use super::finding::{Finding, Level, Mode, Place, Severity};
use super::ids::PolicyId;

/// How a finding stands towards the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// The base does not have it.
    New,
    /// The base has it too: shown, never blocks.
    Existing,
    /// A valid waiver covers it.
    Waived,
}

/// A policy's status after waivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// Nothing found.
    Pass,
    /// At least one finding that is not waived.
    Fail,
    /// Findings, all of them waived.
    Waived,
    /// Nothing to judge.
    NotApplicable,
    /// A needed fact could not be read.
    Unknown,
    /// The policy itself failed.
    Broken,
}

/// The way out that covers a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaiverNote {
    /// Why, in its author's words (repository text: escape it).
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// Last day on which it counts, `YYYY-MM-DD`.
    pub expires: String,
}

/// One policy in the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgedPolicy {
    /// Its id.
    pub id: PolicyId,
    /// How it stands.
    pub status: Standing,
    /// How loudly it speaks here.
    pub mode: Mode,
    /// The rung it belongs to.
    pub level: Level,
    /// Its METADATA title: the good state in words, `Containers do not run as root`.
    pub title: String,
    /// Why it is unknown or broken.
    pub reason: Option<String>,
    /// Each reason by itself, where there are more than `reason` names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<String>,
    /// Its METADATA description: why it matters. Markdown of the policy's author.
    pub description: String,
    /// Its METADATA remediation: what to do in general. Markdown of the policy's author, which
    /// may hold a fenced code block to copy.
    pub remediation: String,
}

impl JudgedPolicy {
    /// The level that asks for it; our own policies about waivers belong to none.
    pub fn counts_for(&self) -> Option<Level> {
        (!self.is_own()).then_some(self.level)
    }

    /// The same in words.
    pub fn level_word(&self) -> &'static str {
        self.counts_for().map_or("none", Level::as_str)
    }

    /// Whether it is one of our own about waivers, which no level asks for.
    pub fn is_own(&self) -> bool {
        self.id.pack() == super::waiver::upkeep::PACK
    }
}

/// One finding in the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct JudgedFinding {
    /// Which policy speaks.
    pub policy: PolicyId,
    /// How it stands towards the change.
    pub state: State,
    /// How bad it is.
    pub severity: Severity,
    /// What is wrong; plain text that may quote the repository: escape it.
    pub message: String,
    /// The file, when there is one (it may be absent: the file that should exist).
    pub path: Option<String>,
    /// First line, from 1.
    pub start_line: Option<u32>,
    /// Last line.
    pub end_line: Option<u32>,
    /// JSON pointer into the document.
    pub pointer: Option<String>,
    /// Which thing inside the file; plain text that may quote the repository.
    pub resource: Option<String>,
    /// The exact change that fixes this one, when the policy says it (plain text that may quote
    /// the repository, possibly several lines of code); else `None`, and the policy's general
    /// remediation holds.
    pub remediation: Option<String>,
    /// The waiver that covers it.
    pub waiver: Option<WaiverNote>,
    /// Whether the change touches the file; only then is the finding annotated on the diff.
    #[serde(default)]
    pub touched: bool,
    /// Whether a change is known that puts it right, as far as can be told without judging it.
    #[serde(default)]
    pub fixable: bool,
}

impl JudgedFinding {
    /// The finding as its policy made it.
    pub fn finding(&self) -> Finding {
        Finding {
            policy: self.policy.clone(),
            message: self.message.clone(),
            place: Place {
                path: self.path.clone(),
                start_line: self.start_line,
                end_line: self.end_line,
                pointer: self.pointer.clone(),
            },
            resource: self.resource.clone(),
            remediation: self.remediation.clone(),
            fixable: self.fixable,
        }
    }
}

/// How many policies stand how.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Summary {
    /// Passed.
    pub pass: u32,
    /// Failed.
    pub fail: u32,
    /// Had nothing to judge.
    pub not_applicable: u32,
    /// Lacked a fact.
    pub unknown: u32,
    /// Failed themselves.
    pub broken: u32,
    /// Have findings, all waived.
    pub waived: u32,
}

/// GitHub's word for how a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// Nothing to do (also when nothing applies).
    Success,
    /// Only warnings.
    Neutral,
    /// An enforced policy has a new, unwaived finding.
    Failure,
    /// The configuration or a policy is broken: a human must act.
    ActionRequired,
}

impl Conclusion {
    /// The word in GitHub's API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Neutral => "neutral",
            Self::Failure => "failure",
            Self::ActionRequired => "action_required",
        }
    }
}

/// A complaint about a configuration file, which a human must mend.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ConfigProblem {
    /// The file: `.github/waymark.yml`.
    pub path: String,
    /// Its line, from 1.
    pub line: Option<u32>,
    /// What is wrong and what to write instead; plain text that may quote the file.
    pub message: String,
}

impl ConfigProblem {
    /// `.github/waymark.yml:4`.
    pub fn place(&self) -> String {
        let line = self.line.map(|line| format!(":{line}")).unwrap_or_default();
        format!("{}{line}", self.path)
    }

    /// On one line: `.github/waymark.yml:4: unknown key …`.
    pub fn told(&self) -> String {
        format!("{}: {}", self.place(), self.message)
    }

    /// The same for reports, where a place stands in backticks.
    pub fn note(&self) -> String {
        format!("`{}`: {}", self.place(), self.message)
    }
}

/// What we tell the world about one commit: the JSON report (`waymark.dev/report/v1`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// Always [`REPORT_SCHEMA`].
    pub schema: String,
    /// `sha256:…` of the policy library.
    pub library: String,
    /// The golden path that applies: `default`, `service`.
    pub path: String,
    /// The highest level reached; `None` below bronze.
    pub level: Option<Level>,
    /// How the check ends.
    pub conclusion: Conclusion,
    /// Every policy that is not off, by id.
    pub policies: Vec<JudgedPolicy>,
    /// Every finding: by state, then severity, then path and line.
    pub findings: Vec<JudgedFinding>,
    /// Counts over `policies`.
    pub summary: Summary,
    /// Complaints about the configuration.
    #[serde(default)]
    pub config_problems: Vec<ConfigProblem>,
    /// Remarks in plain words that belong to no policy: files left out, a base that could not be
    /// read.
    #[serde(default)]
    pub notes: Vec<String>,
    /// How configuration sets policies, where it does; by id. Those that are not listed speak as
    /// they themselves say.
    #[serde(default)]
    pub settings: Vec<Effective>,
    /// What the change's own configuration would change, one line each; empty when it edits none.
    /// Plain text that may quote the repository.
    #[serde(default)]
    pub preview: Vec<String>,
}

impl Judgement {
    /// How configuration sets a policy, where it does.
    pub fn setting(&self, id: &PolicyId) -> Option<&Effective> {
        self.settings.iter().find(|setting| setting.policy == *id)
    }
}

/// What a change is told that edits the configuration: it cannot excuse itself.
pub const EDITS_CONFIGURATION: &str =
    "this change edits the Waymark configuration; the edit counts once it is on the base branch";

/// The version of the JSON report.
pub const REPORT_SCHEMA: &str = "waymark.dev/report/v1";
