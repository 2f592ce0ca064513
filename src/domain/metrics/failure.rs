//! Which deployments failed, and how long did it take to restore service?
//!
//! A deployment failed when users needed something done about it (dora.dev: a change that "results
//! in degraded service and needs remediation"): an incident was opened while it was the newest, it
//! was rolled back, or what it brought was reverted. One deployment fails once, however many signs
//! there are. A deployment that never succeeded reached nobody, so it is no failed change.

use std::collections::{BTreeMap, HashMap};

use super::message::Reverted;
use super::record::Incident;
use super::rules::MetricsRules;
use super::sequence::{Kind, Step};
use crate::domain::ids::Sha;
use crate::domain::time::Timestamp;

/// What showed that a deployment failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Sign {
    /// An incident, by its issue's number.
    Incident(i64),
    /// It was rolled back at that time.
    Rollback(Timestamp),
    /// A commit of it was reverted by a deployment at that time.
    Revert(Timestamp),
}

/// Service was restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// When it began to suffer.
    pub from: Timestamp,
    /// When it was well again.
    pub at: Timestamp,
    /// How we know.
    pub sign: Sign,
}

/// Failed deployments and restorations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failures {
    /// Position among the steps → its signs, sorted.
    pub failed: BTreeMap<usize, Vec<Sign>>,
    /// Every restoration, by its end.
    pub restored: Vec<Restored>,
    /// Incidents that are still open.
    pub open: Vec<Incident>,
}

/// Lays incidents, rollbacks and reverts to deployments.
///
/// - An incident: to the newest counted deployment at the time when it was opened, if that is at
///   most [`MetricsRules::attribution_days`] old. Rollbacks in between do not hide it: tickets are
///   often written afterwards.
/// - A rollback: to the deployment that brought the commit which it replaced.
/// - A revert: to the deployment that brought what it reverts, within the same number of days. What
///   is reverted before it was deployed reached nobody.
///
/// Time to restore: every closed incident from opened to closed, each on its own also where they
/// overlap. A failure that no incident tells of: from the failed deployment to the rollback or the
/// revert.
pub fn failures(steps: &[Step<'_>], incidents: &[Incident], rules: &MetricsRules) -> Failures {
    let window = rules.attribution_ms();
    let mut found = Failures::default();
    for incident in incidents {
        match incident.closed {
            None => found.open.push(*incident),
            Some(closed) => found.restored.push(Restored {
                from: incident.opened,
                at: closed.max(incident.opened),
                sign: Sign::Incident(incident.number),
            }),
        }
        let blamed = steps.iter().rposition(|s| s.kind.counts() && s.at <= incident.opened);
        if let Some(i) = blamed.filter(|i| incident.opened.0 - steps[*i].at.0 <= window) {
            found.failed.entry(i).or_default().push(Sign::Incident(incident.number));
        }
    }
    for (i, sign) in rolled_back(steps).into_iter().chain(reverted(steps, window)) {
        found.failed.entry(i).or_default().push(sign);
    }
    for (i, signs) in &mut found.failed {
        signs.sort_unstable();
        signs.dedup();
        let told = signs.iter().any(|sign| matches!(sign, Sign::Incident(_)));
        let first = signs.iter().filter_map(|sign| match sign {
            Sign::Incident(_) => None,
            Sign::Rollback(at) | Sign::Revert(at) => Some((*at, *sign)),
        });
        if let (false, Some((at, sign))) = (told, first.min_by_key(|(at, _)| *at)) {
            found.restored.push(Restored { from: steps[*i].at, at, sign });
        }
    }
    found.restored.sort_by_key(|r| (r.at, r.from, r.sign));
    found
}

/// The counted deployment that brought a commit, as of step `before`.
fn bringer(steps: &[Step<'_>], sha: &Sha, before: usize) -> Option<usize> {
    steps[..before].iter().rposition(|s| s.kind.counts() && s.deployment.sha == *sha)
}

fn rolled_back(steps: &[Step<'_>]) -> Vec<(usize, Sign)> {
    let rollbacks = steps.iter().enumerate().filter(|(_, step)| step.kind == Kind::Rollback);
    let blamed = |(i, step): (usize, &Step<'_>)| {
        Some((bringer(steps, step.replaced?, i)?, Sign::Rollback(step.at)))
    };
    rollbacks.filter_map(blamed).collect()
}

fn reverted(steps: &[Step<'_>], window: i64) -> Vec<(usize, Sign)> {
    // Where each commit, and each pull request, arrived.
    let mut commits: BTreeMap<&str, usize> = BTreeMap::new();
    let mut pulls: HashMap<i64, usize> = HashMap::new();
    let mut found = Vec::new();
    for (i, step) in steps.iter().enumerate() {
        for commit in &step.brought {
            commits.insert(commit.sha.as_str(), i);
            if let Some(pull) = commit.pull.filter(|_| commit.reverts.is_none()) {
                pulls.entry(pull).or_insert(i);
            }
        }
        for target in step.brought.iter().filter_map(|commit| commit.reverts.as_ref()) {
            let brought_by = match target {
                Reverted::Commit(prefix) => commits
                    .range(prefix.as_str()..)
                    .next()
                    .filter(|(sha, _)| sha.starts_with(prefix.as_str()))
                    .map(|(_, i)| *i),
                Reverted::Pull(pull) => pulls.get(pull).copied(),
            };
            let recent = |t: &usize| *t < i && step.at.0 - steps[*t].at.0 <= window;
            found.extend(brought_by.filter(recent).map(|t| (t, Sign::Revert(step.at))));
        }
    }
    found
}
