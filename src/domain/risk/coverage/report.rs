//! Which lines of which files do tests run through?

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{lcov, markup, place};

/// Files of one report.
const MAX_FILES: usize = 50_000;
/// Lines of one report.
const MAX_LINES: usize = 3_000_000;
/// No file has so many lines.
const MAX_LINE: u32 = 10_000_000;

/// Lines from the first to the last, both included, counted from 1.
pub type Span = (u32, u32);

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// `SF:`, `DA:`, `end_of_record`.
    Lcov,
    /// XML with `<coverage>`.
    Cobertura,
    /// XML with `<report>`.
    Jacoco,
}

impl Format {
    /// Every one.
    pub const ALL: [Self; 3] = [Self::Lcov, Self::Cobertura, Self::Jacoco];

    /// `lcov`, `cobertura`, `jacoco`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lcov => "lcov",
            Self::Cobertura => "cobertura",
            Self::Jacoco => "jacoco",
        }
    }

    /// By its name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.as_str().eq_ignore_ascii_case(name))
    }

    /// By how the text begins.
    pub fn guess(text: &str) -> Self {
        if !text.trim_start_matches('\u{feff}').trim_start().starts_with('<') {
            return Self::Lcov;
        }
        let at = |name: &str| text.find(name).unwrap_or(usize::MAX);
        if at("<report") < at("<coverage") { Self::Jacoco } else { Self::Cobertura }
    }
}

/// The lines of a file that can be run; the others are comments, declarations, and so on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileLines {
    /// A test runs through them.
    pub hit: Vec<Span>,
    /// None does.
    pub missed: Vec<Span>,
}

/// A report, by path below the repository's root as far as that could be told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CoverageReport {
    /// The files that were measured.
    pub files: BTreeMap<String, FileLines>,
}

impl CoverageReport {
    /// Reads a report. `root` is the folder that the repository lay in where the tests ran, to be
    /// taken off absolute paths; where GitHub's own runners put it is known.
    ///
    /// The error is for whoever sent it: one sentence without its subject.
    pub fn parse(text: &str, format: Format, root: Option<&str>) -> Result<Self, String> {
        let mut lines = Lines { root, ..Lines::default() };
        match format {
            Format::Lcov => lcov::read(text, &mut lines)?,
            Format::Cobertura => markup::cobertura(text, &mut lines)?,
            Format::Jacoco => markup::jacoco(text, &mut lines)?,
        }
        let report = lines.finish();
        if report.files.is_empty() {
            return Err("names no file with lines that can be run".to_owned());
        }
        Ok(report)
    }

    /// Both together: a line is run when either says so.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        let mut lines = Lines::default();
        for (path, file) in self.files.into_iter().chain(other.files) {
            let known = lines.files.entry(path).or_default();
            for (spans, hit) in [(file.hit, true), (file.missed, false)] {
                known.extend(spans.into_iter().flat_map(|(a, b)| (a..=b).map(move |n| (n, hit))));
            }
        }
        lines.finish()
    }

    /// Lines that tests run through, and all that can be run.
    ///
    /// ```
    /// use waymark::domain::risk::coverage::{CoverageReport, Format};
    /// let text = "SF:src/a.rs\nDA:1,3\nDA:2,0\nDA:3,1\nend_of_record\n";
    /// let report = CoverageReport::parse(text, Format::Lcov, None).unwrap();
    /// assert_eq!(report.totals(), (2, 3));
    /// ```
    pub fn totals(&self) -> (u64, u64) {
        let count = |spans: &[Span]| spans.iter().map(|(a, b)| u64::from(b - a) + 1).sum::<u64>();
        let hit: u64 = self.files.values().map(|file| count(&file.hit)).sum();
        let missed: u64 = self.files.values().map(|file| count(&file.missed)).sum();
        (hit, hit + missed)
    }
}

/// A report while it is read.
#[derive(Default)]
pub(super) struct Lines<'a> {
    root: Option<&'a str>,
    files: BTreeMap<String, Vec<(u32, bool)>>,
    count: usize,
}

impl Lines<'_> {
    /// The key of a file; `None`: nothing in the repository can be meant.
    pub(super) fn file(&self, path: &str) -> Option<String> {
        place::below_root(path, self.root)
    }

    /// Notes a line.
    pub(super) fn note(&mut self, file: &str, line: u32, hit: bool) -> Result<(), String> {
        if line == 0 || line > MAX_LINE {
            return Ok(());
        }
        self.count += 1;
        if self.count > MAX_LINES {
            return Err(format!("has more than {MAX_LINES} lines"));
        }
        if let Some(known) = self.files.get_mut(file) {
            known.push((line, hit));
            return Ok(());
        }
        if self.files.len() == MAX_FILES {
            return Err(format!("names more than {MAX_FILES} files"));
        }
        self.files.insert(file.to_owned(), vec![(line, hit)]);
        Ok(())
    }

    fn finish(self) -> CoverageReport {
        let files = self.files.into_iter().map(|(path, mut lines)| {
            // Of one line, the entry that was hit goes first and stays.
            lines.sort_unstable_by_key(|(line, hit)| (*line, !hit));
            lines.dedup_by_key(|(line, _)| *line);
            let of = |wanted: bool| {
                spans(lines.iter().filter(|(_, hit)| *hit == wanted).map(|(line, _)| *line))
            };
            (path, FileLines { hit: of(true), missed: of(false) })
        });
        CoverageReport { files: files.collect() }
    }
}

/// Puts neighbours together; the lines come in order.
///
/// ```
/// assert_eq!(waymark::domain::risk::coverage::spans([1, 2, 3, 7]), [(1, 3), (7, 7)]);
/// ```
pub fn spans(lines: impl IntoIterator<Item = u32>) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    for line in lines {
        match spans.last_mut() {
            Some((_, last)) if last.checked_add(1) == Some(line) => *last = line,
            _ => spans.push((line, line)),
        }
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_is_recognised_by_its_beginning() {
        assert_eq!(Format::guess("TN:\nSF:a\n"), Format::Lcov);
        assert_eq!(
            Format::guess("\u{feff}<?xml?>\n<!DOCTYPE coverage>\n<coverage>"),
            Format::Cobertura
        );
        assert_eq!(Format::guess("<?xml?><!DOCTYPE report><report name=\"x\">"), Format::Jacoco);
        assert_eq!(Format::named("LCOV"), Some(Format::Lcov));
        assert_eq!(Format::named("clover"), None);
    }

    #[test]
    fn two_reports_are_joined_line_by_line() {
        let of = |text| CoverageReport::parse(text, Format::Lcov, None).expect("readable");
        let unit = of("SF:a\nDA:1,1\nDA:2,0\nDA:2,0\nend_of_record\n");
        let e2e = of("SF:a\nDA:1,0\nDA:2,4\nDA:3,0\nend_of_record\nSF:b\nDA:9,1\n");
        let both = unit.and(e2e);
        assert_eq!(both.files["a"], FileLines { hit: vec![(1, 2)], missed: vec![(3, 3)] });
        assert_eq!(both.totals(), (3, 4));
    }
}
