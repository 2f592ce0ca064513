//! Which parts of a judgement does a person see, and in which order?
//!
//! Policies in mode `observe` are recorded in JSON and shown nowhere else, so every renderer for
//! people starts from this view and counts in it.

use std::collections::BTreeMap;

use crate::domain::finding::{Level, Mode, Severity};
use crate::domain::judge::{JudgedFinding, JudgedPolicy, Judgement, Standing, State};

/// The findings of one policy in one state; never empty.
#[derive(Debug, Clone)]
pub struct Group<'a> {
    /// The policy.
    pub policy: &'a JudgedPolicy,
    /// Its findings, in the judgement's order.
    pub findings: Vec<&'a JudgedFinding>,
}

/// A judgement, sorted for reading. Groups go by their worst severity, then by policy id.
#[derive(Debug, Clone)]
pub struct View<'a> {
    /// What is viewed.
    pub judgement: &'a Judgement,
    /// New findings of enforced policies.
    pub blocking: Vec<Group<'a>>,
    /// New findings of policies that warn.
    pub warnings: Vec<Group<'a>>,
    /// Findings that the base has too.
    pub existing: Vec<Group<'a>>,
    /// Findings with a valid waiver.
    pub waived: Vec<Group<'a>>,
    /// Policies that are not merely observed.
    pub policies: Vec<&'a JudgedPolicy>,
}

impl<'a> View<'a> {
    /// Sorts a judgement. A finding whose policy the judgement does not list counts as observed;
    /// the judge lists them all.
    pub fn of(judgement: &'a Judgement) -> Self {
        let policies: Vec<_> = judgement.policies.iter().filter(|p| is_shown(p)).collect();
        let groups = |wanted: &dyn Fn(&JudgedPolicy, State) -> bool| {
            group(judgement, &|p, s| is_shown(p) && wanted(p, s))
        };
        Self {
            judgement,
            blocking: groups(&|p, s| s == State::New && p.mode == Mode::Enforce),
            warnings: groups(&|p, s| s == State::New && p.mode == Mode::Warn),
            existing: groups(&|_, s| s == State::Existing),
            waived: groups(&|_, s| s == State::Waived),
            policies,
        }
    }

    /// The shown policies that stand so.
    pub fn standing(&self, status: Standing) -> Vec<&'a JudgedPolicy> {
        self.policies.iter().copied().filter(|p| p.status == status).collect()
    }

    /// How many shown policies have something to judge here.
    pub fn applicable(&self) -> usize {
        self.policies.len() - self.standing(Standing::NotApplicable).len()
    }

    /// How many shown policies pass or are waived.
    pub fn fulfilled(&self) -> usize {
        self.standing(Standing::Pass).len() + self.standing(Standing::Waived).len()
    }

    /// Which policies with warnings will block, and from when: `will block from 2026-12-01 (10
    /// days left)`.
    pub fn deadlines(&self) -> Vec<(&'a JudgedPolicy, String)> {
        let due = |group: &Group<'a>| {
            let setting = self.judgement.setting(&group.policy.id)?;
            Some((group.policy, setting.deadline()?))
        };
        self.warnings.iter().filter_map(due).collect()
    }

    /// The next level, and the policies that stand between it and this commit. `None` at gold,
    /// and when only observed policies are in the way.
    pub fn next_level(&self) -> Option<(Level, Vec<&'a JudgedPolicy>)> {
        let next = match self.judgement.level {
            None => Level::Bronze,
            Some(Level::Bronze) => Level::Silver,
            Some(Level::Silver) => Level::Gold,
            Some(Level::Gold) => return None,
        };
        let open = |p: &&JudgedPolicy| match p.status {
            Standing::Fail | Standing::Unknown | Standing::Broken => {
                p.counts_for().is_some_and(|level| level <= next)
            }
            Standing::Pass | Standing::Waived | Standing::NotApplicable => false,
        };
        let missing: Vec<_> = self.policies.iter().copied().filter(open).collect();
        (!missing.is_empty()).then_some((next, missing))
    }
}

/// New findings of policies that are merely observed, for those who ask for them.
pub fn observed(judgement: &Judgement) -> Vec<Group<'_>> {
    group(judgement, &|p, s| p.mode == Mode::Observe && s == State::New)
}

/// How many findings some groups hold.
pub fn total(groups: &[Group<'_>]) -> usize {
    groups.iter().map(|g| g.findings.len()).sum()
}

impl Group<'_> {
    /// The worst severity in it.
    pub fn severity(&self) -> Severity {
        self.findings.iter().map(|f| f.severity).min().unwrap_or(Severity::Low)
    }
}

fn is_shown(policy: &JudgedPolicy) -> bool {
    match policy.mode {
        Mode::Warn | Mode::Enforce => true,
        Mode::Off | Mode::Observe => false,
    }
}

fn group<'a>(
    judgement: &'a Judgement,
    wanted: &dyn Fn(&JudgedPolicy, State) -> bool,
) -> Vec<Group<'a>> {
    let mut by_id: BTreeMap<_, Group<'a>> = judgement
        .policies
        .iter()
        .map(|policy| (&policy.id, Group { policy, findings: Vec::new() }))
        .collect();
    for finding in &judgement.findings {
        if let Some(group) = by_id.get_mut(&finding.policy)
            && wanted(group.policy, finding.state)
        {
            group.findings.push(finding);
        }
    }
    let mut groups: Vec<_> = by_id.into_values().filter(|g| !g.findings.is_empty()).collect();
    groups.sort_by_key(Group::severity);
    groups
}
