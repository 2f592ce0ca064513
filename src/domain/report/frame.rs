//! How is one finding shown on a terminal? A code frame: the lines, why they matter, the fix.

use std::sync::Arc;

use annotate_snippets::{AnnotationKind, Element, Level, Origin, Renderer, Snippet};

use super::remedy::plain;
use super::visible::line;
use super::words::{clip, lines};
use crate::domain::finding::Mode;
use crate::domain::judge::{JudgedFinding, JudgedPolicy, State};

/// Hands out a file's text, when it is at hand.
pub type Source<'a> = &'a dyn Fn(&str) -> Option<Arc<str>>;

/// Bytes of one source line that are shown; minified files have lines of a megabyte.
const LINE_BYTES: usize = 160;
/// Lines of one finding that are looked at; the renderer folds the middle of long stretches.
const MOST_LINES: usize = 200;

/// What of the policy's own words a frame repeats; the first frame that needs them has them.
#[derive(Debug, Clone, Copy)]
pub struct Explain {
    /// Why it matters.
    pub why: bool,
    /// The general remediation, where a finding has none of its own.
    pub remediation: bool,
}

/// The frame, with a newline at the end. A finding's own remediation is always shown.
pub fn render_frame(
    renderer: &Renderer,
    policy: &JudgedPolicy,
    finding: &JudgedFinding,
    source: Source<'_>,
    explain: Explain,
) -> String {
    let level = match (finding.state, policy.mode) {
        (State::Existing | State::Waived, _) | (_, Mode::Observe | Mode::Off) => Level::NOTE,
        (State::New, Mode::Enforce) => Level::ERROR,
        (State::New, Mode::Warn) => Level::WARNING,
    };
    let title = level.primary_title(line(&clip(&finding.message, 1_000))).id(policy.id.as_str());
    let mut group = title.elements(place(finding, source));
    if let Some(resource) = &finding.resource {
        group = group.element(Level::NOTE.message(format!("in {}", line(&clip(resource, 300)))));
    }
    if explain.why {
        group = advise(group, Level::NOTE, &policy.description);
    }
    match &finding.remediation {
        Some(own) => group = advise(group, Level::HELP, own),
        None if explain.remediation => group = advise(group, Level::HELP, &policy.remediation),
        None => {}
    }
    // The renderer indents blank lines of the advice too.
    renderer.render(&[group]).lines().map(|l| l.trim_end().to_owned() + "\n").collect()
}

fn advise<'a>(
    group: annotate_snippets::Group<'a>,
    level: Level<'a>,
    advice: &str,
) -> annotate_snippets::Group<'a> {
    match plain(&clip(advice, 3_000)) {
        text if text.is_empty() => group,
        text => group.element(level.message(text)),
    }
}

/// The offending lines when the file is at hand and has them, else only its name.
fn place<'a>(finding: &JudgedFinding, source: Source<'_>) -> Option<Element<'a>> {
    let path = finding.path.as_deref()?;
    let shown = line(&clip(path, 300));
    let Some((start, end)) = lines(finding) else { return Some(Origin::path(shown).into()) };
    let window = source(path).map(|text| window(&text, start, end)).unwrap_or_default();
    if window.is_empty() {
        return Some(Origin::path(shown).line(start as usize).into());
    }
    let indent = window.len() - window.trim_start_matches(' ').len();
    // A stretch of blank lines has nothing to underline but its beginning.
    let from = if window.trim().is_empty() { 0 } else { indent };
    let to = window.trim_end().len().max(from);
    let mark = AnnotationKind::Primary.span(from..to);
    Some(Snippet::source(window).line_start(start as usize).path(shown).annotation(mark).into())
}

/// Lines `start..=end` as they can be shown; empty when the file ends before them.
fn window(text: &str, start: u32, end: u32) -> String {
    let wanted = ((end - start) as usize + 1).min(MOST_LINES);
    let shown: Vec<String> = text
        .lines()
        .skip(start as usize - 1)
        .take(wanted)
        .map(|l| clip(&line(&clip(l, LINE_BYTES).replace('\t', "    ")), 2 * LINE_BYTES))
        .collect();
    shown.join("\n")
}
