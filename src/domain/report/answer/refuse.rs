//! What is said when a command is not carried out?

use super::super::escape::{code_span, prose};
use super::super::words::clip;
use super::Answer;
use super::help::one;
use crate::domain::command::{MAX_COMMANDS, Misuse, PREFIX, Spec};

/// The line was not understood: what was wrong, what may have been meant, how it is written.
pub fn misuse(misuse: &Misuse) -> Answer {
    let problem = prose(&clip(&misuse.problem, 400));
    let hint = match misuse.meant {
        Some(spec) => format!("Did you mean this?\n\n- {}", one(spec)),
        None => format!("`{PREFIX} help` lists what there is."),
    };
    Answer::refused(format!("Not understood: {problem}. {hint}"))
}

/// Who asks may not.
pub fn no_permission(spec: &Spec, role: &str) -> Answer {
    let has = match role {
        "" | "none" => "no role here".to_owned(),
        role => format!("the role {}", code_span(&clip(role, 100))),
    };
    Answer::refused(format!(
        "`{PREFIX} {}` needs {} access to this repository; you have {has}. Somebody who has it can give the same command.",
        spec.name,
        spec.needs.as_str(),
    ))
}

/// The command makes sense elsewhere only.
pub fn not_here(spec: &Spec, place: &str) -> Answer {
    Answer::refused(format!("`{PREFIX} {}` works on {place}.", spec.name))
}

/// A comment held more commands than are answered.
pub fn too_many(passed_over: usize) -> String {
    let were = if passed_over == 1 { "1 more was" } else { &format!("{passed_over} more were") };
    format!("_At most {MAX_COMMANDS} commands of a comment are answered; {were} passed over._")
}
