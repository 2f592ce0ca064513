//! Why does a policy say what it says here, how is it fixed, and what is the way out?

use chrono::NaiveDate;

use super::super::budget::fit;
use super::super::escape::{code_span, fenced, prose};
use super::super::explain::{NOT_HERE, waivers};
use super::super::group::{place_of, what};
use super::super::remedy::{authored, exact, language_of};
use super::super::words::{clip, count};
use super::{About, Answer};
use crate::domain::config::WaiverRules;
use crate::domain::judge::{JudgedFinding, JudgedPolicy, Judgement, Standing, State};

/// Findings that are told one by one, in bytes of their list.
const ROOM: usize = 12_000;

/// The answer for one policy of a judgement. `today` dates the waiver that is offered, `rules` are
/// the organisation's for it.
pub fn explain(
    judgement: &Judgement,
    policy: &JudgedPolicy,
    about: &About,
    today: NaiveDate,
    rules: &WaiverRules,
) -> Answer {
    let findings: Vec<&JudgedFinding> =
        judgement.findings.iter().filter(|f| f.policy == policy.id).collect();
    let title = prose(&clip(&policy.title, 200));
    let mut page = format!(
        "### {title}\n\n{} · {} · mode {}\n\n{}\n\n",
        code_span(policy.id.as_str()),
        policy.level_word(),
        policy.mode.as_str(),
        standing(policy, &findings, about),
    );
    if !findings.is_empty() {
        let items: Vec<String> = findings
            .iter()
            .map(|f| format!("- {} — {}{}\n", place_of(f), what(f), state(f)))
            .collect();
        let (shown, left) = fit(&items, ROOM);
        page += &shown;
        if left > 0 {
            page += &format!("- {}\n", count(left, "more place", "more places"));
        }
        page.push('\n');
    }
    let why = authored(&clip(&policy.description, 3_000));
    if !why.is_empty() {
        page += &format!("**Why it matters.** {why}\n\n");
    }
    let own = findings.iter().find_map(|f| Some((f.remediation.as_deref()?, f.path.as_deref())));
    let fix = match own {
        Some((own, path)) => exact(&clip(own, 4_000), language_of(path.unwrap_or_default())),
        None => authored(&clip(&policy.remediation, 6_000)),
    };
    if !fix.is_empty() {
        let gap = if fix.starts_with("```") { "\n\n" } else { " " };
        page += &format!("**How to fix it.**{gap}{fix}\n\n");
    }
    let open: Vec<&JudgedFinding> =
        findings.iter().copied().filter(|f| f.state != State::Waived).collect();
    if rules.forbid(&policy.id) && !open.is_empty() {
        page += &format!("**When it does not fit here.** {NOT_HERE}\n");
    } else if let Some(block) = waivers(&open, today, rules) {
        page +=
            "**When it does not fit here.** On the default branch, in `.github/waymark.yml`:\n\n";
        page += &fenced(&block, "yaml");
    }
    Answer::done(page)
}

fn standing(policy: &JudgedPolicy, findings: &[&JudgedFinding], about: &About) -> String {
    let at = about.words();
    let reason = policy.reason.as_deref().map(|r| prose(&clip(r, 600))).unwrap_or_default();
    match policy.status {
        Standing::Pass => format!("**Passes** at {at}."),
        Standing::Waived => format!("**Waived** at {at}."),
        Standing::NotApplicable => {
            format!("**Does not apply** at {at}: there is nothing to judge.")
        }
        Standing::Unknown => format!("**Could not be judged** at {at}: {reason}"),
        Standing::Broken => format!("**The policy itself is broken** at {at}: {reason}"),
        Standing::Fail => {
            format!("**Fails** at {at}: {}.", count(findings.len(), "finding", "findings"))
        }
    }
}

fn state(finding: &JudgedFinding) -> &'static str {
    match finding.state {
        State::New => "",
        State::Existing => " _(was there before)_",
        State::Waived => " _(waived)_",
    }
}
