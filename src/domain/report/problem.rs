//! How is a faulty policy file shown to its author? The line, a caret, what would help.

use annotate_snippets::{AnnotationKind, Level, Origin, Renderer, Snippet};

use super::visible::line;
use super::words::clip;
use crate::domain::policy::metadata::PolicyProblem;

/// Characters of the source line that are shown.
const LINE: usize = 160;

/// A frame, with a newline at the end; with ANSI colours when `styled`.
pub fn render_problem(problem: &PolicyProblem, styled: bool) -> String {
    render(problem, Level::ERROR, styled)
}

/// The same for what is no error, but most likely a mistake.
pub fn render_remark(problem: &PolicyProblem, styled: bool) -> String {
    render(problem, Level::WARNING, styled)
}

fn render(problem: &PolicyProblem, level: Level<'_>, styled: bool) -> String {
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    let path = line(&clip(&problem.path, 300));
    let title = level.primary_title(line(&clip(&problem.message, 1_000)));
    let mut group = match (problem.line, &problem.source) {
        (Some(number), Some(source)) => {
            let (shown, mark) = excerpt(source, problem.column);
            let mark = AnnotationKind::Primary.span(mark);
            let snippet = Snippet::source(shown).line_start(number as usize).path(path);
            title.element(snippet.annotation(mark))
        }
        (Some(number), None) => title.element(Origin::path(path).line(number as usize)),
        _ => title.element(Origin::path(path)),
    };
    if let Some(hint) = &problem.hint {
        group = group.element(Level::HELP.message(line(&clip(hint, 600))));
    }
    let text = renderer.render(&[group]);
    text.lines().map(|l| l.trim_end().to_owned() + "\n").collect()
}

/// The line as it can be shown, and the word in it that is meant: from the column to the end of
/// the word, or the whole line without a column.
fn excerpt(source: &str, column: Option<u32>) -> (String, std::ops::Range<usize>) {
    let clipped: String = source.chars().take(LINE).collect();
    // The renderer shows tabs as spaces itself, and counts them as one column.
    let show = |text: &str| text.split('\t').map(line).collect::<Vec<_>>().join("\t");
    let shown = show(&clipped);
    let Some(column) = column else {
        let start = shown.len() - shown.trim_start().len();
        let end = shown.trim_end().len().max(start);
        return (shown, start..end);
    };
    let before: String = clipped.chars().take((column as usize).saturating_sub(1)).collect();
    let rest = &clipped[before.len()..];
    let word = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.');
    let meant: String = match rest.chars().next() {
        Some(c) if word(c) => rest.chars().take_while(|c| word(*c)).collect(),
        Some(c) => c.to_string(),
        None => String::new(),
    };
    let start = show(&before).len();
    (shown, start..start + show(&meant).len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_word_is_underlined_behind_tabs_too() {
        let problem = PolicyProblem {
            column: Some(2),
            source: Some("\tstartwith(f, \"a\")".to_owned()),
            hint: Some("did you mean `startswith`?".to_owned()),
            ..PolicyProblem::new("a/b/policy.rego", Some(7), "there is no function `startwith`")
        };
        let shown = render_problem(&problem, false);
        assert_eq!(
            shown,
            "error: there is no function `startwith`\n --> a/b/policy.rego:7:2\n  |\n7 |     \
             startwith(f, \"a\")\n  |     ^^^^^^^^^\n  |\n  = help: did you mean `startswith`?\n"
        );
    }

    #[test]
    fn a_file_without_a_place_is_named() {
        let problem = PolicyProblem::new("x.rego", None, "too long");
        assert_eq!(render_problem(&problem, false), "error: too long\n--> x.rego\n");
    }
}
