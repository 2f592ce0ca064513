//! What does a tired engineer read first? The check run's summary.
//!
//! Order: verdict, what is wrong with the configuration, new findings that block, new findings
//! that warn, everything else collapsed, the way out.

use super::budget::{PAGE_BYTES, details, fit};
use super::check_run::CheckRunContext;
use super::escape::{code_span, prose};
use super::footer::render_footer;
use super::group::render_group;
use super::sections::{on_top, reasoned, sections};
use super::title::standing;
use super::view::{Group, View, total};
use super::words::{clip, count, level, list};
use crate::domain::judge::{Conclusion, ConfigProblem, Standing};

/// The most that one policy may take while others wait.
const GROUP_BYTES: usize = 16_000;
/// Kept free for each collapsed section, so that new findings do not crowd out its count.
const SECTION_BYTES: usize = 1_500;
/// Kept free for the lines that say how much is left out.
const NOTE_BYTES: usize = 500;

/// The summary: Markdown of at most [`PAGE_BYTES`]. `unannotated` counts the findings on the
/// diff for which no annotation was left.
pub fn render_summary(view: &View<'_>, context: &CheckRunContext, unannotated: usize) -> String {
    let footer = render_footer(view);
    let mut page = head(view, context);
    page += &problems(view);
    let sections = sections(view);
    let kept = NOTE_BYTES + sections.len() * SECTION_BYTES;
    let limit = PAGE_BYTES - footer.len() - kept;
    let mut left = push_groups(&mut page, "Blocking", &view.blocking, limit);
    left += push_groups(&mut page, "Warnings, not blocking", &view.warnings, limit);
    if left > 0 {
        page += &format!(
            "{} not told here one by one; `waymark check` and the JSON report list them all.\n\n",
            count(left, "new finding is", "new findings are"),
        );
    }
    if unannotated > 0 {
        page += &format!(
            "{unannotated} more on changed files without an annotation: GitHub shows the first \
             {} only.\n\n",
            super::annotations::MOST_ANNOTATIONS,
        );
    }
    for (i, (title, items)) in sections.iter().enumerate() {
        // What one section leaves, the next may take.
        let share = (PAGE_BYTES - footer.len()).saturating_sub(page.len()) / (sections.len() - i);
        page += &details(title, items, share.min(GROUP_BYTES)).0;
    }
    page + &footer
}

fn head(view: &View<'_>, context: &CheckRunContext) -> String {
    let mut page = format!("{}\n\n{}\n", verdict(view), path_and_level(view));
    let several = context.changes.len() > 1;
    if several {
        let changes: Vec<String> =
            context.changes.iter().map(|c| code_span(&clip(c, 40))).collect();
        page +=
            &format!("\n{} have this commit as head and are judged together.\n", list(&changes, 5));
    }
    for (policy, deadline) in view.deadlines() {
        page += &format!("\n{} {deadline}.\n", code_span(policy.id.as_str()));
    }
    let new = total(&view.blocking) + total(&view.warnings);
    match &context.base {
        Some(base) => {
            let branch = base.branch.as_deref().map(|b| code_span(&clip(b, 100)) + " at ");
            let base = format!("{}`{}`", branch.unwrap_or_default(), base.commit.short());
            page += &format!("\nCompared with {base}: what was there before does not block.\n");
        }
        None if new > 0 => {
            page += "\nThere is no base to compare with, so every finding counts as new.\n"
        }
        None => {}
    }
    page + "\n"
}

fn verdict(view: &View<'_>) -> String {
    let warnings = total(&view.warnings);
    let beside = match warnings {
        0 => String::new(),
        n => format!(" {} not block.", count(n, "warning does", "warnings do")),
    };
    match view.judgement.conclusion {
        Conclusion::Failure => {
            let n = total(&view.blocking);
            let act =
                if n == 1 { "Fix or waive it to merge." } else { "Fix or waive them to merge." };
            let findings = count(n, "new finding", "new findings");
            let place =
                if view.blocking.len() == 1 { "an enforced policy" } else { "enforced policies" };
            format!("**Blocked.** {findings} in {place}. {act}{beside}")
        }
        Conclusion::ActionRequired => match view.judgement.config_problems.len() {
            0 => format!(
                "**A policy is broken.** It failed before it could judge your change. Please tell \
                 your platform team, then re-run.{beside}"
            ),
            1 => format!(
                "**The configuration needs attention.** Mend the problem below, then re-run.{beside}"
            ),
            n => format!(
                "**The configuration needs attention.** Mend the {n} problems below, then re-run.{beside}"
            ),
        },
        Conclusion::Neutral if warnings > 0 => {
            let findings = count(warnings, "new finding", "new findings");
            format!("**Not blocked.** {findings} in policies that only warn.")
        }
        Conclusion::Neutral | Conclusion::Success => match standing(view) {
            Some(said) => format!("**Passed.** {}.", said.trim_start_matches("Passed: ")),
            None => "**Nothing applies here.** This repository holds nothing that a policy of \
                     its golden path judges."
                .to_owned(),
        },
    }
}

fn path_and_level(view: &View<'_>) -> String {
    let path = code_span(&clip(&view.judgement.path, 100));
    let level = level(view.judgement.level);
    let needs = view.next_level().map(|(next, missing)| {
        let ids: Vec<String> = missing.iter().map(|p| code_span(p.id.as_str())).collect();
        format!("; {} needs {}", next.as_str(), list(&ids, 5))
    });
    format!("Golden path {path} · level **{level}**{}", needs.unwrap_or_default())
}

/// What a human must act on: the configuration, and policies whose fault decides the verdict.
fn problems(view: &View<'_>) -> String {
    let complaint = |p: &ConfigProblem| {
        let path = clip(&p.path, 300);
        let place = p.line.map_or_else(|| path.clone(), |n| format!("{path}:{n}"));
        format!("- {} — {}\n", code_span(&place), prose(&clip(&p.message, 600)))
    };
    let complaints: Vec<_> = view.judgement.config_problems.iter().map(complaint).collect();
    let broken = if on_top(view) { view.standing(Standing::Broken) } else { Vec::new() };
    let broken: Vec<_> = broken.iter().map(reasoned).collect();
    listed("Configuration", &complaints) + &listed("Broken policies", &broken)
}

fn listed(title: &str, items: &[String]) -> String {
    if items.is_empty() {
        return String::new();
    }
    let (list, left) = fit(items, 8_000);
    let more = if left > 0 { format!("- {left} more\n") } else { String::new() };
    format!("## {title}\n\n{list}{more}\n")
}

/// Appends the groups as far as they fit; says how many findings are not told.
fn push_groups(page: &mut String, title: &str, groups: &[Group<'_>], limit: usize) -> usize {
    let mut left = 0;
    for (i, group) in groups.iter().enumerate() {
        let heading = if i == 0 { format!("## {title}\n\n") } else { String::new() };
        let room = limit.saturating_sub(page.len() + heading.len());
        let (text, untold) = render_group(group, room.min(GROUP_BYTES));
        if !text.is_empty() {
            page.push_str(&heading);
            page.push_str(&text);
        }
        left += untold;
    }
    left
}
