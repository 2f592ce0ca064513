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

/// The organisation lets a team give this command, and who asks is not in it.
pub fn not_in_team(spec: &Spec, teams: &[String]) -> Answer {
    Answer::refused(format!(
        "The organisation lets only {} give `{PREFIX} {}`. Somebody of it can give the same command.",
        named(teams),
        spec.name,
    ))
}

/// The same where it cannot be found out who is in it.
pub fn team_not_known(spec: &Spec, teams: &[String], why: &str) -> Answer {
    Answer::refused(format!(
        "The organisation lets only {} give `{PREFIX} {}`, and who belongs to it cannot be found \
         out: {}. An owner of the organisation can change that.",
        named(teams),
        spec.name,
        prose(&clip(why, 300)),
    ))
}

/// ``the team `platform` ``.
fn named(teams: &[String]) -> String {
    let names: Vec<String> = teams.iter().map(|team| code_span(&clip(team, 100))).collect();
    match names.as_slice() {
        [one] => format!("the team {one}"),
        more => format!("the teams {}", more.join(", ")),
    }
}
