//! How is a plan of adoption told? Text for a terminal, Markdown for a comment or pull request,
//! JSON for programs: three renderings of one [`AdoptionReport`].

mod json;
mod markdown;
mod text;

use std::collections::BTreeMap;

use super::words::level;
use crate::domain::adopt::{Action, Plan, PlannedFile};
use crate::domain::judge::{JudgedFinding, Judgement, Standing};

pub use json::render_json;
pub use markdown::render_markdown;
pub use text::render_text;

/// What is told.
#[derive(Debug, Clone, Copy)]
pub struct AdoptionReport<'a> {
    /// What would be written, or was.
    pub plan: &'a Plan,
    /// How the repository stood on that path.
    pub before: &'a Judgement,
    /// How it stands with the plan.
    pub after: &'a Judgement,
    /// Whether it was written.
    pub written: bool,
}

/// A way of telling it.
pub struct Format {
    /// As in `--format NAME`.
    pub name: &'static str,
    /// For `--help`.
    pub about: &'static str,
    /// The renderer.
    pub render: fn(&AdoptionReport<'_>) -> String,
}

/// All of them; the first is the default.
pub const FORMATS: &[Format] = &[
    Format { name: "text", about: "For people at a terminal", render: render_text },
    Format { name: "markdown", about: "As a comment on GitHub shows it", render: render_markdown },
    Format { name: "json", about: "For programs (waymark.dev/adoption/v1)", render: render_json },
];

impl<'a> AdoptionReport<'a> {
    /// The order of reading: what changes first, then what needs a decision, then the rest.
    fn groups(&self) -> Vec<(Action, Vec<&'a PlannedFile>)> {
        [Action::Conflict, Action::Add, Action::Merge, Action::Keep]
            .into_iter()
            .map(|action| (action, self.plan.with(action).collect::<Vec<_>>()))
            .filter(|(_, files)| !files.is_empty())
            .collect()
    }

    /// `level none → gold`.
    fn levels(&self) -> String {
        let (before, after) = (level(self.before.level), level(self.after.level));
        if before == after {
            format!("level stays {before}")
        } else {
            format!("level {before} → {after}")
        }
    }

    /// What is still in the way of gold, worst first, at most so many.
    fn open(&self) -> Vec<&'a JudgedFinding> {
        use crate::domain::judge::State;
        self.after.findings.iter().filter(|finding| finding.state != State::Waived).collect()
    }

    /// Policies that could not be judged, by the reason.
    fn unknown(&self) -> BTreeMap<&'a str, Vec<&'a str>> {
        let mut unknown: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for policy in &self.after.policies {
            if matches!(policy.status, Standing::Unknown | Standing::Broken) {
                let reason = policy.reason.as_deref().unwrap_or("no reason was given");
                unknown.entry(reason).or_default().push(policy.id.as_str());
            }
        }
        unknown
    }

    /// Everything that people must decide.
    fn decisions(&self) -> Vec<String> {
        self.plan.open_questions().into_iter().chain(self.plan.decisions.iter().cloned()).collect()
    }

    fn value(value: &serde_json::Value) -> String {
        value.as_str().map_or_else(|| value.to_string(), str::to_owned)
    }
}

/// "3 policies" or their names when they are few.
fn satisfied(file: &PlannedFile) -> Option<String> {
    let names: Vec<&str> = file.satisfies.iter().map(|id| id.as_str()).collect();
    match names.len() {
        0 => None,
        1..=4 => Some(names.join(", ")),
        more => Some(format!("{} and {} more", names[..3].join(", "), more - 3)),
    }
}
