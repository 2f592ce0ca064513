//! Where is a finding, as SARIF says it?

use std::fmt::Write as _;

use super::format::{
    ArtifactLocation, Location, LogicalLocation, PhysicalLocation, Region, Text, UriBase,
};
use crate::domain::judge::JudgedFinding;
use crate::domain::report::formats::Report;
use crate::domain::report::visible::line;
use crate::domain::report::words::{clip, lines};

/// What all paths are relative to.
pub(super) const ROOT: &str = "%SRCROOT%";

/// GitHub refuses a file in which one result has no place. A finding about the repository as a
/// whole stands where it would be waived.
const NOWHERE: &str = ".github/waymark.yml";

pub(super) fn root() -> (&'static str, UriBase) {
    (ROOT, UriBase { description: Text { text: "The root of the repository".to_owned() } })
}

/// The place of a finding; the first line of a file that has none.
pub(super) fn location(report: &Report<'_>, finding: &JudgedFinding) -> Location {
    let path = finding.path.as_deref();
    let region = match (path, lines(finding)) {
        (Some(path), Some((start_line, end_line))) => {
            let end_column = end_column(report, path, end_line);
            Region { start_line, start_column: 1, end_line, end_column }
        }
        _ => Region { start_line: 1, start_column: 1, end_line: 1, end_column: None },
    };
    let thing = finding.resource.as_deref().map(|r| line(&clip(r, 300)));
    let logical_locations = thing
        .map(|name| LogicalLocation { fully_qualified_name: name, kind: "resource" })
        .into_iter()
        .collect();
    let artifact_location = artifact(&report.in_repository(path.unwrap_or(NOWHERE)));
    let physical_location = PhysicalLocation { artifact_location, region };
    Location { physical_location, logical_locations }
}

/// A line of a configuration file.
pub(super) fn of_line(path: &str, line: Option<u32>) -> Location {
    let line = line.unwrap_or(1).max(1);
    let region = Region { start_line: line, start_column: 1, end_line: line, end_column: None };
    let physical_location = PhysicalLocation { artifact_location: artifact(path), region };
    Location { physical_location, logical_locations: Vec::new() }
}

fn artifact(path: &str) -> ArtifactLocation {
    ArtifactLocation { uri: uri(path), uri_base_id: ROOT }
}

/// Behind the last character of a line, in UTF-16 units; `None` when the file is not at hand.
fn end_column(report: &Report<'_>, path: &str, line: u32) -> Option<usize> {
    let text = (report.source)(path)?;
    let line = text.lines().nth(line.checked_sub(1)? as usize)?;
    Some(line.encode_utf16().count() + 1)
}

/// A path as a relative URI reference (RFC 3986): everything but letters, digits, `-._~/` is
/// percent-encoded, so that no name reads as a scheme, query or fragment.
fn uri(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.trim_start_matches('/').bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => write!(out, "%{byte:02X}").expect("a String takes all text"),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_a_relative_reference() {
        assert_eq!(uri("k8s/web api.yaml"), "k8s/web%20api.yaml");
        assert_eq!(uri("a:b?c#d%20"), "a%3Ab%3Fc%23d%2520");
        assert_eq!(uri("Grüße\n"), "Gr%C3%BC%C3%9Fe%0A");
    }
}
