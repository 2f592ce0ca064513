//! For which repositories does a new rule count already? By share, team, topic or property.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::domain::finding::Mode;
use crate::domain::ids::PolicyId;

/// Who is in; any of the conditions is enough.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Rollout {
    /// So many of a hundred repositories.
    pub percent: Option<u8>,
    /// Owning teams, without their organisation: `payments`.
    #[serde(default)]
    pub teams: Vec<String>,
    /// Topics on GitHub.
    #[serde(default)]
    pub topics: Vec<String>,
    /// Custom properties on GitHub: name → any of these values.
    #[serde(default)]
    pub properties: BTreeMap<String, Vec<String>>,
    /// The mode for all others.
    #[serde(default = "observe")]
    pub otherwise: Mode,
}

fn observe() -> Mode {
    Mode::Observe
}

/// What of a repository decides whether it is in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Traits {
    /// GitHub's number; `None` for a folder on disk.
    pub id: Option<i64>,
    /// The teams that own it, by catalog and CODEOWNERS, lower case.
    #[serde(default)]
    pub teams: BTreeSet<String>,
    /// Its topics; `None`: not known here.
    #[serde(default)]
    pub topics: Option<BTreeSet<String>>,
    /// Its custom properties, name → values; `None`: not known here.
    #[serde(default)]
    pub properties: Option<BTreeMap<String, Vec<String>>>,
}

/// How GitHub labels a repository, as events and listings tell; `None`: not told.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Labels {
    /// Its topics.
    pub topics: Option<BTreeSet<String>>,
    /// Its custom properties, name → values.
    pub properties: Option<BTreeMap<String, Vec<String>>>,
}

impl Labels {
    /// From the fields `topics` and `custom_properties` of a repository in GitHub's API. What has
    /// another shape is not told.
    pub fn of(topics: &Value, properties: &Value) -> Self {
        let texts = |value: &Value| -> Option<Vec<String>> {
            match value {
                Value::Null => Some(Vec::new()),
                Value::String(one) => Some(vec![one.clone()]),
                Value::Array(list) => list.iter().map(|v| Some(v.as_str()?.to_owned())).collect(),
                _ => None,
            }
        };
        let properties = properties.as_object().map(|map| {
            map.iter().filter_map(|(name, value)| Some((name.clone(), texts(value)?))).collect()
        });
        let topics = topics.is_array().then(|| texts(topics)).flatten();
        Self { topics: topics.map(|list| list.into_iter().collect()), properties }
    }

    /// What is told now over what was known.
    #[must_use]
    pub fn over(self, known: Self) -> Self {
        Self {
            topics: self.topics.or(known.topics),
            properties: self.properties.or(known.properties),
        }
    }
}

/// Whether a repository is in a rollout.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Membership {
    /// The mode counts.
    Inside,
    /// The mode for the others counts.
    Outside,
    /// What decides is not known here: treated as outside.
    NotKnown,
}

impl Membership {
    /// In words that follow "the rollout: ".
    pub fn words(self) -> &'static str {
        match self {
            Self::Inside => "in the rollout",
            Self::Outside => "not in the rollout yet",
            Self::NotKnown => "not known here: treated as not in the rollout",
        }
    }
}

impl Rollout {
    /// Whether no repository can ever be in.
    pub fn is_nobody(&self) -> bool {
        let Self { percent, teams, topics, properties, .. } = self;
        percent.is_none() && teams.is_empty() && topics.is_empty() && properties.is_empty()
    }

    /// Whether a repository is in.
    pub fn membership(&self, policy: &PolicyId, traits: &Traits) -> Membership {
        let share = self.percent.map(|percent| match traits.id {
            _ if percent == 0 => Some(false),
            _ if percent >= 100 => Some(true),
            Some(id) => Some(lot(policy.as_str(), id) < u64::from(percent)),
            None => None,
        });
        let team = (!self.teams.is_empty())
            .then(|| Some(self.teams.iter().any(|team| traits.teams.contains(&bare_team(team)))));
        let topic = (!self.topics.is_empty()).then(|| {
            let topics = traits.topics.as_ref()?;
            Some(self.topics.iter().any(|topic| topics.contains(topic)))
        });
        let property = (!self.properties.is_empty()).then(|| {
            let known = traits.properties.as_ref()?;
            Some(self.properties.iter().any(|(name, values)| {
                let has = known.get(name).map(Vec::as_slice).unwrap_or_default();
                values.iter().any(|value| has.contains(value))
            }))
        });
        let answers: Vec<Option<bool>> =
            [share, team, topic, property].into_iter().flatten().collect();
        if answers.contains(&Some(true)) {
            Membership::Inside
        } else if answers.contains(&None) {
            Membership::NotKnown
        } else {
            Membership::Outside
        }
    }
}

/// The lot that a repository drew for something, such as a policy, 0 to 99: fixed for good, so that
/// a growing share never drops a repository, and another for each, so that the same ones are not
/// always first.
pub fn lot(of: &str, repo: i64) -> u64 {
    let digest = Sha256::digest(format!("{of}\n{repo}").as_bytes());
    let first = digest.iter().take(8).fold(0_u64, |n, byte| n << 8 | u64::from(*byte));
    first % 100
}

/// `@acme/Payments`, `group:default/payments` and `payments` are one team.
pub fn bare_team(owner: &str) -> String {
    owner.rsplit(['/', ':', '@']).next().unwrap_or(owner).to_ascii_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rollout(percent: Option<u8>) -> Rollout {
        Rollout {
            percent,
            teams: Vec::new(),
            topics: Vec::new(),
            properties: BTreeMap::new(),
            otherwise: Mode::Observe,
        }
    }

    fn policy() -> PolicyId {
        PolicyId::parse("container/non_root_user").expect("valid")
    }

    #[test]
    fn a_growing_share_drops_nobody() {
        let inside = |percent: u8| -> BTreeSet<i64> {
            let is_in = |id: &i64| {
                let traits = Traits { id: Some(*id), ..Traits::default() };
                rollout(Some(percent)).membership(&policy(), &traits) == Membership::Inside
            };
            (1..=2000).filter(is_in).collect()
        };
        let mut before = BTreeSet::new();
        for percent in [0, 1, 5, 20, 50, 99, 100] {
            let now = inside(percent);
            assert!(before.is_subset(&now), "{percent} %");
            let share = now.len() as f64 / 20.0;
            assert!((share - f64::from(percent)).abs() < 4.0, "{percent} %: {share}");
            before = now;
        }
        // Written down, because a repository must not move when this program changes.
        assert_eq!((lot(policy().as_str(), 1), lot(policy().as_str(), 2)), (82, 69));
    }

    #[test]
    fn teams_are_known_by_any_of_their_names() {
        let rollout = Rollout { teams: vec!["@acme/Payments".to_owned()], ..rollout(None) };
        for name in ["payments", "group:default/payments", "@acme/payments"] {
            let traits = Traits { teams: [bare_team(name)].into(), ..Traits::default() };
            assert_eq!(rollout.membership(&policy(), &traits), Membership::Inside, "{name}");
        }
        assert_eq!(rollout.membership(&policy(), &Traits::default()), Membership::Outside);
    }

    #[test]
    fn what_is_not_known_is_said() {
        let topical = Rollout { topics: vec!["pci".to_owned()], ..rollout(Some(20)) };
        assert_eq!(topical.membership(&policy(), &Traits::default()), Membership::NotKnown);
        let traits = Traits { topics: Some(["pci".to_owned()].into()), ..Traits::default() };
        assert_eq!(topical.membership(&policy(), &traits), Membership::Inside);
        let tier = [("tier".to_owned(), vec!["1".to_owned()])];
        let by_tier = Rollout { properties: tier.clone().into(), ..rollout(None) };
        let traits = Traits { properties: Some(tier.into()), ..Traits::default() };
        assert_eq!(by_tier.membership(&policy(), &traits), Membership::Inside);
    }
}
