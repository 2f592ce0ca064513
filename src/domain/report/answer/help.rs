//! What can be said to us?

use super::Answer;
use crate::domain::command::{COMMANDS, Needs, PREFIX, Spec};

/// All commands, or one.
pub fn help(topic: Option<&Spec>) -> Answer {
    if let Some(spec) = topic {
        return Answer::done(one(spec));
    }
    let rows: String = COMMANDS
        .iter()
        .map(|spec| {
            let usage = format!("{PREFIX} {}", spec.usage);
            format!(
                "| `{}` | {} | {} |\n",
                usage.replace('|', "\\|"),
                spec.summary,
                spec.needs.as_str()
            )
        })
        .collect();
    Answer::done(format!(
        "A command is a line of its own; a comment may hold several. Nothing in code, quotations or lists counts.\n\n\
         | Write | and Waymark will | needs |\n|---|---|---|\n{rows}"
    ))
}

/// How a command is written, and who may.
pub(super) fn one(spec: &Spec) -> String {
    let needs = match spec.needs {
        Needs::Read => "Everybody who can see this repository may ask.",
        Needs::Write => "Everybody who can push to this repository may ask.",
    };
    format!("`{PREFIX} {}`: {}. {needs}", spec.usage, spec.summary)
}
