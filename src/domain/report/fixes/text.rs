//! Fixes in words, for who sits at a terminal.

use super::super::visible::line;
use super::super::words::{clip, count};
use super::grouped::{Group, grouped};
use crate::domain::fix::FixPlan;

/// What would be changed, what is left to people and why, and what to look at.
pub fn summary(plan: &FixPlan) -> String {
    let mut out = String::new();
    if !plan.fixed.is_empty() {
        out += &format!("{}:\n", heading(plan));
        let fixed = plan.fixed.iter().map(|fixed| (&fixed.finding, fixed.what.as_str()));
        out += &list(&grouped(fixed));
    }
    let look_outs = plan.look_outs();
    if !look_outs.is_empty() {
        out += "look at this before you merge it:\n";
        for (policy, words) in look_outs {
            out += &format!("  {policy}: {words}\n");
        }
    }
    if !plan.left.is_empty() {
        out += &format!("left to you, {}:\n", count(plan.left.len(), "finding", "findings"));
        let left = plan.left.iter().map(|left| (&left.finding, left.why.as_str()));
        out += &list(&grouped(left));
    }
    out
}

/// Files with what is said of each.
fn list(groups: &[Group<'_>]) -> String {
    let mut out = String::new();
    for Group { path, said } in groups {
        out += &format!("  {}\n", line(&clip(path.unwrap_or("the repository"), 200)));
        for (words, policies, times) in said {
            let times = if *times > 1 { format!(", {times} times") } else { String::new() };
            let words = line(&clip(words, 300));
            out += &format!("    {words} ({}{times})\n", policies.join(", "));
        }
    }
    out
}

/// `3 findings in 2 files can be put right`.
fn heading(plan: &FixPlan) -> String {
    format!(
        "{} put right in {}",
        count(plan.fixed.len(), "finding", "findings"),
        count(plan.files.len(), "file", "files")
    )
}

/// The last line when everything was written.
pub fn written(plan: &FixPlan) -> String {
    let files: Vec<String> = plan.files.iter().map(|file| line(&file.path)).collect();
    format!("written: {}\n", files.join(", "))
}
