//! How do outcomes, waivers, baseline and modes become one judgement?

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::excuse::Excuses;
use super::{
    Conclusion, ConfigProblem, JudgedFinding, JudgedPolicy, Judgement, REPORT_SCHEMA, Standing,
    State, Summary,
};
use crate::domain::baseline::Baseline;
use crate::domain::config::{
    Effective, Layers, OrgConfig, Origin, RepoConfig, Standing as At, Traits,
};
use crate::domain::finding::{Finding, Level, Mode, Severity};
use crate::domain::ids::{PolicyId, Sha};
use crate::domain::policy::metadata::PolicyMeta;
use crate::domain::policy::outcome::{Evaluation, Outcome, Status};
use crate::domain::waiver::Waiver;
use crate::domain::waiver::upkeep::{self, Concern, Upkeep};

/// Waivers that somebody looks after: those that the head has.
#[derive(Debug, Clone, Default)]
pub struct Kept<'a> {
    /// Of its configuration.
    pub waivers: &'a [Waiver],
    /// Of the configuration before the change; `None`: there is nothing before.
    pub before: Option<&'a [Waiver]>,
    /// In comments.
    pub inline: &'a [Waiver],
    /// Comments that cannot be read.
    pub malformed: &'a [ConfigProblem],
}

/// Everything that a judgement is made of.
#[derive(Clone)]
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
    /// Waivers in comments that count where they stand: those of a commit that is judged by its
    /// own rules. Those of a base come with the baseline.
    pub inline: &'a [Waiver],
    /// The head's waivers.
    pub kept: Kept<'a>,
    /// The day on which waivers and rules are looked at (UTC).
    pub today: NaiveDate,
    /// Remarks to pass on.
    pub notes: Vec<String>,
}

/// Decides. Pure: the same case gives the same judgement, byte for byte.
pub fn judge(case: Case<'_>) -> Judgement {
    let Case { metas, path, config, organisation, traits, config_problems, head, .. } = case;
    let Case { head_files, mut baseline, inline, kept, today, mut notes, .. } = case;
    let layers = Layers { organisation, repository: config };
    let at = At { traits, today };
    notes.extend(layers.refusals(metas, at).iter().map(ConfigProblem::note));
    let excuses = Excuses {
        repository: &config.waivers,
        inline,
        organisation: &organisation.waivers,
        rules: &organisation.waiver_rules,
        today,
    };
    let mut used = Vec::new();
    // Comments of a change count only from its base.
    let waits = |w: &&Waiver| w.counts(today, excuses.rules).is_ok();
    let unheard_of: Vec<&Waiver> =
        kept.inline.iter().filter(|w| inline.is_empty() && waits(w)).collect();
    let metas: BTreeMap<&PolicyId, &PolicyMeta> = metas.iter().map(|m| (&m.id, m)).collect();
    let mut policies = Vec::new();
    let mut findings = Vec::new();
    let mut settings = Vec::new();
    for outcome in &head.outcomes {
        let meta = metas.get(&outcome.policy).copied();
        let setting = layers.policy(&outcome.policy, meta, at);
        if setting.mode == Mode::Off || organisation.waits(head, &outcome.policy, today) {
            continue;
        }
        let mut judged: Vec<JudgedFinding> = outcome
            .findings
            .iter()
            .map(|f| {
                let seen = Seen::of(f, head_files, baseline.as_mut());
                let waiver = excuses.of(f, seen.carried.as_ref()).cloned();
                let judged = judge_finding(f, meta, &seen, waiver.as_ref());
                used.extend(waiver);
                notes.extend(unheard(&judged, f, &unheard_of));
                judged
            })
            .collect();
        policies.push(judge_policy(outcome, meta, &setting, &judged));
        findings.append(&mut judged);
        if setting.origin != Origin::BuiltIn {
            settings.push(setting);
        }
    }
    let upkeep = Upkeep {
        waivers: kept.waivers,
        before: kept.before,
        inline: kept.inline,
        malformed: kept.malformed,
        rules: &organisation.waiver_rules,
        outcomes: &head.outcomes,
        files: head_files.keys().map(String::as_str).collect(),
        today,
    };
    let concerns = upkeep.concerns();
    for meta in upkeep::policies() {
        let setting = layers.policy(&meta.id, Some(&meta), at);
        let own = concerns.iter().filter(|concern| concern.finding.policy == meta.id);
        let mut judged: Vec<JudgedFinding> = own
            .map(|Concern { finding, is_new }| {
                let mut seen = Seen::of(finding, head_files, baseline.as_mut());
                seen.existing = baseline.is_some() && !is_new.unwrap_or(seen.touched);
                seen.touched = !seen.existing;
                judge_finding(finding, Some(&meta), &seen, None)
            })
            .collect();
        if judged.is_empty() || setting.mode == Mode::Off {
            continue;
        }
        let outcome = Outcome::new(meta.id.clone(), Status::Fail, None, Vec::new());
        policies.push(judge_policy(&outcome, Some(&meta), &setting, &judged));
        findings.append(&mut judged);
        if setting.origin != Origin::BuiltIn {
            settings.push(setting);
        }
    }
    policies.sort_by(|a, b| a.id.cmp(&b.id));
    settings.sort_by(|a, b| a.policy.cmp(&b.policy));
    notes.extend(excuses.ending(&used));
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
        preview: Vec::new(),
    }
}

/// How a finding stands towards the base.
struct Seen {
    existing: bool,
    touched: bool,
    /// The comment that waives it at the base.
    carried: Option<Waiver>,
}

impl Seen {
    fn of(
        finding: &Finding,
        head_files: &BTreeMap<String, Option<Sha>>,
        baseline: Option<&mut Baseline>,
    ) -> Self {
        let path = finding.place.path.as_deref();
        let blob = path.and_then(|p| head_files.get(p)).and_then(Option::as_ref);
        let touched = match (&baseline, path) {
            (Some(baseline), Some(path)) => baseline.touches(path, blob),
            _ => true,
        };
        let taken = baseline.and_then(|b| b.take(finding, blob));
        Self { existing: taken.is_some(), touched, carried: taken.flatten() }
    }
}

fn judge_finding(
    finding: &Finding,
    meta: Option<&PolicyMeta>,
    seen: &Seen,
    waiver: Option<&Waiver>,
) -> JudgedFinding {
    JudgedFinding {
        policy: finding.policy.clone(),
        state: match (waiver, seen.existing) {
            (Some(_), _) => State::Waived,
            (None, true) => State::Existing,
            (None, false) => State::New,
        },
        severity: meta.map_or(Severity::Medium, |m| m.severity),
        message: finding.message.clone(),
        path: finding.place.path.clone(),
        start_line: finding.place.start_line,
        end_line: finding.place.end_line,
        pointer: finding.place.pointer.clone(),
        resource: finding.resource.clone(),
        remediation: finding.remediation.clone(),
        waiver: waiver.map(Waiver::note),
        touched: seen.touched,
        fixable: finding.fixable,
    }
}

/// Who waives a new fault beside it is told why that does not help yet.
fn unheard(judged: &JudgedFinding, finding: &Finding, inline: &[&Waiver]) -> Option<String> {
    let waiver = inline.iter().find(|w| w.covers(finding) && judged.state == State::New)?;
    let line = waiver.line.map(|line| format!(":{line}")).unwrap_or_default();
    Some(format!(
        "the waiver in `{}{line}` counts once it is on the base branch: a change cannot excuse itself",
        waiver.file
    ))
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
        reasons: outcome.reasons.clone(),
        description: meta.map(|m| m.description.clone()).unwrap_or_default(),
        remediation: meta.map(|m| m.remediation.clone()).unwrap_or_default(),
    }
}

/// The highest level that has policies and all of whose policies, and those of the levels below,
/// pass, are waived, or have nothing to judge.
fn level(policies: &[JudgedPolicy]) -> Option<Level> {
    let mut reached = None;
    for level in [Level::Bronze, Level::Silver, Level::Gold] {
        let mut here = policies.iter().filter(|p| p.counts_for() == Some(level)).peekable();
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
