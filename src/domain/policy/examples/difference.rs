//! How does what an example gave differ from what it expects?

use super::super::outcome::{Outcome, Status};
use super::{Example, Expected};
use crate::domain::finding::Finding;

/// One line of a difference.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    /// What it is about.
    Note(String),
    /// Expected, and not there.
    Missing(String),
    /// There, and not expected.
    Added(String),
    /// Which part of the two lines above differs.
    Why(String),
}

impl std::fmt::Display for Line {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Note(text) => write!(f, "{text}"),
            Self::Missing(text) => write!(f, "- {text}"),
            Self::Added(text) => write!(f, "+ {text}"),
            Self::Why(text) => write!(f, "    {text}"),
        }
    }
}

/// Of a good example; empty when it came out as it says.
pub(super) fn of_good(example: &Example, outcome: &Outcome) -> Vec<Line> {
    let wanted = example.status.unwrap_or(Status::Pass);
    if outcome.status == wanted {
        return Vec::new();
    }
    let mut lines = vec![Line::Note(format!("expected {}, got {}", word(wanted), got(outcome)))];
    lines.extend(outcome.findings.iter().map(|f| Line::Added(shown(f))));
    lines
}

/// Of a bad example; empty when it came out as it says.
pub(super) fn of_bad(example: &Example, outcome: &Outcome) -> Vec<Line> {
    if example.expect.is_empty() {
        let mut lines = vec![Line::Note(format!(
            "it must say which findings it expects; it got {}",
            got(outcome)
        ))];
        lines.extend(outcome.findings.iter().map(|f| Line::Added(shown(f))));
        return lines;
    }
    let mut rest: Vec<&Finding> = outcome.findings.iter().collect();
    let mut missing = Vec::new();
    for expected in &example.expect {
        match rest.iter().position(|f| expected.matches(f)) {
            Some(at) => drop(rest.remove(at)),
            None => missing.push(expected),
        }
    }
    let as_expected = example.expect.len() - missing.len();
    let in_order = outcome.findings.iter().zip(&example.expect).all(|(f, e)| e.matches(f));
    if missing.is_empty() && rest.is_empty() && outcome.status == Status::Fail {
        let words = "all findings are there, but in another order: by path, then by line";
        return if in_order { Vec::new() } else { vec![Line::Note(words.to_owned())] };
    }
    let mut lines = vec![Line::Note(format!(
        "expected fail, got {}; {as_expected} of {} findings as expected",
        got(outcome),
        example.expect.len()
    ))];
    for expected in missing {
        lines.push(Line::Missing(expected.shown()));
        // The one that it was most likely meant to be stands below it.
        if let Some(at) = rest.iter().position(|f| expected.is_near(f)) {
            let near = rest.remove(at);
            lines.push(Line::Added(shown(near)));
            lines.extend(expected.differences(near).into_iter().map(Line::Why));
        }
    }
    lines.extend(rest.into_iter().map(|f| Line::Added(shown(f))));
    lines
}

impl Expected {
    fn matches(&self, finding: &Finding) -> bool {
        self.differences(finding).is_empty()
    }

    /// Same file or same words: only a part of it is wrong.
    fn is_near(&self, finding: &Finding) -> bool {
        let said = |m: &String| finding.message.contains(m.as_str());
        self.message.as_ref().is_some_and(said)
            || (self.path.is_some() && self.path == finding.place.path)
    }

    fn differences(&self, finding: &Finding) -> Vec<String> {
        let place = &finding.place;
        let mut found = Vec::new();
        let mut compare = |what: &str, wanted: Option<String>, got: Option<String>| {
            if wanted.is_some() && wanted != got {
                let word = |text: Option<String>| text.unwrap_or_else(|| "none".to_owned());
                found.push(format!("{what}: expected {}, got {}", word(wanted), word(got)));
            }
        };
        let number = |n: Option<u32>| n.map(|n| n.to_string());
        compare("path", self.path.clone(), place.path.clone());
        compare("line", number(self.line), number(place.start_line));
        compare("end_line", number(self.end_line), number(place.end_line));
        compare("resource", self.resource.clone(), finding.resource.clone());
        if let Some(part) = self.message.as_ref().filter(|m| !finding.message.contains(*m)) {
            found.push(format!("message: it does not say `{part}`"));
        }
        found
    }

    fn shown(&self) -> String {
        let resource = self.resource.as_deref();
        line(self.path.as_deref(), self.line, resource, self.message.as_deref())
    }
}

fn shown(finding: &Finding) -> String {
    let place = &finding.place;
    let resource = finding.resource.as_deref();
    line(place.path.as_deref(), place.start_line, resource, Some(&finding.message))
}

fn got(outcome: &Outcome) -> String {
    match &outcome.reason {
        Some(reason) => format!("{} ({reason})", word(outcome.status)),
        None => word(outcome.status).to_owned(),
    }
}

/// `Dockerfile:7 [stage runtime] the message`.
fn line(
    path: Option<&str>,
    line: Option<u32>,
    resource: Option<&str>,
    message: Option<&str>,
) -> String {
    let number = line.map(|l| format!(":{l}")).unwrap_or_default();
    let resource = resource.map(|r| format!(" [{r}]")).unwrap_or_default();
    let path = path.unwrap_or("(no path)");
    format!("{path}{number}{resource} {}", message.unwrap_or("(any message)"))
}

fn word(status: Status) -> &'static str {
    match status {
        Status::Pass => "pass",
        Status::Fail => "fail",
        Status::NotApplicable => "not_applicable",
        Status::Unknown => "unknown",
        Status::Broken => "broken",
    }
}
