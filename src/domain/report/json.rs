//! How does a program read a judgement? `waymark.dev/report/v1`, the contract of the design.
//!
//! The keys of the contract come first and in its order; what we add stands behind them. Reading
//! the document back gives the same [`Judgement`]. Same judgement, same bytes.

use std::fmt::Write as _;

use serde::Serialize;

use super::visible::is_hidden;
use crate::domain::config::Effective;
use crate::domain::finding::{Level, Mode, Severity};
use crate::domain::ids::PolicyId;
use crate::domain::judge::{
    Conclusion, ConfigProblem, JudgedFinding, JudgedPolicy, Judgement, Standing, State, Summary,
    WaiverNote,
};

/// The report, indented, with a newline at the end. Pure in what it prints, too: control and
/// direction characters are escaped, so it is safe on a terminal.
pub fn render_json(judgement: &Judgement) -> String {
    let report = Report {
        schema: &judgement.schema,
        library: &judgement.library,
        path: &judgement.path,
        level: judgement.level,
        policies: judgement.policies.iter().map(Policy::of).collect(),
        findings: judgement.findings.iter().map(Finding::of).collect(),
        summary: judgement.summary,
        conclusion: judgement.conclusion,
        config_problems: &judgement.config_problems,
        notes: &judgement.notes,
        settings: &judgement.settings,
        preview: &judgement.preview,
    };
    let text =
        serde_json::to_string_pretty(&report).expect("strings, numbers and lists always serialize");
    escape_hidden(&text) + "\n"
}

/// Pretty-printed JSON whose strings hold no character that a reader would not see.
pub fn escape_hidden(json: &str) -> String {
    let mut out = String::with_capacity(json.len() + 1);
    for c in json.chars() {
        // Outside strings the only hidden character is the newline that indents.
        if is_hidden(c) && c != '\n' {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(out, "\\u{unit:04x}").expect("a String takes all text");
            }
        } else {
            out.push(c);
        }
    }
    out
}

#[derive(Serialize)]
struct Report<'a> {
    schema: &'a str,
    library: &'a str,
    path: &'a str,
    level: Option<Level>,
    policies: Vec<Policy<'a>>,
    findings: Vec<Finding<'a>>,
    summary: Summary,
    conclusion: Conclusion,
    config_problems: &'a [ConfigProblem],
    notes: &'a [String],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    settings: &'a [Effective],
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    preview: &'a [String],
}

#[derive(Serialize)]
struct Policy<'a> {
    id: &'a PolicyId,
    status: Standing,
    mode: Mode,
    /// `null`: about waivers, and of no level.
    level: Option<Level>,
    title: &'a str,
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    reasons: &'a [String],
    description: &'a str,
    remediation: &'a str,
}

impl<'a> Policy<'a> {
    fn of(policy: &'a JudgedPolicy) -> Self {
        Self {
            id: &policy.id,
            status: policy.status,
            mode: policy.mode,
            level: policy.counts_for(),
            title: &policy.title,
            reason: policy.reason.as_deref(),
            reasons: &policy.reasons,
            description: &policy.description,
            remediation: &policy.remediation,
        }
    }
}

#[derive(Serialize)]
struct Finding<'a> {
    policy: &'a PolicyId,
    state: State,
    severity: Severity,
    message: &'a str,
    path: Option<&'a str>,
    start_line: Option<u32>,
    end_line: Option<u32>,
    pointer: Option<&'a str>,
    resource: Option<&'a str>,
    remediation: Option<&'a str>,
    waiver: Option<&'a WaiverNote>,
    touched: bool,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    fixable: bool,
}

impl<'a> Finding<'a> {
    fn of(finding: &'a JudgedFinding) -> Self {
        Self {
            policy: &finding.policy,
            state: finding.state,
            severity: finding.severity,
            message: &finding.message,
            path: finding.path.as_deref(),
            start_line: finding.start_line,
            end_line: finding.end_line,
            pointer: finding.pointer.as_deref(),
            resource: finding.resource.as_deref(),
            remediation: finding.remediation.as_deref(),
            waiver: finding.waiver.as_ref(),
            touched: finding.touched,
            fixable: finding.fixable,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::report::sample;

    #[test]
    fn the_contract_holds() {
        insta::assert_snapshot!("report", render_json(&sample::blocked()));
    }

    #[test]
    fn nothing_is_lost_and_nothing_steers_a_terminal() {
        let mut judgement = sample::blocked();
        judgement.findings[0].message = "a\u{1b}[2J\u{9b}\u{202e}\u{7f}\u{e0041}\n\"é".to_owned();
        judgement.config_problems = sample::misconfigured().config_problems;
        let text = render_json(&judgement);
        assert!(!text.chars().any(|c| is_hidden(c) && c != '\n'));
        assert_eq!(serde_json::from_str::<Judgement>(&text).unwrap(), judgement);
    }
}
