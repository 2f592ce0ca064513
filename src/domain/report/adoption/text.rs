//! How does a person at a terminal read a plan?

use std::fmt::Write as _;

use super::{AdoptionReport, satisfied};
use crate::domain::adopt::{Action, BY_DEFAULT};
use crate::domain::report::visible::line;
use crate::domain::report::words::{clip, count, place};

/// Open findings that are listed.
const MOST_OPEN: usize = 20;

/// The plan as plain text. Nothing of the repository steers the terminal.
pub fn render_text(report: &AdoptionReport<'_>) -> String {
    let plan = report.plan;
    let mut out = format!("golden path {}: {}\n", line(&plan.path), report.levels());
    let mut section = |title: &str, items: Vec<String>| {
        if !items.is_empty() {
            let _ = write!(out, "\n{title}\n{}", items.concat());
        }
    };
    for (action, files) in report.groups() {
        let title = match (action, report.written) {
            (Action::Add, true) => "added",
            (Action::Add, false) => "add",
            (Action::Merge, true) => "merged",
            (Action::Merge, false) => "merge",
            (Action::Keep, _) => "keep",
            (Action::Conflict, _) => "conflict (left as it is; yours to decide)",
        };
        let items = files.iter().map(|file| {
            let why = line(&clip(&file.reason, 400));
            let mut item = match (action, satisfied(file)) {
                (Action::Add, Some(policies)) => {
                    format!("  {}  for {policies}\n", line(&file.path))
                }
                (Action::Add, None) => format!("  {}\n", line(&file.path)),
                (_, Some(policies)) => format!("  {}  {why}; for {policies}\n", line(&file.path)),
                (_, None) => format!("  {}  {why}\n", line(&file.path)),
            };
            if let Some(patch) = file.suggestion.as_ref().filter(|_| action == Action::Conflict) {
                for part in patch.lines() {
                    let _ = writeln!(item, "      {}", line(part));
                }
            }
            item
        });
        section(title, items.collect());
    }
    let parameters = plan.parameters.iter().filter(|known| known.from != BY_DEFAULT);
    let parameters = parameters.map(|known| {
        let guess = if known.guessed { "GUESSED: " } else { "" };
        let value = clip(&AdoptionReport::value(&known.value), 200);
        format!("  {}={}  ({guess}{})\n", known.name, line(&value), line(&known.from))
    });
    section("parameters", parameters.collect());
    section("yours to decide", bullets(report.decisions()));
    let open = report.open();
    let more = open.len().saturating_sub(MOST_OPEN);
    let mut items: Vec<String> = open
        .iter()
        .take(MOST_OPEN)
        .map(|finding| {
            let message = line(&clip(&finding.message, 400));
            format!("  {}  {message} [{}]\n", line(&place(finding)), finding.policy)
        })
        .collect();
    if more > 0 {
        items.push(format!("  and {}\n", count(more, "more finding", "more findings")));
    }
    section("still open", items);
    let unknown = report.unknown().into_iter().map(|(reason, policies)| {
        format!("  {}\n    {}\n", policies.join(", "), line(&clip(reason, 300)))
    });
    section("could not be judged", unknown.collect());
    section("steps of the template that are not run", bullets(plan.skipped.clone()));
    section("notes", bullets(plan.notes.clone()));
    let counted = |action| plan.with(action).count();
    let (add, merge) = (counted(Action::Add), counted(Action::Merge));
    let verb = if report.written { "written" } else { "to write" };
    let _ = writeln!(
        out,
        "\n{} {verb}: {add} added, {merge} merged; {} kept, {}",
        count(add + merge, "file", "files"),
        counted(Action::Keep),
        count(counted(Action::Conflict), "conflict", "conflicts"),
    );
    out
}

fn bullets(texts: Vec<String>) -> Vec<String> {
    texts.iter().map(|text| format!("  - {}\n", line(&clip(text, 600)))).collect()
}
