//! How does a program read a plan? `waymark.dev/adoption/v1`.

use serde_json::json;

use super::AdoptionReport;
use crate::domain::report::json::escape_hidden;

/// The plan, indented, with a newline at the end.
pub fn render_json(report: &AdoptionReport<'_>) -> String {
    let plan = report.plan;
    let value = json!({
        "schema": "waymark.dev/adoption/v1",
        "path": plan.path,
        "written": report.written,
        "level": {"before": report.before.level, "after": report.after.level},
        "files": plan.files,
        "parameters": plan.parameters,
        "questions": plan.open_questions(),
        "decisions": plan.decisions,
        "skipped": plan.skipped,
        "notes": plan.notes,
        "findings": report.open(),
        "summary": report.after.summary,
    });
    let text = serde_json::to_string_pretty(&value).unwrap_or_default();
    escape_hidden(&text) + "\n"
}
