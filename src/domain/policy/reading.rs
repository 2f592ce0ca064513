//! How is a policy's answer read? Rego values become an outcome, or the policy is broken.

use regorus::Value;

use super::metadata::{PolicyMeta, PolicyProblem};
use super::outcome::{Outcome, Status};
use super::overlays;
use crate::domain::facts::Extracted;
use crate::domain::finding::{Finding, Place};
use crate::domain::ids::PolicyId;

/// Most findings that one policy may report on one snapshot; the rest is counted in a last one.
const MAX_FINDINGS: usize = 1_000;
/// Longest message, resource, path or pointer, in characters.
const MAX_TEXT: usize = 2_000;
/// Reasons that the line of an unknown policy names.
const NAMED_REASONS: usize = 3;
/// Reasons that are kept one by one for who asks for all.
const MAX_REASONS: usize = 100;

/// The outcome of a policy that failed itself.
pub(super) fn broken(id: &PolicyId, problem: PolicyProblem) -> Outcome {
    let problem = PolicyProblem { source: problem.source.map(|s| clipped(&s)), ..problem };
    let reason = one_line(&problem.told());
    Outcome { problem: Some(Box::new(problem)), ..Outcome::broken(id.clone(), reason) }
}

/// Of one that gave an answer which is none.
fn no_answer(id: &PolicyId, reason: String) -> Outcome {
    Outcome::broken(id.clone(), one_line(&reason))
}

/// Reads `{"applies", "findings", "unknowns"}`.
///
/// Findings win over unknowns: what was seen is true whatever was not. Without findings, an
/// unknown of the policy's own or a gap in a kind of fact that it needs makes it unknown, also
/// when it does not seem to apply: the thing it applies to may be what could not be read. A policy
/// that looks for something somewhere says `settled` once it was found: then no gap can matter.
pub(super) fn outcome(meta: &PolicyMeta, report: &Value, extracted: &Extracted) -> Outcome {
    let made = |status, reason, findings| Outcome::new(meta.id.clone(), status, reason, findings);
    let findings = match items(report, "findings")
        .iter()
        .map(|value| finding(meta, value, extracted))
        .collect::<Result<Vec<_>, String>>()
    {
        Ok(findings) => findings,
        Err(reason) => return no_answer(&meta.id, reason),
    };
    if !findings.is_empty() {
        return made(
            Status::Fail,
            None,
            bounded(overlays::gathered(findings, extracted), extracted),
        );
    }
    let mut reasons: Vec<String> = items(report, "unknowns").iter().map(unknown).collect();
    let settled = matches!(report["settled"], Value::Bool(true));
    let gaps = extracted.snapshot.gaps.iter();
    let gaps = gaps.filter(|gap| !settled && meta.needs.contains(&gap.kind));
    reasons.extend(gaps.map(|gap| one_line(&gap.reason)));
    reasons.sort();
    reasons.dedup();
    if !reasons.is_empty() {
        let unknown = made(Status::Unknown, Some(joined(&reasons)), Vec::new());
        let all = reasons.len() > NAMED_REASONS;
        reasons.truncate(MAX_REASONS);
        return Outcome { reasons: if all { reasons } else { Vec::new() }, ..unknown };
    }
    let applies = matches!(report["applies"], Value::Bool(true));
    made(if applies { Status::Pass } else { Status::NotApplicable }, None, Vec::new())
}

fn items<'a>(report: &'a Value, key: &str) -> Vec<&'a Value> {
    report[key].as_array().map(|list| list.iter().collect()).unwrap_or_default()
}

fn unknown(value: &&Value) -> String {
    let text = |key: &str| value[key].as_string().ok().map(|s| one_line(s));
    match (text("path"), text("message")) {
        (Some(path), Some(message)) => format!("`{path}`: {message}"),
        (None, Some(message)) => message,
        _ => "a fact that it needs could not be read".to_owned(),
    }
}

/// The first reasons and the number of the others.
fn joined(reasons: &[String]) -> String {
    let named = reasons.len().min(NAMED_REASONS);
    let mut text = reasons[..named].join("; ");
    if reasons.len() > named {
        text.push_str(&format!("; and {} more", reasons.len() - named));
    }
    text
}

fn finding(meta: &PolicyMeta, value: &Value, extracted: &Extracted) -> Result<Finding, String> {
    if value.as_object().is_err() {
        return Err("a finding must be an object with a `message`".to_owned());
    }
    let text = |key: &str| match &value[key] {
        Value::Undefined | Value::Null => Ok(None),
        Value::String(s) => Ok(Some(s.chars().take(MAX_TEXT).collect::<String>())),
        _ => Err(format!("a finding's `{key}` must be a string")),
    };
    let message = text("message")?.ok_or("a finding must have a `message`")?;
    let path = text("path")?;
    let pointer = text("pointer")?;
    let lines = path.as_deref().and_then(|path| extracted.spans.lines(path, pointer.as_deref()));
    Ok(Finding {
        policy: meta.id.clone(),
        message: one_line(&message),
        place: Place {
            path,
            start_line: lines.map(|(start, _)| start),
            end_line: lines.map(|(_, end)| end),
            pointer,
        },
        resource: text("resource")?.map(|r| one_line(&r)),
        remediation: text("remediation")?,
        fixable: false,
    })
}

fn bounded(mut findings: Vec<Finding>, extracted: &Extracted) -> Vec<Finding> {
    findings.sort_by(|a, b| {
        (&a.place, &a.message, &a.resource).cmp(&(&b.place, &b.message, &b.resource))
    });
    findings.dedup();
    // Found with several sets of values, a fault of a template is still one fault.
    let mut seen = std::collections::HashSet::new();
    findings.retain(|finding| {
        let path = finding.place.path.as_deref();
        let rendered = path.is_some_and(|path| extracted.spans.is_rendered(path));
        let what = (finding.message.clone(), finding.resource.clone());
        !rendered || seen.insert((path.map(str::to_owned), finding.place.start_line, what))
    });
    if findings.len() > MAX_FINDINGS {
        let more = findings.len() - MAX_FINDINGS;
        let policy = findings[0].policy.clone();
        findings.truncate(MAX_FINDINGS);
        findings.push(Finding {
            policy,
            message: format!("{more} more findings of this policy are not listed"),
            place: Place::default(),
            resource: None,
            remediation: None,
            fixable: false,
        });
    }
    findings
}

fn clipped(text: &str) -> String {
    text.chars().take(MAX_TEXT).collect()
}

fn one_line(text: &str) -> String {
    text.chars().take(MAX_TEXT).map(|c| if c.is_control() { ' ' } else { c }).collect()
}
