//! What of a judgement does the scorecard need? A few hundred bytes instead of fifty thousand.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::domain::finding::{Level, Mode};
use crate::domain::ids::PolicyId;
use crate::domain::judge::{JudgedPolicy, Judgement, Standing, State};
use crate::domain::path::DEFAULT;
use crate::domain::report::words::clip;

/// Longest reason that is kept, in bytes.
const REASON: usize = 200;
/// Longest reason of a policy that could not be judged: they are ours, or an error's first words.
const UNJUDGED: usize = 120;
/// Waivers of one repository that are kept.
const MAX_WAIVERS: usize = 50;

/// How one repository stands at its default branch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Card {
    /// The golden path that it walks.
    pub path: String,
    /// The highest level reached.
    pub level: Option<Level>,
    /// Who owns its first component, by the catalog.
    pub owner: Option<String>,
    /// Policies that apply and are not merely observed.
    pub applicable: u32,
    /// Those of them that pass or are waived.
    pub fulfilled: u32,
    /// Those of them that do neither, by id.
    #[serde(default)]
    pub open: Vec<Open>,
    /// The lowest rung that a policy holds back which is merely observed, and so not listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held_at: Option<Level>,
    /// The ways out that count, at most 50.
    #[serde(default)]
    pub waivers: Vec<Waived>,
}

/// A policy between a repository and a level.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Open {
    /// Which.
    pub policy: PolicyId,
    /// The rung that it belongs to here.
    pub level: Level,
    /// `fail`, `unknown` or `broken`.
    pub status: Standing,
    /// Findings that are not waived.
    pub findings: u32,
    /// Why it could not be judged, at most 120 bytes (may quote the repository: escape it). `None` where
    /// it was, where no reason is known, and of cards that were made before reasons were kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A way out that covers findings.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Waived {
    /// Which policy.
    pub policy: PolicyId,
    /// Why, in its author's words, at most 200 bytes (repository text: escape it).
    pub reason: String,
    /// The last day on which it counts.
    pub expires: String,
    /// How many findings it covers.
    pub findings: u32,
}

impl Card {
    /// Of a judgement of a default branch, and the owner that its catalog names.
    pub fn of(judgement: &Judgement, owner: Option<&str>) -> Self {
        let counts = |p: &&JudgedPolicy| {
            matches!(p.mode, Mode::Warn | Mode::Enforce)
                && !p.is_own()
                && p.status != Standing::NotApplicable
        };
        let policies: Vec<&JudgedPolicy> = judgement.policies.iter().filter(counts).collect();
        let held = judgement.policies.iter().filter(|p| {
            let open = matches!(p.status, Standing::Fail | Standing::Unknown | Standing::Broken);
            p.mode == Mode::Observe && !p.is_own() && open
        });
        let done = |p: &&&JudgedPolicy| matches!(p.status, Standing::Pass | Standing::Waived);
        let mut unwaived: BTreeMap<&PolicyId, u32> = BTreeMap::new();
        let mut waivers: BTreeMap<(&PolicyId, String, &str), u32> = BTreeMap::new();
        for finding in &judgement.findings {
            match &finding.waiver {
                Some(waiver) if finding.state == State::Waived => {
                    let reason = clip(&waiver.reason, REASON);
                    *waivers.entry((&finding.policy, reason, &waiver.expires)).or_default() += 1;
                }
                _ if finding.state == State::Waived => {}
                _ => *unwaived.entry(&finding.policy).or_default() += 1,
            }
        }
        let open = policies.iter().filter(|p| !done(p)).map(|p| Open {
            policy: p.id.clone(),
            level: p.level,
            status: p.status,
            findings: unwaived.get(&p.id).copied().unwrap_or(0),
            reason: p
                .reason
                .as_ref()
                .filter(|_| matches!(p.status, Standing::Unknown | Standing::Broken))
                .map(|reason| clip(reason, UNJUDGED)),
        });
        let waivers = waivers.into_iter().take(MAX_WAIVERS).map(|(key, findings)| {
            let (policy, reason, expires) = key;
            Waived { policy: policy.clone(), reason, expires: expires.to_owned(), findings }
        });
        Self {
            path: judgement.path.clone(),
            level: judgement.level,
            owner: owner.map(|owner| clip(owner, REASON)),
            applicable: u32::try_from(policies.len()).unwrap_or(u32::MAX),
            fulfilled: u32::try_from(policies.iter().filter(done).count()).unwrap_or(u32::MAX),
            open: open.collect(),
            held_at: held.map(|p| p.level).min(),
            waivers: waivers.collect(),
        }
    }

    /// Whether the repository is on the path: it walks one that it (or its organisation) has
    /// chosen, and has reached at least bronze there.
    pub fn on_path(&self) -> bool {
        self.path != DEFAULT && self.level.is_some()
    }

    /// The level that would be reached if these policies were fulfilled.
    pub fn level_without(&self, fixed: &dyn Fn(&PolicyId) -> bool) -> Option<Level> {
        let stands = |level: Level| self.open.iter().all(|o| o.level > level || fixed(&o.policy));
        let free = |level: Level| self.held_at.is_none_or(|held| level < held);
        let rungs = [Level::Gold, Level::Silver, Level::Bronze];
        let reached = rungs.into_iter().find(|l| stands(*l) && free(*l));
        reached.max(self.level)
    }

    /// The next level, and what stands between it and this repository, fewest findings first.
    pub fn next(&self) -> Option<(Level, Vec<&Open>)> {
        let next = match self.level {
            None => Level::Bronze,
            Some(Level::Bronze) => Level::Silver,
            Some(Level::Silver) => Level::Gold,
            Some(Level::Gold) => return None,
        };
        let mut missing: Vec<&Open> = self.open.iter().filter(|o| o.level <= next).collect();
        missing.sort_by(|a, b| (a.findings, &a.policy).cmp(&(b.findings, &b.policy)));
        (!missing.is_empty()).then_some((next, missing))
    }
}

/// The day from which a judgement counts no more although nothing was pushed: a waiver has run
/// out, or a policy begins to block.
pub fn due(judgement: &Judgement, today: NaiveDate) -> Option<NaiveDate> {
    let waivers = judgement.findings.iter().filter_map(|finding| {
        let last: NaiveDate = finding.waiver.as_ref()?.expires.parse().ok()?;
        last.succ_opt()
    });
    let begins = judgement.settings.iter().filter_map(|setting| setting.enforce_from);
    waivers.chain(begins).filter(|day| *day > today).min()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::report::sample;

    #[test]
    fn a_card_holds_what_is_open_and_what_is_waived() {
        let judgement = sample::blocked();
        let card = Card::of(&judgement, Some("payments"));
        assert_eq!(card.path, judgement.path);
        assert!(card.open.iter().all(|o| o.status == Standing::Fail || o.findings == 0));
        assert!(card.open.iter().any(|o| o.policy.as_str() == "container/non_root_user"));
        assert_eq!(card.waivers.len(), 1);
        assert_eq!(card.applicable, card.fulfilled + u32::try_from(card.open.len()).unwrap());
        let json = serde_json::to_string(&card).unwrap();
        assert!(json.len() < 2_000, "{}", json.len());
        assert_eq!(serde_json::from_str::<Card>(&json).unwrap(), card);
    }

    #[test]
    fn why_a_policy_could_not_be_judged_is_kept_and_old_cards_are_read() {
        let mut judgement = sample::blocked();
        let long = format!("the chart {} could not be read", "é".repeat(200));
        for policy in &mut judgement.policies {
            (policy.status, policy.reason) = (Standing::Unknown, Some(long.clone()));
        }
        let card = Card::of(&judgement, None);
        let reasons = || card.open.iter().filter_map(|open| open.reason.as_deref());
        assert!(!card.open.is_empty() && reasons().count() == card.open.len());
        assert!(reasons().all(|r| r.len() <= UNJUDGED && r.starts_with("the chart é")));
        let old = r#"{"policy":"a/b","level":"gold","status":"unknown","findings":0}"#;
        assert_eq!(serde_json::from_str::<Open>(old).unwrap().reason, None);
    }

    #[test]
    fn a_judgement_is_due_the_day_after_its_first_waiver_ends() {
        let mut judgement = sample::blocked();
        let today = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap();
        for (n, finding) in judgement.findings.iter_mut().enumerate() {
            if let Some(waiver) = &mut finding.waiver {
                waiver.expires = format!("2026-12-{:02}", 10 + n);
            }
        }
        let first = judgement.findings.iter().position(|f| f.waiver.is_some()).unwrap();
        let day = NaiveDate::from_ymd_opt(2026, 12, 11 + first as u32).unwrap();
        assert_eq!(due(&judgement, today), Some(day));
        judgement.findings.clear();
        judgement.settings.clear();
        assert_eq!(due(&judgement, today), None);
    }

    #[test]
    fn fixing_one_policy_may_lift_by_two_rungs() {
        let open = |policy: &str, level| Open {
            policy: PolicyId::parse(policy).unwrap(),
            level,
            status: Standing::Fail,
            findings: 1,
            reason: None,
        };
        let mut card = Card { path: "service".to_owned(), ..Card::default() };
        card.open = vec![open("a/b", Level::Bronze), open("a/g", Level::Gold)];
        let fixed = |id: &PolicyId| id.as_str() == "a/b";
        assert_eq!(card.level_without(&fixed), Some(Level::Silver));
        assert_eq!(card.level_without(&|_| false), None);
        assert_eq!(card.level_without(&|_| true), Some(Level::Gold));
        assert!(!card.on_path());
        let (next, missing) = card.next().unwrap();
        assert_eq!((next, missing.len()), (Level::Bronze, 1));
    }
}
