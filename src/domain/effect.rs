//! What shall be done to the world? Acts as plain data; the edges perform them.

use serde::{Deserialize, Serialize};

use super::ids::Sha;
use super::judge::Conclusion;

/// A check run as it shall stand on GitHub, complete and within GitHub's limits. Made by
/// `report`, posted by `edge::github`, which sends the annotations in batches of 50.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRunDraft {
    /// The check's name: `waymark / golden path`. Branch protection asks for it by this name.
    pub name: String,
    /// The commit it stands on.
    pub head_sha: Sha,
    /// The verdict in words, at most 255 characters.
    pub title: String,
    /// Markdown, at most 60,000 bytes.
    pub summary: String,
    /// Further Markdown below the summary, at most 60,000 bytes.
    pub text: Option<String>,
    /// How the check ends.
    pub conclusion: Conclusion,
    /// Remarks on lines of the diff, the most important first, at most 200.
    pub annotations: Vec<Annotation>,
    /// Where "Details" leads.
    pub details_url: Option<String>,
    /// Our own key of the evaluation, handed back in `check_run` events.
    pub external_id: String,
    /// Buttons, at most three.
    pub actions: Vec<CheckAction>,
}

/// How loudly an annotation speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AnnotationLevel {
    /// Blocks.
    Failure,
    /// Does not block.
    Warning,
    /// Housekeeping.
    Notice,
}

impl AnnotationLevel {
    /// The word in GitHub's API.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Failure => "failure",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// A remark on lines of a file; plain text, which GitHub does not read as Markdown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// The file, as Git names it.
    pub path: String,
    /// First line, from 1.
    pub start_line: u32,
    /// Last line, not before the first.
    pub end_line: u32,
    /// How loudly.
    #[serde(rename = "annotation_level")]
    pub level: AnnotationLevel,
    /// At most 255 characters.
    pub title: String,
    /// At most 64 KB.
    pub message: String,
    /// Further text behind a fold, at most 64 KB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw_details: Option<String>,
}

/// A button on the check run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckAction {
    /// At most 20 characters.
    pub label: String,
    /// At most 40 characters.
    pub description: String,
    /// Comes back in `check_run.requested_action`; at most 20 characters.
    pub identifier: String,
}

/// One file of a commit that we make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// The file, as Git names it.
    pub path: String,
    /// Its whole new text; `None` takes the file away.
    pub text: Option<String>,
    /// Whether it may be run.
    #[serde(default)]
    pub executable: bool,
}

/// A commit that we make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitDraft {
    /// Subject, and a body behind an empty line.
    pub message: String,
    /// What it changes, in order.
    pub changes: Vec<FileChange>,
}

/// A pull request of ours as it shall stand on GitHub. Its natural key is `branch`: there is at
/// most one open pull request from it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PullDraft {
    /// The branch of ours, below `waymark/`.
    pub branch: String,
    /// The branch that it asks to change, without `refs/heads/`.
    pub base: String,
    /// One line of plain text.
    pub title: String,
    /// Markdown, at most 60,000 bytes.
    pub body: String,
    /// What it brings, on top of what the branch (or, when it is new, the base) holds.
    pub commits: Vec<CommitDraft>,
}
