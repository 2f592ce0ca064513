//! What shall be done to the world? Acts as plain data with a natural key, so that performing
//! one twice is safe.
//!
//! The report room makes these values, the GitHub edge performs them; neither knows the other.

use serde::{Deserialize, Serialize};

use super::ids::Sha;

/// A finished check run, as it shall stand on a commit.
///
/// Limits that the maker keeps (GitHub refuses what is over them): `summary` and `text` ≤ 65,535
/// characters, at most three actions. Annotations may be any number; the edge sends them in
/// batches, in this order, so the important ones come first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckRunDraft {
    /// The name that branch protection knows: `waymark / golden path`.
    pub name: String,
    /// The commit it stands on; always a head, never a test merge.
    pub head_sha: Sha,
    /// The verdict in words.
    pub title: String,
    /// Markdown under the title.
    pub summary: String,
    /// More Markdown, below the summary.
    pub text: Option<String>,
    /// What branch protection reads.
    pub conclusion: Conclusion,
    /// Remarks at lines, most important first.
    pub annotations: Vec<Annotation>,
    /// Where "Details" leads; `None` leaves GitHub's own page.
    pub details_url: Option<String>,
    /// The natural key: unique per evaluation, the same when one effect is performed again.
    pub external_id: String,
    /// Buttons.
    pub actions: Vec<CheckAction>,
}

/// How a check ended. Success, neutral and skipped let a required check pass.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conclusion {
    /// Nothing to complain about.
    Success,
    /// Blocks.
    Failure,
    /// Something to read, nothing that blocks.
    Neutral,
    /// Superseded before it was done.
    Cancelled,
    /// Not judged, and that is fine.
    Skipped,
    /// Took too long.
    TimedOut,
    /// Somebody must repair the configuration or a policy; blocks.
    ActionRequired,
}

/// A remark at lines of one file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Annotation {
    /// The file, relative to the repository's root.
    pub path: String,
    /// First line, from 1.
    pub start_line: u32,
    /// Last line, not before the first.
    pub end_line: u32,
    /// How loud.
    #[serde(rename = "annotation_level")]
    pub level: AnnotationLevel,
    /// What is wrong; at most 64 KB.
    pub message: String,
    /// A heading of at most 255 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Plain text behind "raw output", such as the fix; at most 64 KB.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub raw_details: Option<String>,
}

/// How loud an annotation is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AnnotationLevel {
    /// For information.
    Notice,
    /// Does not block.
    Warning,
    /// Blocks.
    Failure,
}

/// A button on the check run; pressing it sends `check_run.requested_action`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CheckAction {
    /// At most 20 characters.
    pub label: String,
    /// At most 40 characters.
    pub description: String,
    /// A short verb of at most 20 characters; comes back with the event.
    pub identifier: String,
}
