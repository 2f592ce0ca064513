//! What is known of the risk of a pull request?

use super::super::words::count;
use super::Answer;

/// How large a change is, by GitHub's own count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChangeSize {
    /// Lines added.
    pub additions: u64,
    /// Lines deleted.
    pub deletions: u64,
    /// Files changed.
    pub files: u64,
    /// Commits.
    pub commits: u64,
}

/// The facts that GitHub gives with the pull request. No likelihood is made of them.
pub fn risk(size: Option<ChangeSize>) -> Answer {
    let facts = match size {
        None => "GitHub does not say how large this change is.".to_owned(),
        Some(size) => format!(
            "This change adds {} and deletes {} in {} and {}.",
            lines(size.additions),
            lines(size.deletions),
            files(size.files),
            commits(size.commits),
        ),
    };
    Answer::done(format!(
        "{facts} How likely a change of this kind is to be reverted is not estimated by this version of Waymark, so nothing is said about it."
    ))
}

fn number(n: u64) -> usize {
    usize::try_from(n).unwrap_or(usize::MAX)
}

fn lines(n: u64) -> String {
    count(number(n), "line", "lines")
}

fn files(n: u64) -> String {
    count(number(n), "file", "files")
}

fn commits(n: u64) -> String {
    count(number(n), "commit", "commits")
}
