//! What was so when the scorecard was last written? Kept, so that the next edit can say what is new.
//!
//! Levels have a history of their own ([`super::history`]). Golden paths, ways out and campaigns have
//! none, and a repository that has left takes its history along.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::Book;
use crate::domain::config::Campaign;
use crate::domain::ids::{PolicyId, RepoId};

/// How things stood; some fifty bytes for each repository.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    /// Whether only members read the scorecard: then private repositories are named here.
    members_only: bool,
    /// The judged repositories.
    repositories: BTreeMap<RepoId, Stood>,
    /// The campaigns that had begun, and whether each was over.
    campaigns: BTreeMap<String, bool>,
}

/// How one repository stood.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Stood {
    /// Its name, as far as it may be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    /// The golden path that it walked.
    path: String,
    /// The policies that it waived.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    waives: BTreeSet<PolicyId>,
}

/// What is different now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Campaigns that have begun.
    pub began: Vec<String>,
    /// Campaigns whose last day is past.
    pub ended: Vec<String>,
    /// Campaigns that were on and stand in the file no more.
    pub withdrawn: Vec<String>,
    /// By policy: repositories that waive it and did not, and those that did and do not.
    pub waivers: BTreeMap<PolicyId, (usize, usize)>,
    /// Repositories that count and did not.
    pub joined: BTreeSet<RepoId>,
    /// The golden paths that repositories walked before they took another one.
    pub paths: BTreeMap<RepoId, String>,
    /// Names of the repositories that counted and do not.
    pub left: Vec<String>,
    /// Those of them that may not be named.
    pub left_hidden: usize,
}

impl Told {
    /// How things stand. `members_only`: whether everybody else is kept from reading it.
    pub fn of(book: &Book<'_>, campaigns: &[Campaign], members_only: bool) -> Self {
        let stood = book.entries.iter().filter_map(|entry| {
            let card = entry.card.as_ref()?;
            let name = entry.named.then(|| entry.name.name().to_owned());
            let waives = card.waivers.iter().map(|waiver| waiver.policy.clone()).collect();
            Some((entry.id, Stood { name, path: card.path.clone(), waives }))
        });
        let begun = campaigns.iter().filter(|c| c.from.is_none_or(|from| from <= book.today));
        Self {
            members_only,
            repositories: stood.collect(),
            campaigns: begun.map(|c| (c.name.clone(), book.today > c.due)).collect(),
        }
    }

    /// What is different from how it stood `then`.
    pub fn since(&self, then: &Self) -> Changes {
        let mut found = Changes::default();
        for (name, over) in &self.campaigns {
            match (then.campaigns.get(name), over) {
                (None, false) => found.began.push(name.clone()),
                (Some(false), true) => found.ended.push(name.clone()),
                (None | Some(true), true) | (Some(_), false) => {}
            }
        }
        let gone = |(name, over): &(&String, &bool)| !**over && !self.campaigns.contains_key(*name);
        found.withdrawn = then.campaigns.iter().filter(gone).map(|(n, _)| n.clone()).collect();
        for (repo, now) in &self.repositories {
            let before = then.repositories.get(repo);
            match before {
                None => _ = found.joined.insert(*repo),
                Some(before) if before.path != now.path => {
                    found.paths.insert(*repo, before.path.clone());
                }
                Some(_) => {}
            }
            let waived = |policy: &PolicyId| before.is_some_and(|b| b.waives.contains(policy));
            for policy in now.waives.iter().filter(|policy| !waived(policy)) {
                found.waivers.entry(policy.clone()).or_default().0 += 1;
            }
        }
        for (repo, before) in &then.repositories {
            let now = self.repositories.get(repo);
            let waives = |policy: &PolicyId| now.is_some_and(|n| n.waives.contains(policy));
            for policy in before.waives.iter().filter(|policy| !waives(policy)) {
                found.waivers.entry(policy.clone()).or_default().1 += 1;
            }
            if now.is_none() {
                // What members read is not told to everybody once everybody may read it.
                match before.name.as_ref().filter(|_| self.members_only || !then.members_only) {
                    Some(name) => found.left.push(name.clone()),
                    None => found.left_hidden += 1,
                }
            }
        }
        found.left.sort();
        found
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::ids::RepoName;
    use crate::domain::scorecard::card::{Card, Waived};
    use crate::domain::scorecard::{Entry, watch::Watched};

    fn entry(id: i64, name: &str, path: &str, waives: &[&str]) -> Entry {
        let waived = |policy: &&str| Waived {
            policy: PolicyId::parse(policy).unwrap(),
            reason: String::new(),
            expires: String::new(),
            findings: 1,
        };
        let waivers = waives.iter().map(waived).collect();
        let card = Card { path: path.to_owned(), waivers, ..Card::default() };
        let name = RepoName::parse(&format!("acme/{name}")).unwrap();
        Entry { id: RepoId(id), name, named: id != 4, card: Some(card) }
    }

    fn told(entries: &[Entry], campaigns: &[(&str, &str)], members_only: bool) -> Told {
        let campaign = |(name, due): &(&str, &str)| Campaign {
            name: (*name).to_owned(),
            policies: Vec::new(),
            scope: Default::default(),
            from: None,
            due: due.parse().unwrap(),
            owner: None,
            promote: None,
            line: None,
        };
        let campaigns: Vec<Campaign> = campaigns.iter().map(campaign).collect();
        let book = Book {
            account: "acme",
            today: "2026-11-21".parse().unwrap(),
            target: 80,
            entries,
            history: &[],
            watched: &Watched::default(),
        };
        let told = Told::of(&book, &campaigns, members_only);
        // As the store gives it back.
        let json = serde_json::to_string(&told).unwrap();
        assert_eq!(serde_json::from_str::<Told>(&json).unwrap(), told);
        told
    }

    #[test]
    fn what_came_what_went_and_what_moved_is_found() {
        let then = told(
            &[
                entry(1, "api", "default", &["a/b"]),
                entry(2, "gone", "service", &["a/b", "c/d"]),
                entry(4, "secret", "service", &[]),
            ],
            &[("On", "2026-11-30"), ("Withdrawn", "2026-11-30"), ("Old", "2026-11-01")],
            false,
        );
        let now = told(
            &[entry(1, "api", "service", &["c/d"]), entry(3, "new", "service", &["c/d"])],
            &[("On", "2026-11-20"), ("Old", "2026-11-01"), ("Next", "2026-12-31")],
            false,
        );
        let found = now.since(&then);
        assert_eq!((found.began, found.ended), (vec!["Next".into()], vec!["On".into()]));
        assert_eq!(found.withdrawn, ["Withdrawn"]);
        let waivers: Vec<_> = found.waivers.iter().map(|(id, n)| (id.as_str(), *n)).collect();
        assert_eq!(waivers, [("a/b", (0, 2)), ("c/d", (2, 1))]);
        assert_eq!(found.joined, BTreeSet::from([RepoId(3)]));
        assert_eq!(found.paths, BTreeMap::from([(RepoId(1), "default".to_owned())]));
        assert_eq!((found.left, found.left_hidden), (vec!["gone".to_owned()], 1));
        assert_eq!(now.since(&now), Changes::default());
    }

    #[test]
    fn what_members_read_is_not_told_to_everybody() {
        let then = told(&[entry(1, "secret", "service", &[])], &[], true);
        let (open, closed) = (told(&[], &[], false), told(&[], &[], true));
        assert_eq!((open.since(&then).left.len(), open.since(&then).left_hidden), (0, 1));
        assert_eq!(closed.since(&then).left, ["secret"]);
    }
}
