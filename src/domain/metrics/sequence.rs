//! What did each deployment do? Put in the order in which they reached users, environment by
//! environment.

use std::collections::{BTreeMap, HashMap};

use super::record::{Commit, Deployment, Relation};
use crate::domain::ids::Sha;
use crate::domain::time::Timestamp;

/// What a successful deployment did. Only [`Kind::First`] and [`Kind::Change`] are counted as
/// deployments: the others bring nothing new to users.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The first one of its environment: what it ships is not known.
    First,
    /// It brought another, not older, commit.
    Change,
    /// It brought to one more environment what another had already.
    Spread,
    /// The same commit once more.
    Repeat,
    /// It brought back an older commit.
    Rollback,
    /// It brought an older commit, but was begun before the newer one: slow, not meant.
    Overtaken,
}

impl Kind {
    /// Whether it counts as a deployment of changes.
    pub fn counts(self) -> bool {
        matches!(self, Self::First | Self::Change)
    }
}

/// A successful deployment in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step<'a> {
    /// The deployment.
    pub deployment: &'a Deployment,
    /// When it reached users.
    pub at: Timestamp,
    /// What it did.
    pub kind: Kind,
    /// The commit that it took the place of, in its environment.
    pub replaced: Option<&'a Sha>,
    /// Commits that reached users with it for the first time, merge commits included.
    pub brought: Vec<&'a Commit>,
    /// Whether it may have brought more than is known.
    pub partial: bool,
}

/// Successful deployments in the order in which they succeeded (ties: as they were begun, then by
/// id), each with what it did.
///
/// A commit reaches users once: in whichever environment it arrives first, and with the deployment
/// that first holds it.
pub fn sequence<'a>(deployments: impl IntoIterator<Item = &'a Deployment>) -> Vec<Step<'a>> {
    let mut successes: Vec<(Timestamp, &Deployment)> =
        deployments.into_iter().filter_map(|d| Some((d.succeeded?, d))).collect();
    successes.sort_by_key(|(at, d)| (*at, d.created, d.id));

    let mut places: BTreeMap<&str, Place<'a>> = BTreeMap::new();
    // Commits that users have, deployed ones and those that came with them.
    let mut arrived: HashMap<&Sha, ()> = HashMap::new();
    let mut steps = Vec::with_capacity(successes.len());
    for (at, deployment) in successes {
        let place = places.entry(deployment.environment.as_str()).or_default();
        let kind = kind(deployment, place, arrived.contains_key(&deployment.sha));
        let replaced = place.live.map(|live| &live.sha);
        let compared = deployment.compared.as_ref().filter(|c| Some(&c.with) == replaced);
        let mut brought = Vec::new();
        if kind == Kind::Change {
            let commits = compared.iter().flat_map(|c| &c.commits);
            brought.extend(commits.filter(|commit| arrived.insert(&commit.sha, ()).is_none()));
        }
        arrived.insert(&deployment.sha, ());
        let rank = place.ranks.len();
        place.ranks.entry(&deployment.sha).or_insert(rank);
        place.live = Some(deployment);
        let partial = kind == Kind::First
            || kind == Kind::Change && compared.is_none_or(|c| c.partial || unknown(c.relation));
        steps.push(Step { deployment, at, kind, replaced, brought, partial });
    }
    steps
}

/// What is known of an environment.
#[derive(Default)]
struct Place<'a> {
    live: Option<&'a Deployment>,
    /// In which order commits came here first; tells older from newer where GitHub did not.
    ranks: HashMap<&'a Sha, usize>,
}

fn unknown(relation: Relation) -> bool {
    relation == Relation::Unknown
}

fn kind(deployment: &Deployment, place: &Place<'_>, elsewhere: bool) -> Kind {
    let here_before = place.ranks.contains_key(&deployment.sha);
    let Some(live) = place.live else {
        return if elsewhere { Kind::Spread } else { Kind::First };
    };
    if live.sha == deployment.sha {
        return Kind::Repeat;
    }
    let compared = deployment.compared.as_ref().filter(|c| c.with == live.sha);
    let rank = |sha: &Sha| place.ranks.get(sha).copied().unwrap_or(usize::MAX);
    let older = match compared.map_or(Relation::Unknown, |c| c.relation) {
        Relation::Behind => true,
        Relation::Ahead | Relation::Diverged => false,
        Relation::Identical => return Kind::Repeat,
        Relation::Unknown => here_before && rank(&deployment.sha) < rank(&live.sha),
    };
    match (older, elsewhere && !here_before) {
        (true, _) if deployment.created < live.created => Kind::Overtaken,
        (true, _) => Kind::Rollback,
        (false, true) => Kind::Spread,
        (false, false) => Kind::Change,
    }
}
