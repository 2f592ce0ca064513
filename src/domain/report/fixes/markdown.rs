//! Fixes as Markdown: for a commit, a pull request, a comment, the handbook.

use super::super::budget::fit;
use super::super::escape::{code_span, fenced, prose};
use super::super::words::{clip, count};
use super::diff::patch;
use super::grouped::{Group, grouped};
use crate::domain::fix::FixPlan;
use crate::domain::ids::PolicyId;
use crate::domain::policy::metadata::PolicyMeta;

/// Lists, in bytes.
const ROOM: usize = 12_000;
/// A patch in a comment, in bytes.
const MAX_PATCH: usize = 40_000;

/// Subject and body of the commit; `mark` is its last line, by which it is known again.
pub fn commit_message(plan: &FixPlan, mark: &str) -> String {
    let policies = plan.policies();
    let subject = match policies.iter().next() {
        Some(only) if policies.len() == 1 => format!("Put {only} right"),
        _ => format!("Put {} policies right", policies.len()),
    };
    // Paths and names of the repository stand in its own history already.
    let items: Vec<String> = policies.iter().map(|policy| format!("- {policy}\n")).collect();
    let (items, _) = fit(&items, 4_000);
    format!("{subject}\n\n{items}\n{mark}\n")
}

/// Title and text of a pull request that brings fixes. `place` is where it was asked for.
pub fn fix_pull(plan: &FixPlan, named: Option<&PolicyId>, place: &str) -> (String, String) {
    let title = match named {
        Some(policy) => format!("Put {policy} right"),
        None => "Put what the golden path asks right, where there is one way to do it".to_owned(),
    };
    let body = format!(
        "Asked for in {place}. Each change was judged: its finding is gone, and nothing else came \
         up. Push to this branch what you like; asking again adds to it and overwrites nothing.\n\n\
         {}{}{}",
        done(plan),
        look_outs(plan),
        left(plan),
    );
    (title, body)
}

/// What was done and what is left, below the first sentence of an answer.
pub fn fix_list(plan: &FixPlan) -> String {
    format!("{}{}{}", done(plan), look_outs(plan), left(plan))
}

/// Why there is nothing to commit.
pub fn nothing_to_fix(plan: &FixPlan, where_: &str) -> String {
    if plan.left.is_empty() {
        return format!("Nothing to put right {where_}.");
    }
    format!("Nothing here can be put right without a decision of yours.\n\n{}", left(plan))
}

/// The change as a patch, where nothing can be pushed; `why` is a sentence.
pub fn patch_to_apply(plan: &FixPlan, why: &str) -> String {
    let patch = patch(plan, "");
    if patch.len() > MAX_PATCH {
        return format!(
            "{why} The patch is too long for a comment; `waymark fix --write` makes the change in a clone."
        );
    }
    format!(
        "{why} Save this as `fix.patch` and run `git apply fix.patch`:\n\n{}",
        fenced(&patch, "diff")
    )
}

fn done(plan: &FixPlan) -> String {
    let fixed = plan.fixed.iter().map(|fixed| (&fixed.finding, fixed.what.as_str()));
    section("**Put right**", items(&grouped(fixed)))
}

fn look_outs(plan: &FixPlan) -> String {
    let item = |(policy, words): (&PolicyId, &str)| {
        format!("- {}: {}\n", code_span(policy.as_str()), prose(words))
    };
    section(
        "**Look at this before you merge it**",
        plan.look_outs().into_iter().map(item).collect(),
    )
}

fn left(plan: &FixPlan) -> String {
    let left = plan.left.iter().map(|left| (&left.finding, left.why.as_str()));
    section("**Left to you**", items(&grouped(left)))
}

/// A file to a line.
fn items(groups: &[Group<'_>]) -> Vec<String> {
    let said = |(words, policies, times): &(&str, Vec<&str>, usize)| {
        let times = if *times > 1 { format!(", {times} times") } else { String::new() };
        let policies: Vec<String> = policies.iter().map(|policy| code_span(policy)).collect();
        format!("{} ({}{times})", prose(&clip(words, 400)), policies.join(", "))
    };
    let item = |group: &Group<'_>| {
        let path = code_span(&clip(group.path.unwrap_or("the repository"), 200));
        let said: Vec<String> = group.said.iter().map(said).collect();
        format!("- {path}: {}\n", said.join("; "))
    };
    groups.iter().map(item).collect()
}

fn section(title: &str, items: Vec<String>) -> String {
    if items.is_empty() {
        return String::new();
    }
    let (shown, more) = fit(&items, ROOM);
    let more = match more {
        0 => String::new(),
        more => format!("- {}\n", count(more, "more", "more")),
    };
    format!("{title}\n\n{shown}{more}\n")
}

/// The page of the handbook: which policies have a fix, and what it changes.
pub fn handbook<'m>(metas: impl Iterator<Item = &'m PolicyMeta>) -> String {
    let mut page = "# Fixes\n\n<!-- Made by `waymark fix --list`; do not edit. -->\n\n".to_owned();
    page += "What can be put right by itself, for `waymark fix` on the command line, \
             `/platform fix` in a comment, and the button *Fix* of a check run. \
             [How to use them](fixing.md).\n\n";
    page += "| Policy | What is changed | Look at this before you merge it |\n|---|---|---|\n";
    for meta in metas {
        let (Some(words), Some(fix)) = (&meta.fix, crate::domain::fix::find(&meta.id)) else {
            continue;
        };
        let id = &meta.id;
        let cell = |text: &str| text.replace('|', "\\|");
        page +=
            &format!("| [{id}](policies/{id}.md) | {} | {} |\n", cell(words), cell(fix.look_out));
    }
    page
}
