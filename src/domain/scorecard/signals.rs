//! What do the figures tell those who look after the policies? Ways out that many take, and how
//! satisfied people are.

use std::collections::BTreeMap;

use super::Entry;
use super::card::Open;
use super::waivers::gist;
use crate::domain::ids::PolicyId;
use crate::domain::judge::Standing;

/// Signals that are told at most.
const MOST: usize = 20;

/// A policy that many repositories waive, or cannot have judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Demand {
    /// Which.
    pub policy: PolicyId,
    /// Repositories that waive it.
    pub waived: usize,
    /// Repositories in which it could not be judged: a fact was not to be read, or the policy itself
    /// failed.
    pub unknown: usize,
    /// Why it is waived.
    pub reasons: Reasons,
    /// Why it could not be judged.
    pub causes: Reasons,
}

/// Reasons that were given or found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reasons {
    /// Those that mean the same together, most frequent first: words of the first, and the
    /// repositories that may be named.
    pub told: Vec<(String, Vec<String>)>,
    /// Repositories whose reasons may not be told here.
    pub hidden: usize,
}

/// Puts reasons together that mean the same.
#[derive(Default)]
struct Clusters<'a> {
    hidden: usize,
    by_gist: BTreeMap<String, (&'a str, Vec<String>)>,
}

impl<'a> Clusters<'a> {
    /// Adds those of one repository, each once.
    fn add(&mut self, entry: &Entry, reasons: BTreeMap<String, &'a str>) {
        if !entry.named {
            self.hidden += 1;
            return;
        }
        for (gist, reason) in reasons {
            let named = self.by_gist.entry(gist).or_insert((reason, Vec::new()));
            named.1.push(entry.name.name().to_owned());
        }
    }

    fn reasons(self) -> Reasons {
        let told = self.by_gist.into_values();
        let mut told: Vec<(String, Vec<String>)> =
            told.map(|(reason, repos)| (reason.to_owned(), repos)).collect();
        told.sort_by(|a, b| (b.1.len(), &a.0).cmp(&(a.1.len(), &b.0)));
        Reasons { told, hidden: self.hidden }
    }
}

/// The policies that at least `threshold` repositories waive or cannot have judged.
pub fn demands(entries: &[Entry], threshold: usize) -> Vec<Demand> {
    #[derive(Default)]
    struct Found<'a> {
        waived: usize,
        unknown: usize,
        reasons: Clusters<'a>,
        causes: Clusters<'a>,
    }
    let mut found: BTreeMap<&PolicyId, Found<'_>> = BTreeMap::new();
    for entry in entries {
        let Some(card) = &entry.card else { continue };
        let unjudged = |open: &&Open| matches!(open.status, Standing::Unknown | Standing::Broken);
        for open in card.open.iter().filter(unjudged) {
            let group = found.entry(&open.policy).or_default();
            group.unknown += 1;
            if let Some(reason) = &open.reason {
                group.causes.add(entry, BTreeMap::from([(gist(reason), reason.as_str())]));
            }
        }
        let mut own: BTreeMap<&PolicyId, BTreeMap<String, &str>> = BTreeMap::new();
        for waiver in &card.waivers {
            let reasons = own.entry(&waiver.policy).or_default();
            reasons.entry(gist(&waiver.reason)).or_insert(&waiver.reason);
        }
        for (policy, reasons) in own {
            let group = found.entry(policy).or_default();
            group.waived += 1;
            group.reasons.add(entry, reasons);
        }
    }
    let wanted = found.into_iter().filter(|(_, f)| f.waived >= threshold || f.unknown >= threshold);
    let mut demands: Vec<Demand> = wanted
        .map(|(policy, found)| {
            let Found { waived, unknown, reasons, causes } = found;
            let (reasons, causes) = (reasons.reasons(), causes.reasons());
            Demand { policy: policy.clone(), waived, unknown, reasons, causes }
        })
        .collect();
    demands
        .sort_by(|a, b| (b.waived + b.unknown, &a.policy).cmp(&(a.waived + a.unknown, &b.policy)));
    demands.truncate(MOST);
    demands
}

/// The answers of one quarter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Satisfied {
    /// `2026-Q4`.
    pub quarter: String,
    /// How many answered.
    pub answers: usize,
    /// Net promoter score, −100 to 100: the share of 9 and 10 less that of 0 to 6, in points,
    /// rounded towards zero.
    pub nps: i64,
}

/// Fewer answers than this are not told: they would tell of persons.
pub const FEWEST_ANSWERS: usize = 5;

/// By quarter, the newest first; those with too few answers are left out.
pub fn satisfaction<'a>(answers: impl IntoIterator<Item = (&'a str, i64)>) -> Vec<Satisfied> {
    let mut quarters: BTreeMap<&str, Vec<i64>> = BTreeMap::new();
    for (quarter, score) in answers {
        quarters.entry(quarter).or_default().push(score);
    }
    let told = quarters.into_iter().rev().filter(|(_, scores)| scores.len() >= FEWEST_ANSWERS);
    told.map(|(quarter, scores)| {
        let count = |wanted: &dyn Fn(i64) -> bool| {
            i64::try_from(scores.iter().filter(|s| wanted(**s)).count()).unwrap_or(0)
        };
        let all = count(&|_| true).max(1);
        let nps = (count(&|s| s >= 9) - count(&|s| s <= 6)) * 100 / all;
        Satisfied { quarter: quarter.to_owned(), answers: scores.len(), nps }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_score_is_promoters_less_detractors_and_few_answers_are_not_told() {
        let answers = [10, 9, 9, 8, 7, 6, 0].map(|score| ("2026-Q4", score));
        let few = [10, 10, 10, 10].map(|score| ("2026-Q3", score));
        let old = [0, 1, 2, 3, 10].map(|score| ("2026-Q2", score));
        let told = satisfaction(answers.into_iter().chain(few).chain(old));
        let seen: Vec<_> = told.iter().map(|s| (s.quarter.as_str(), s.answers, s.nps)).collect();
        // (3 − 2) ÷ 7 and (1 − 4) ÷ 5.
        assert_eq!(seen, [("2026-Q4", 7, 14), ("2026-Q2", 5, -60)]);
    }
}
