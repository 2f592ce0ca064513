//! How is a decision about a deployment told? As a comment on the deployment, at the terminal, as
//! JSON.

use serde::Serialize;
use utoipa::ToSchema;

use super::escape::{code_span, prose};
use super::visible;
use super::words::{clip, count};
use crate::domain::command::PREFIX;
use crate::domain::gate::decide::{MAX_FACTS, Reason};
use crate::domain::gate::{Decision, GateRequest, Verdict};
use crate::domain::ids::Sha;

/// Longest comment that GitHub takes on a deployment, in characters.
pub const MAX_COMMENT: usize = 1_024;
/// Most notes that are told.
const MAX_ASIDE: usize = 3;

/// The comment: what was decided, the facts that decided, and how to go ahead all the same. Markdown
/// of at most [`MAX_COMMENT`] characters.
pub fn comment(request: &GateRequest, decision: &Decision) -> String {
    // Escaping lengthens texts by what they hold, so it is tried until it fits.
    let tries = [300, 160, 90, 50, 25];
    let mut page = String::new();
    for room in tries {
        page = render(request, decision, room);
        if page.chars().count() <= MAX_COMMENT {
            return page;
        }
    }
    if page.chars().count() > MAX_COMMENT {
        page = format!("{}.", head(decision, "this commit", "this environment"));
    }
    page
}

fn render(request: &GateRequest, decision: &Decision, room: usize) -> String {
    let sha = code_span(request.sha.short());
    let environment = code_span(&clip(&request.environment, room.min(60)));
    let mut page = format!("{}.\n", head(decision, &sha, &environment));
    let facts = decision.facts();
    if !facts.is_empty() {
        page.push('\n');
    }
    for (i, fact) in facts.iter().enumerate() {
        page += &format!("{}. {}\n", i + 1, line_of(fact, room));
    }
    let more = decision.deciding.saturating_sub(MAX_FACTS);
    if more > 0 {
        page += &format!("\nAnd {}.\n", count(more, "more reason", "more reasons"));
    }
    let others = &decision.reasons[decision.deciding..];
    let mut aside: Vec<String> =
        others.iter().take(MAX_ASIDE).map(|reason| aside(reason, room)).collect();
    if others.len() > MAX_ASIDE {
        aside.push(format!("And {}.", count(others.len() - MAX_ASIDE, "more note", "more notes")));
    }
    if !aside.is_empty() {
        page += &format!("\n{}\n", aside.join("\n"));
    }
    if let Some(how) = how_to_override(request, decision, room) {
        page += &format!("\n{how}\n");
    }
    page.trim_end().to_owned()
}

fn head(decision: &Decision, sha: &str, environment: &str) -> String {
    match decision.verdict {
        Verdict::Approved => format!("**Approved**: {sha} may be deployed to {environment}"),
        Verdict::Waiting => {
            let again = decision.ask_again.as_deref().map(minute).unwrap_or_default();
            format!(
                "**Waiting**: {sha} is not deployed to {environment} yet; Waymark looks again at \
                 {again}"
            )
        }
        Verdict::Rejected if decision.timed_out => {
            format!(
                "**Rejected**: waiting took too long, so {sha} is not deployed to {environment}"
            )
        }
        Verdict::Rejected => format!("**Rejected**: {sha} is not deployed to {environment}"),
    }
}

fn line_of(reason: &Reason, room: usize) -> String {
    let mut line = format!(
        "{}: {}",
        code_span(&clip(&reason.condition, 60)),
        sentence(&prose(&clip(&reason.message, room)))
    );
    if let Some(remedy) = reason.remedy.as_deref().filter(|_| room > 60) {
        line += &format!(" {}", sentence(&prose(&clip(remedy, room))));
    }
    line
}

/// What holds nobody up: notes, and what somebody answers for.
fn aside(reason: &Reason, room: usize) -> String {
    match &reason.acknowledged {
        None => format!(
            "Note on {}: {}",
            code_span(&clip(&reason.condition, 60)),
            sentence(&prose(&clip(&reason.message, room))),
        ),
        Some(ack) => format!(
            "Overridden by {}: {} Reason given: {}",
            code_span(&clip(&ack.by, 40)),
            sentence(&prose(&clip(&reason.message, room))),
            sentence(&prose(&clip(&ack.reason, room))),
        ),
    }
}

fn how_to_override(request: &GateRequest, decision: &Decision, room: usize) -> Option<String> {
    let then = match decision.verdict {
        Verdict::Approved => return None,
        Verdict::Waiting => "",
        Verdict::Rejected => " and re-runs the job",
    };
    let who = match request.settings.r#override.as_slice() {
        [] => "an administrator of the repository".to_owned(),
        teams => {
            let names = teams.iter().take(3).map(|team| code_span(&clip(team, 40)));
            format!("somebody of {}", names.collect::<Vec<_>>().join(" or "))
        }
    };
    let environment = clip(&request.environment, room.min(60));
    let command = code_span(&format!("{PREFIX} deploy approve {environment} because …"));
    Some(format!("To deploy all the same, {who} comments {command} in this repository{then}."))
}

fn sentence(text: &str) -> String {
    let ended = text.ends_with(['.', '!', '?', '…']);
    if ended { text.to_owned() } else { format!("{text}.") }
}

/// `2026-11-21 09:11 UTC` of an RFC 3339 instant.
fn minute(instant: &str) -> String {
    match (instant.get(..10), instant.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => instant.to_owned(),
    }
}

/// The environment is none of the gate's.
pub fn uncovered(sha: &Sha, environment: &str) -> String {
    format!(
        "**Approved**: {} may be deployed to {}. The organisation's gate does not cover this \
         environment.",
        code_span(sha.short()),
        code_span(&clip(environment, 60))
    )
}

/// Every try to decide failed.
pub fn undecided(sha: &Sha, environment: &str, reason: &str) -> String {
    let environment = code_span(&clip(environment, 60));
    let mut page = String::new();
    for room in [300, 100, 30] {
        page = format!(
            "**Rejected**: whether {} may be deployed to {environment} could not be decided. The \
             last try failed: {} Re-run the job to ask again; `waymark jobs list` tells the operator \
             more.",
            code_span(sha.short()),
            sentence(&prose(&clip(reason, room))),
        );
        if page.chars().count() <= MAX_COMMENT {
            break;
        }
    }
    page
}

/// The same for a terminal: nothing in it acts on the terminal.
pub fn text(request: &GateRequest, decision: &Decision) -> String {
    let line = |text: &str| visible::line(text);
    let mut page = format!(
        "{}: {} at {} to {}\n",
        decision.verdict.as_str(),
        line(&request.repository.full_name),
        request.sha.short(),
        line(&request.environment),
    );
    for (i, reason) in decision.reasons.iter().enumerate() {
        let word = match (&reason.acknowledged, i < decision.deciding) {
            (Some(_), _) => "overridden",
            (None, true) => match reason.verdict {
                crate::domain::gate::decide::Wish::Wait => "wait",
                _ => "reject",
            },
            (None, false) => "note",
        };
        page += &format!("  {word:10} {}: {}\n", line(&reason.condition), line(&reason.message));
        if let Some(remedy) = reason.remedy.as_deref().filter(|_| i < decision.deciding) {
            page += &format!("  {:10} {}\n", "", line(remedy));
        }
        if let Some(ack) = &reason.acknowledged {
            page += &format!("  {:10} by {}: {}\n", "", line(&ack.by), line(&ack.reason));
        }
    }
    if decision.timed_out {
        page += "  waiting took too long\n";
    }
    if let Some(again) = &decision.ask_again {
        page += &format!("ask again at {}\n", minute(again));
    }
    page
}

/// What `waymark gate --format json` and `POST /api/v1/gate` answer.
#[derive(Serialize, ToSchema)]
pub struct Told<'a> {
    /// The version of its shape.
    schema: &'static str,
    /// The decision, with all reasons.
    #[serde(flatten)]
    decision: &'a Decision,
    /// The comment that GitHub would get.
    comment: String,
    /// Everything that it was decided on: the document that the rules of the gate read
    /// (`waymark.dev/gate/v1`), which grows with them.
    #[schema(value_type = Object)]
    request: &'a GateRequest,
}

impl<'a> Told<'a> {
    /// Of a decision.
    pub fn new(request: &'a GateRequest, decision: &'a Decision) -> Self {
        let comment = comment(request, decision);
        Self { schema: "waymark.dev/gate-decision/v1", decision, comment, request }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::gate::decide::tests::reason;
    use crate::domain::gate::decide::{Patience, Wish};
    use crate::domain::gate::request::Acknowledged;
    use crate::domain::time::Timestamp;

    const NOW: Timestamp = Timestamp(1_795_252_000_000);

    fn told(request: &GateRequest, reasons: Vec<Reason>) -> String {
        let patience = Patience { since: NOW, reports: 0, ends: NOW.plus_ms(3_600_000) };
        comment(request, &crate::domain::gate::decide(request, reasons, patience, NOW))
    }

    #[test]
    fn a_rejection_tells_three_facts_and_the_way_out() {
        let mut request = GateRequest::calm();
        request.settings.r#override = vec!["sre".to_owned()];
        let reasons = ["golden_path", "incident", "error_budget", "freeze"];
        let reasons = reasons.iter().map(|name| Reason {
            remedy: Some("Mend it".to_owned()),
            ..reason(name, Wish::Reject)
        });
        assert_eq!(
            told(&request, reasons.collect()),
            "**Rejected**: `a1a1a1a` is not deployed to `production`.\n\n\
             1. `error_budget`: `error_budget` is so. Mend it.\n\
             2. `freeze`: `freeze` is so. Mend it.\n\
             3. `golden_path`: `golden_path` is so. Mend it.\n\n\
             And 1 more reason.\n\n\
             To deploy all the same, somebody of `sre` comments \
             `/platform deploy approve production because …` in this repository and re-runs the \
             job."
        );
    }

    #[test]
    fn an_override_and_a_wait_are_told() {
        let mut request = GateRequest::calm();
        let ack = Acknowledged {
            condition: "freeze".to_owned(),
            environment: None,
            change: None,
            by: "ada".to_owned(),
            reason: "the fix for @everybody".to_owned(),
            at: NOW.to_rfc3339(),
        };
        request.waivers = vec![ack];
        assert_eq!(
            told(&request, vec![reason("freeze", Wish::Reject)]),
            "**Approved**: `a1a1a1a` may be deployed to `production`.\n\nOverridden by `ada`: \
             `freeze` is so. Reason given: the fix for @&#8203;everybody."
        );
        let waiting = told(&GateRequest::calm(), vec![reason("error_budget", Wish::Wait)]);
        assert!(waiting.contains("looks again at 2026-11-21 09:11 UTC."), "{waiting}");
        assert!(waiting.contains("an administrator of the repository comments"), "{waiting}");
    }

    #[test]
    fn no_text_makes_it_too_long_or_loud() {
        let mut request = GateRequest::calm();
        request.environment = "@`\n|".repeat(60);
        let reasons = (0..9).map(|i| Reason {
            message: "@acme/all <img src=x> \u{202e}".repeat(50),
            ..reason(&format!("c{i}"), Wish::Reject)
        });
        let page = told(&request, reasons.collect());
        assert!(page.chars().count() <= MAX_COMMENT, "{}", page.chars().count());
        assert!(!page.replace("\\<", "").contains('<') && !page.contains('\u{202e}'), "{page}");
        assert!(page.starts_with("**Rejected**"));
    }
}
