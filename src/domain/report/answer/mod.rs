//! How is a command answered? Markdown for one comment, calm and within GitHub's limits.

mod deployment;
mod explain;
mod help;
mod proposal;
mod refuse;
mod rules;
mod scorecard;

pub use deployment::{
    acknowledged, ambiguous_deployment, may_not_override, no_such_condition, nothing_held,
    override_recorded,
};
pub use explain::explain;
pub use help::help;
pub use proposal::{
    adoption_pull, change_to_apply, may_not_write, pasted, patched, plan_only, proposal,
    unwaiver_pull, upgrade_pull, waiver_pull,
};
pub use refuse::{misuse, no_permission, not_here, not_in_team, team_not_known, too_many};
pub use rules::rules;
pub use scorecard::{Beside, scorecard};

use super::budget::PAGE_BYTES;
use super::escape::code_span;
use super::words::clip;

/// What a command gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// Markdown, without the frame.
    pub markdown: String,
    /// Whether the command did what it was asked: decides between 🚀 and 😕.
    pub done: bool,
}

impl Answer {
    /// It worked.
    pub fn done(markdown: impl Into<String>) -> Self {
        Self { markdown: markdown.into(), done: true }
    }

    /// It did not, and the text says why.
    pub fn refused(markdown: impl Into<String>) -> Self {
        Self { markdown: markdown.into(), done: false }
    }
}

/// Which commit an answer is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct About {
    /// The commit.
    pub commit: crate::domain::ids::Sha,
    /// `None` on a pull request, else the branch whose tip it is.
    pub branch: Option<String>,
}

impl About {
    /// `` `1a2b3c4d5e6f`, the head of this pull request``.
    fn words(&self) -> String {
        let commit = code_span(self.commit.short());
        match &self.branch {
            None => format!("{commit}, the head of this pull request"),
            Some(branch) => format!("{commit}, the tip of {}", code_span(&clip(branch, 200))),
        }
    }
}

/// The whole reply: the command it answers, the answer, and a hidden mark by which we find it
/// again. Whoever asked is not pinged: their name stands in code.
pub fn reply(line: &str, by: &str, answer: &Answer, mark: &str) -> String {
    let head = format!("{} · {}\n\n", code_span(&clip(line, 300)), code_span(&clip(by, 100)));
    let foot = format!("\n\n{mark}");
    let body = answer.markdown.trim();
    let room = PAGE_BYTES.saturating_sub(head.len() + foot.len() + 200);
    // Answers are kept short where they are made; this is for what nobody thought of.
    let body = if body.len() <= room {
        body.to_owned()
    } else {
        "The answer is too long for a comment; the check run and `waymark check` have it all."
            .to_owned()
    };
    format!("{head}{body}{foot}")
}

#[cfg(test)]
mod tests;
