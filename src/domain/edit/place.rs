//! Where on its line does something stand?

use std::collections::BTreeMap;

use crate::domain::yaml::{Mark, Shape};

/// A file that is being edited, with the place of every value.
pub(super) struct Page<'t> {
    pub(super) text: &'t str,
    pub(super) marks: &'t BTreeMap<String, Mark>,
}

impl Page<'_> {
    /// How lines end here.
    pub(super) fn line_end(&self) -> &'static str {
        if self.text.contains("\r\n") { "\r\n" } else { "\n" }
    }

    /// Where the line of a byte begins.
    pub(super) fn line_start(&self, at: usize) -> usize {
        self.text[..at].rfind('\n').map_or(0, |end| end + 1)
    }

    /// Where the line behind that of a byte begins.
    pub(super) fn next_line(&self, at: usize) -> usize {
        self.text[at..].find('\n').map_or(self.text.len(), |end| at + end + 1)
    }

    /// How deep a byte stands, when only blanks and dashes are before it on its line.
    pub(super) fn column(&self, at: usize) -> Option<usize> {
        let before = &self.text[self.line_start(at)..at];
        before.bytes().all(|b| matches!(b, b' ' | b'-')).then_some(before.len())
    }

    /// By how many blanks this file indents.
    pub(super) fn step(&self) -> usize {
        let deeper = self.marks.values().filter(|mark| mark.shape == Shape::Mapping);
        let steps = deeper.filter_map(|mark| {
            let own = self.column(mark.key.as_ref()?.start)?;
            self.column(mark.value.start)?.checked_sub(own)
        });
        steps.filter(|step| (1..=8).contains(step)).min().unwrap_or(2)
    }

    /// The text with something put at a byte.
    pub(super) fn with(&self, at: usize, new: &str) -> String {
        format!("{}{new}{}", &self.text[..at], &self.text[at..])
    }

    /// The text with whole lines put behind the line of a byte.
    pub(super) fn with_lines_behind(&self, at: usize, lines: &[String]) -> String {
        let at = self.next_line(at);
        let end = self.line_end();
        let body: String = lines.iter().map(|line| format!("{line}{end}")).collect();
        let gap = if self.text[..at].ends_with('\n') || at == 0 { "" } else { end };
        self.with(at, &format!("{gap}{body}"))
    }
}

/// The parent of a pointer and the last token, unescaped.
pub(super) fn split(pointer: &str) -> Option<(&str, String)> {
    let (parent, token) = pointer.rsplit_once('/')?;
    Some((parent, token.replace("~1", "/").replace("~0", "~")))
}
