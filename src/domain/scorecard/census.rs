//! How many repositories stand where? Counted in one pass over their cards, for the API and for
//! `/metrics`.

use std::collections::BTreeMap;

use super::card::Card;
use crate::domain::finding::Level;
use crate::domain::ids::PolicyId;
use crate::domain::judge::Standing;

/// Counts over the repositories of an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Census {
    /// Judged repositories by level; `None`: below bronze.
    pub levels: BTreeMap<Option<Level>, u64>,
    /// Repositories that were never judged, or are empty.
    pub unjudged: u64,
    /// Those on their golden path.
    pub on_path: u64,
    /// Every policy that is open or waived somewhere.
    pub policies: BTreeMap<PolicyId, PolicyCount>,
}

/// Counts of one policy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct PolicyCount {
    /// Repositories with findings that are not waived.
    pub failing: u64,
    /// Repositories where a fact that it needs could not be read.
    pub unknown: u64,
    /// Repositories where the policy itself failed.
    pub broken: u64,
    /// Findings that are not waived.
    pub findings: u64,
    /// Repositories with findings that are waived.
    pub waived: u64,
}

impl Census {
    /// Counts a repository.
    pub fn add(&mut self, card: Option<&Card>) {
        let Some(card) = card else {
            self.unjudged += 1;
            return;
        };
        *self.levels.entry(card.level).or_default() += 1;
        self.on_path += u64::from(card.on_path());
        for open in &card.open {
            let census = self.policies.entry(open.policy.clone()).or_default();
            census.findings += u64::from(open.findings);
            match open.status {
                Standing::Unknown => census.unknown += 1,
                Standing::Broken => census.broken += 1,
                Standing::Fail => census.failing += 1,
                Standing::Pass | Standing::Waived | Standing::NotApplicable => {}
            }
        }
        // Several waivers of one policy are one repository.
        let mut waived: Vec<&PolicyId> = card.waivers.iter().map(|w| &w.policy).collect();
        waived.dedup();
        for policy in waived {
            self.policies.entry(policy.clone()).or_default().waived += 1;
        }
    }

    /// Repositories at a level exactly.
    pub fn at(&self, level: Option<Level>) -> u64 {
        self.levels.get(&level).copied().unwrap_or(0)
    }

    /// All repositories.
    pub fn repositories(&self) -> u64 {
        self.levels.values().sum::<u64>() + self.unjudged
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::report::sample;

    #[test]
    fn repositories_and_policies_are_counted_once() {
        let card = Card::of(&sample::blocked(), None);
        let mut census = Census::default();
        census.add(Some(&card));
        census.add(Some(&card));
        census.add(None);
        assert_eq!((census.repositories(), census.unjudged, census.at(card.level)), (3, 1, 2));
        let user = PolicyId::parse("container/non_root_user").expect("valid");
        let counts = census.policies[&user];
        assert_eq!((counts.failing, counts.findings % 2), (2, 0));
        let waived: u64 = census.policies.values().map(|p| p.waived).sum();
        assert_eq!(waived, 2);
    }
}
