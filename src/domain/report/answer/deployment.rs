//! What is said to somebody who takes responsibility for a deployment?

use std::collections::BTreeSet;

use super::super::escape::{code_span, prose};
use super::super::words::clip;
use super::Answer;
use crate::domain::nearest::nearest;

/// It is recorded; `waiting` tells whether a deployment waits for it.
pub fn override_recorded(sha: &str, environment: &str, waiting: bool) -> Answer {
    let environment = code_span(&clip(environment, 100));
    let then = match waiting {
        true => "The deployment that waits is decided anew at once.",
        false => "Re-run the job that was rejected; it will be approved.",
    };
    Answer::done(format!(
        "Recorded: {} may be deployed to {environment} whatever the gate says. {then}",
        code_span(sha)
    ))
}

/// It is recorded for the commit; of its deployments so many are held, so many of them wait.
pub fn acknowledged(condition: &str, sha: &str, held: usize, waiting: usize) -> Answer {
    let then = match (held, waiting) {
        (0, _) => "After another push it has to be acknowledged again.",
        (_, 0) => "Re-run the job that was rejected.",
        (_, _) => "The deployment that waits is decided anew at once.",
    };
    Answer::done(format!(
        "Recorded: {} does not hold the deployment of {}. {then}",
        code_span(&clip(condition, 100)),
        code_span(sha)
    ))
}

/// Nothing is called that; a slip in a name must not look as if it had been answered for.
pub fn no_such_condition(condition: &str, known: &BTreeSet<String>) -> Answer {
    let names: Vec<&str> = known.iter().map(String::as_str).collect();
    let meant = match nearest(condition, &names) {
        Some(near) => format!(" Did you mean {}?", code_span(near)),
        None => String::new(),
    };
    let names: Vec<String> = names.iter().take(40).map(|name| code_span(&clip(name, 60))).collect();
    Answer::refused(format!(
        "No condition is called {}, so nothing is recorded.{meant} These can be acknowledged: {}.",
        code_span(&clip(condition, 100)),
        names.join(", ")
    ))
}

/// Who asks is not one of those who may, or (`unknown`: why) it cannot be found out.
pub fn may_not_override(teams: &[String], unknown: Option<&str>) -> Answer {
    let who = match teams {
        [] => "administrators of this repository".to_owned(),
        teams => {
            let names: Vec<String> =
                teams.iter().take(10).map(|team| code_span(&clip(team, 100))).collect();
            format!("members of {}", names.join(" or "))
        }
    };
    let unknown = unknown.map(|why| {
        let why = prose(&clip(why, 300));
        format!(" Who belongs to them cannot be found out: {why}. An owner of the organisation can change that.")
    });
    let unknown = unknown.unwrap_or_default();
    Answer::refused(format!("Only {who} may override the gate (`gate.override`).{unknown}"))
}

/// No deployment is held.
pub fn nothing_held(environment: Option<&str>, on_pull: bool) -> Answer {
    let of = if on_pull { " of this pull request's commit" } else { "" };
    let to = environment.map(|name| format!(" to {}", code_span(&clip(name, 100))));
    Answer::refused(format!(
        "No deployment{of}{} is held, so there is nothing to override.",
        to.unwrap_or_default()
    ))
}

/// Several are, to different places.
pub fn ambiguous_deployment(environments: &[&str]) -> Answer {
    let names: Vec<String> =
        environments.iter().take(10).map(|name| code_span(&clip(name, 100))).collect();
    Answer::refused(format!(
        "Deployments to several environments are held: {}. Say which: `/platform deploy approve \
         ENVIRONMENT because …`.",
        names.join(", ")
    ))
}
