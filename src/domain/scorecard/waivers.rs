//! What do the ways out say? By policy and reason, and those that end soon.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};

use super::Entry;
use crate::domain::ids::PolicyId;

/// Waivers that end within so many days are told.
pub const SOON_DAYS: u64 = 30;

/// The waivers of one policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyWaivers {
    /// Which.
    pub policy: PolicyId,
    /// Repositories that have one.
    pub repositories: usize,
    /// The reasons given, most frequent first, each with its number of repositories. Those that
    /// differ only in case, spaces or punctuation are one, in the words of the first.
    pub reasons: Vec<(String, usize)>,
    /// Repositories whose reasons may not be told here.
    pub hidden: usize,
}

/// A waiver that ends soon.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ending {
    /// Its last day.
    pub day: NaiveDate,
    /// Where; `None`: it may not be told here.
    pub repo: Option<String>,
    /// Which policy.
    pub policy: PolicyId,
}

/// Waivers by policy, those of most repositories first.
pub fn by_policy(entries: &[Entry]) -> Vec<PolicyWaivers> {
    type Reasons = BTreeMap<String, (String, usize)>;
    let mut found: BTreeMap<&PolicyId, (usize, usize, Reasons)> = BTreeMap::new();
    for entry in entries {
        let Some(card) = &entry.card else { continue };
        let mut own: BTreeMap<&PolicyId, BTreeMap<String, &str>> = BTreeMap::new();
        for waiver in &card.waivers {
            let reasons = own.entry(&waiver.policy).or_default();
            reasons.entry(gist(&waiver.reason)).or_insert(&waiver.reason);
        }
        for (policy, reasons) in own {
            let (all, hidden, by_reason) = found.entry(policy).or_default();
            *all += 1;
            if !entry.named {
                *hidden += 1;
                continue;
            }
            for (gist, reason) in reasons {
                by_reason.entry(gist).or_insert_with(|| (reason.to_owned(), 0)).1 += 1;
            }
        }
    }
    let mut groups: Vec<PolicyWaivers> = found
        .into_iter()
        .map(|(policy, (repositories, hidden, reasons))| {
            let mut reasons: Vec<(String, usize)> = reasons.into_values().collect();
            reasons.sort_by(|a, b| (b.1, &a.0).cmp(&(a.1, &b.0)));
            PolicyWaivers { policy: policy.clone(), repositories, reasons, hidden }
        })
        .collect();
    groups.sort_by(|a, b| (b.repositories, &a.policy).cmp(&(a.repositories, &b.policy)));
    groups
}

/// Those that end within thirty days, the first first.
pub fn ending(entries: &[Entry], today: NaiveDate) -> Vec<Ending> {
    let last = today + Days::new(SOON_DAYS);
    let mut found: Vec<Ending> = Vec::new();
    for entry in entries {
        for waiver in entry.card.iter().flat_map(|card| &card.waivers) {
            let Ok(day) = waiver.expires.parse::<NaiveDate>() else { continue };
            if (today..=last).contains(&day) {
                let repo = entry.named.then(|| entry.name.name().to_owned());
                found.push(Ending { day, repo, policy: waiver.policy.clone() });
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// What two reasons share that mean the same: letters and digits, in lower case.
pub fn gist(reason: &str) -> String {
    let reason = reason.replace(['\'', '’'], "");
    let words = reason.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}
