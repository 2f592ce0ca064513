//! How does a plan read in a comment or a pull request?

use std::fmt::Write as _;

use super::{AdoptionReport, satisfied};
use crate::domain::adopt::Action;
use crate::domain::report::escape::{code_span, fenced, markdown, prose};
use crate::domain::report::words::{clip, count, place};

/// Open findings and suggestions that are shown.
const MOST: usize = 20;

/// The plan as GitHub Markdown; what comes from the repository is escaped, nobody is mentioned.
pub fn render_markdown(report: &AdoptionReport<'_>) -> String {
    let plan = report.plan;
    let mut out = format!("### Golden path {}: {}\n\n", markdown(&plan.path), report.levels());
    let mut rows = String::new();
    for (action, files) in report.groups() {
        for file in files {
            let why = match action {
                Action::Add => String::new(),
                _ => cell(&file.reason),
            };
            let policies = satisfied(file).map(|names| cell(&names)).unwrap_or_default();
            let path = cell(&file.path);
            let _ = writeln!(rows, "| **{}** | {path} | {why} | {policies} |", action.as_str());
        }
    }
    let _ = write!(out, "| | file | why | satisfies |\n|---|---|---|---|\n{rows}\n");
    let decisions = report.decisions();
    if !decisions.is_empty() {
        out.push_str("**Yours to decide**\n\n");
        for text in decisions {
            let _ = writeln!(out, "- {}", prose(&clip(&text, 600)));
        }
        out.push('\n');
    }
    suggestions(&mut out, report);
    remaining(&mut out, report);
    out.push_str("<details><summary>Parameters, and where they come from</summary>\n\n");
    out.push_str("| parameter | value | from |\n|---|---|---|\n");
    for known in &plan.parameters {
        let value = cell(&clip(&AdoptionReport::value(&known.value), 200));
        let guess = if known.guessed { "**guessed**: " } else { "" };
        let _ = writeln!(out, "| {} | {value} | {guess}{} |", cell(&known.name), cell(&known.from));
    }
    out.push_str("\n</details>\n");
    for note in plan.notes.iter().take(MOST) {
        let _ = writeln!(out, "\n> {}", prose(&clip(note, 600)));
    }
    if !plan.skipped.is_empty() {
        let steps: Vec<String> = plan.skipped.iter().map(|step| prose(step)).collect();
        let _ = writeln!(out, "\nSteps of the template that are not run: {}.", steps.join(", "));
    }
    out
}

fn cell(text: &str) -> String {
    markdown(&text.replace('`', ""))
}

fn suggestions(out: &mut String, report: &AdoptionReport<'_>) {
    let conflicts = report.plan.with(Action::Conflict);
    for file in conflicts.filter(|file| file.suggestion.is_some()).take(MOST) {
        let path = code_span(&file.path);
        let patch = fenced(file.suggestion.as_deref().unwrap_or_default(), "diff");
        let _ = write!(
            out,
            "<details><summary>What the golden path changes in {path}</summary>\n\n{patch}\n</details>\n\n"
        );
    }
}

fn remaining(out: &mut String, report: &AdoptionReport<'_>) {
    let open = report.open();
    if !open.is_empty() {
        out.push_str("**Still open afterwards**\n\n");
        for finding in open.iter().take(MOST) {
            let at = code_span(&place(finding));
            let _ = writeln!(
                out,
                "- {at} {} ({})",
                prose(&clip(&finding.message, 400)),
                finding.policy
            );
        }
        if open.len() > MOST {
            let _ = writeln!(
                out,
                "- and {}",
                count(open.len() - MOST, "more finding", "more findings")
            );
        }
        out.push('\n');
    }
    let unknown = report.unknown();
    if !unknown.is_empty() {
        out.push_str("**Could not be judged**\n\n");
        for (reason, policies) in unknown {
            let _ = writeln!(out, "- {}: {}", policies.join(", "), prose(&clip(reason, 300)));
        }
        out.push('\n');
    }
}
