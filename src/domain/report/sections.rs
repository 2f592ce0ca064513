//! What else was found, that asks for nothing now? The collapsed part of the summary.

use super::escape::{code_span, prose};
use super::group::{place_of, what};
use super::view::{Group, View, total};
use super::words::{clip, count};
use crate::domain::judge::{Conclusion, JudgedFinding, JudgedPolicy, Standing};

/// A collapsed section: its title in our own words, and its list items.
pub type Section = (String, Vec<String>);

/// The sections in the order of their use to the reader; empty ones are left out.
pub fn sections(view: &View<'_>) -> Vec<Section> {
    let broken = if on_top(view) { Vec::new() } else { view.standing(Standing::Broken) };
    let unknown = view.standing(Standing::Unknown);
    let existing = total(&view.existing);
    let waived = total(&view.waived);
    let notes = &view.judgement.notes;
    let preview = &view.judgement.preview;
    let all = [
        (
            "What the new configuration would change, once it is on the base branch".to_owned(),
            preview.iter().map(|line| format!("- {}\n", prose(&clip(line, 600)))).collect(),
        ),
        (
            format!("{} broken", count(broken.len(), "policy is", "policies are")),
            broken.iter().map(reasoned).collect(),
        ),
        (
            format!("{} not be judged", count(unknown.len(), "policy could", "policies could")),
            unknown.iter().map(reasoned).collect(),
        ),
        (
            format!("{}, not blocking", count(existing, "existing finding", "existing findings")),
            each(&view.existing, known),
        ),
        (
            format!("{} waived", count(waived, "finding is", "findings are")),
            each(&view.waived, waiver),
        ),
        (
            count(notes.len(), "note", "notes"),
            notes.iter().map(|n| format!("- {}\n", prose(&clip(n, 600)))).collect(),
        ),
    ];
    all.into_iter().filter(|(_, items): &Section| !items.is_empty()).collect()
}

fn each(groups: &[Group<'_>], item: fn(&JudgedFinding) -> String) -> Vec<String> {
    groups.iter().flat_map(|g| g.findings.iter().map(|f| item(f))).collect()
}

/// Whether broken policies are the reason of the verdict, and so stand open at the top.
pub fn on_top(view: &View<'_>) -> bool {
    view.judgement.conclusion == Conclusion::ActionRequired
}

/// A policy and why it is unknown or broken, as a list item.
pub fn reasoned(policy: &&JudgedPolicy) -> String {
    let reason = policy.reason.as_deref().unwrap_or("no reason was given");
    format!("- {}: {}\n", code_span(policy.id.as_str()), prose(&clip(reason, 600)))
}

fn known(finding: &JudgedFinding) -> String {
    format!(
        "- {} — {} ({})\n",
        place_of(finding),
        what(finding),
        code_span(finding.policy.as_str())
    )
}

fn waiver(finding: &JudgedFinding) -> String {
    let known = known(finding);
    let Some(waiver) = &finding.waiver else { return known };
    let owner = waiver.owner.as_deref().map(|o| format!(", owner {}", code_span(&clip(o, 100))));
    format!(
        "{known}  - until {}{}: {}\n",
        prose(&clip(&waiver.expires, 40)),
        owner.unwrap_or_default(),
        prose(&clip(&waiver.reason, 600)),
    )
}
