//! How do outcomes, waivers, baseline and modes become one judgement?

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{
    Conclusion, ConfigProblem, JudgedFinding, JudgedPolicy, Judgement, REPORT_SCHEMA, Standing,
    State, Summary, WaiverNote,
};
use crate::domain::baseline::Baseline;
use crate::domain::config::{
    Effective, Layers, OrgConfig, Origin, RepoConfig, Standing as At, Traits,
};
use crate::domain::finding::{Finding, Level, Mode};
use crate::domain::ids::{PolicyId, Sha};
use crate::domain::policy::metadata::PolicyMeta;
use crate::domain::policy::outcome::{Evaluation, Outcome, Status};
use crate::domain::waiver::Waiver;

/// Everything that a judgement is made of.
pub struct Case<'a> {
    /// The policies that may speak.
    pub metas: &'a [PolicyMeta],
    /// The golden path that counts.
    pub path: &'a str,
    /// The base branch's configuration.
    pub config: &'a RepoConfig,
    /// The organisation's configuration.
    pub organisation: &'a OrgConfig,
    /// What decides whether the repository is in a rollout; of where a change starts.
    pub traits: &'a Traits,
    /// Complaints about configuration files.
    pub config_problems: Vec<ConfigProblem>,
    /// What the policies said of the head.
    pub head: &'a Evaluation,
    /// Blobs of the head's files that policies read.
    pub head_files: &'a BTreeMap<String, Option<Sha>>,
    /// What was there before; `None` makes every finding new and every file touched.
    pub baseline: Option<Baseline>,
    /// The day on which waivers and rules are looked at (UTC).
    pub today: NaiveDate,
    /// Remarks to pass on.
    pub notes: Vec<String>,
}

/// Decides. Pure: the same case gives the same judgement, byte for byte.
pub fn judge(case: Case<'_>) -> Judgement {
    let Case { metas, path, config, organisation, traits, config_problems, head, .. } = case;
    let Case { head_files, mut baseline, today, mut notes, .. } = case;
    let layers = Layers { organisation, repository: config };
    let at = At { traits, today };
    notes.extend(layers.refusals(metas, at).iter().map(ConfigProblem::note));
    let metas: BTreeMap<&PolicyId, &PolicyMeta> = metas.iter().map(|m| (&m.id, m)).collect();
    let mut policies = Vec::new();
    let mut findings = Vec::new();
    let mut settings = Vec::new();
    for outcome in &head.outcomes {
        let meta = metas.get(&outcome.policy).copied();
        let setting = layers.policy(&outcome.policy, meta, at);
        if setting.mode == Mode::Off {
            continue;
        }
        let mut judged: Vec<JudgedFinding> = outcome
            .findings
            .iter()
            .map(|f| judge_finding(f, meta, config, head_files, baseline.as_mut(), today))
            .collect();
        policies.push(judge_policy(outcome, meta, &setting, &judged));
        findings.append(&mut judged);
        if setting.origin != Origin::BuiltIn {
            settings.push(setting);
        }
    }
    findings.sort_by(|a, b| {
        (a.state, a.severity, &a.path, a.start_line, &a.policy, &a.message, &a.resource).cmp(&(
            b.state,
            b.severity,
            &b.path,
            b.start_line,
            &b.policy,
            &b.message,
            &b.resource,
        ))
    });
    if head.excluded_files > 0 {
        notes.push(format!(
            "{} left out: tests, fixtures, examples and vendored code{} are not judged",
            plural(head.excluded_files, "file", "files"),
            if layers.exclude().next().is_some() { ", and what `exclude` names," } else { "" },
        ));
    }
    Judgement {
        schema: REPORT_SCHEMA.to_owned(),
        library: head.library.clone(),
        path: path.to_owned(),
        level: level(&policies),
        conclusion: conclude(&policies, &findings, &config_problems),
        summary: count(&policies),
        policies,
        findings,
        config_problems,
        notes,
        settings,
    }
}

fn judge_finding(
    finding: &Finding,
    meta: Option<&PolicyMeta>,
    config: &RepoConfig,
    head_files: &BTreeMap<String, Option<Sha>>,
    baseline: Option<&mut Baseline>,
    today: NaiveDate,
) -> JudgedFinding {
    let path = finding.place.path.as_deref();
    let blob = path.and_then(|p| head_files.get(p)).and_then(Option::as_ref);
    let touched = match (&baseline, path) {
        (Some(baseline), Some(path)) => baseline.touches(path, blob),
        _ => true,
    };
    let existing = baseline.is_some_and(|b| b.take(finding, blob));
    let waiver = waiver_for(finding, &config.waivers, today);
    JudgedFinding {
        policy: finding.policy.clone(),
        state: match (&waiver, existing) {
            (Some(_), _) => State::Waived,
            (None, true) => State::Existing,
            (None, false) => State::New,
        },
        severity: meta.map_or(crate::domain::finding::Severity::Medium, |m| m.severity),
        message: finding.message.clone(),
        path: finding.place.path.clone(),
        start_line: finding.place.start_line,
        end_line: finding.place.end_line,
        pointer: finding.place.pointer.clone(),
        resource: finding.resource.clone(),
        remediation: finding.remediation.clone(),
        waiver,
        touched,
    }
}

fn waiver_for(finding: &Finding, waivers: &[Waiver], today: NaiveDate) -> Option<WaiverNote> {
    waivers.iter().find(|w| w.is_valid(today) && w.covers(finding)).map(Waiver::note)
}

fn judge_policy(
    outcome: &Outcome,
    meta: Option<&PolicyMeta>,
    setting: &Effective,
    findings: &[JudgedFinding],
) -> JudgedPolicy {
    let all_waived = findings.iter().all(|f| f.state == State::Waived);
    JudgedPolicy {
        id: outcome.policy.clone(),
        status: match outcome.status {
            Status::Pass => Standing::Pass,
            Status::Fail if all_waived => Standing::Waived,
            Status::Fail => Standing::Fail,
            Status::NotApplicable => Standing::NotApplicable,
            Status::Unknown => Standing::Unknown,
            Status::Broken => Standing::Broken,
        },
        mode: setting.mode,
        level: setting.level,
        title: meta.map_or_else(|| outcome.policy.to_string(), |m| m.title.clone()),
        reason: outcome.reason.clone(),
        description: meta.map(|m| m.description.clone()).unwrap_or_default(),
        remediation: meta.map(|m| m.remediation.clone()).unwrap_or_default(),
    }
}

/// The highest level that has policies and all of whose policies, and those of the levels below,
/// pass, are waived, or have nothing to judge.
fn level(policies: &[JudgedPolicy]) -> Option<Level> {
    let mut reached = None;
    for level in [Level::Bronze, Level::Silver, Level::Gold] {
        let mut here = policies.iter().filter(|p| p.level == level).peekable();
        if here.peek().is_none() {
            continue;
        }
        let good = |p: &JudgedPolicy| {
            matches!(p.status, Standing::Pass | Standing::Waived | Standing::NotApplicable)
        };
        if !here.all(good) {
            break;
        }
        reached = Some(level);
    }
    reached
}

/// How a check of these ends. Failure outranks a broken configuration, because the author of the change can act on it.
pub(crate) fn conclude(
    policies: &[JudgedPolicy],
    findings: &[JudgedFinding],
    config_problems: &[ConfigProblem],
) -> Conclusion {
    let mode = |id: &PolicyId| policies.iter().find(|p| p.id == *id).map(|p| p.mode);
    let new_in = |wanted: Mode| {
        findings.iter().any(|f| f.state == State::New && mode(&f.policy) == Some(wanted))
    };
    let broken = policies
        .iter()
        .any(|p| p.status == Standing::Broken && matches!(p.mode, Mode::Warn | Mode::Enforce));
    if new_in(Mode::Enforce) {
        Conclusion::Failure
    } else if broken || !config_problems.is_empty() {
        Conclusion::ActionRequired
    } else if new_in(Mode::Warn) {
        Conclusion::Neutral
    } else {
        Conclusion::Success
    }
}

/// Counts over policies.
pub(crate) fn count(policies: &[JudgedPolicy]) -> Summary {
    let mut summary = Summary::default();
    for policy in policies {
        let slot = match policy.status {
            Standing::Pass => &mut summary.pass,
            Standing::Fail => &mut summary.fail,
            Standing::Waived => &mut summary.waived,
            Standing::NotApplicable => &mut summary.not_applicable,
            Standing::Unknown => &mut summary.unknown,
            Standing::Broken => &mut summary.broken,
        };
        *slot += 1;
    }
    summary
}

fn plural(n: u32, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}
