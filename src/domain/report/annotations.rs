//! Which findings are written onto the diff, and with which words?

use super::remedy::plain;
use super::view::{Group, View};
use super::visible::line;
use super::words::{clip, lines};
use crate::domain::effect::{Annotation, AnnotationLevel};
use crate::domain::finding::{Mode, Severity};
use crate::domain::judge::{JudgedFinding, JudgedPolicy};

/// How many annotations a check run gets at most: four requests of fifty.
pub const MOST_ANNOTATIONS: usize = 200;

/// The annotations: new findings with a line in a file that the change touches. Those that block
/// come first, as the cap must not hide them behind warnings; then by severity, path and line.
/// The number says how many the cap left out.
pub fn render_annotations(view: &View<'_>) -> (Vec<Annotation>, usize) {
    let mut found: Vec<_> = view
        .blocking
        .iter()
        .chain(&view.warnings)
        .flat_map(|Group { policy, findings }| findings.iter().map(move |f| (*policy, *f)))
        .filter(|(_, f)| f.touched && f.path.is_some() && f.start_line.is_some())
        .collect();
    found.sort_by_key(|(p, f)| {
        (p.mode != Mode::Enforce, f.severity, &f.path, f.start_line, &f.policy, &f.message)
    });
    let left = found.len().saturating_sub(MOST_ANNOTATIONS);
    let kept = found.iter().take(MOST_ANNOTATIONS).filter_map(|(p, f)| annotate(p, f)).collect();
    (kept, left)
}

/// How loudly a new finding of this policy speaks.
pub fn loudness(policy: &JudgedPolicy, finding: &JudgedFinding) -> AnnotationLevel {
    match (policy.mode, finding.severity) {
        (Mode::Enforce, _) => AnnotationLevel::Failure,
        (_, Severity::Low) => AnnotationLevel::Notice,
        (_, Severity::Critical | Severity::High | Severity::Medium) => AnnotationLevel::Warning,
    }
}

/// What an annotation says: what is wrong, the fix, and who speaks. Plain text of less than
/// 40,000 bytes: the parts are cut to 4,300, and an escape takes up to eight times the room.
pub fn words(policy: &JudgedPolicy, finding: &JudgedFinding) -> String {
    let resource = finding.resource.as_deref().map(|r| format!("\nIn {}.", line(&clip(r, 300))));
    let fix = finding.remediation.as_ref().unwrap_or(&policy.remediation);
    let fix = match plain(&clip(fix, 3_000)) {
        fix if fix.is_empty() => String::new(),
        fix => format!("\n\nFix: {fix}"),
    };
    let weight = if policy.mode == Mode::Enforce { "blocks" } else { "does not block" };
    format!(
        "{}.{}{fix}\n\n{} · {} · {weight}",
        line(&clip(&finding.message, 1_000)),
        resource.unwrap_or_default(),
        policy.id,
        finding.severity.as_str(),
    )
}

fn annotate(policy: &JudgedPolicy, finding: &JudgedFinding) -> Option<Annotation> {
    let (start_line, end_line) = lines(finding)?;
    Some(Annotation {
        // As Git names it, or GitHub would not find the file.
        path: finding.path.clone()?,
        start_line,
        end_line,
        level: loudness(policy, finding),
        title: clip(&line(&policy.title), 255),
        message: words(policy, finding),
        raw_details: None,
    })
}
