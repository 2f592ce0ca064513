//! What does the organisation want to hear of itself? Its scorecard and its campaigns.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::OrgConfig;
use crate::domain::finding::Level;
use crate::domain::glob;
use crate::domain::ids::PolicyId;
use crate::domain::policy::outcome::Evaluation;

/// The target where none is set, in percent.
pub const TARGET: u8 = 80;
/// A policy that so many repositories waive, or cannot have judged, is a signal.
pub const DEMAND: u32 = 5;

/// The scorecard; there is one only where the file has this section.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScorecardRules {
    /// Whether it is kept; left out: yes.
    pub enabled: Option<bool>,
    /// The repository of its issue, without owner; left out: the configuration repository.
    pub repository: Option<String>,
    /// The share of repositories that shall be on a golden path, in percent.
    pub target: Option<u8>,
    /// What becomes of an issue that somebody closed.
    pub closed: Option<WhenClosed>,
    /// Globs over names of repositories that do not count.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// A policy that so many repositories waive, or cannot have judged, is a signal; 0: never.
    pub demand: Option<u32>,
    /// The label of issues, in the repository of its issue, by which people ask for help; left out:
    /// how many do is not known.
    pub tickets: Option<String>,
}

/// What becomes of an issue that somebody closed, once there is news.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WhenClosed {
    /// It is opened again.
    #[default]
    Reopen,
    /// A new one takes its place.
    Replace,
}

/// The words of [`WhenClosed`].
pub(super) const CLOSED: [&str; 2] = ["reopen", "replace"];

impl ScorecardRules {
    /// The target in percent.
    pub fn target(&self) -> u8 {
        self.target.unwrap_or(TARGET)
    }

    /// From how many repositories on a policy is a signal; `None`: never.
    pub fn demand(&self) -> Option<usize> {
        let demand = self.demand.unwrap_or(DEMAND);
        (demand > 0).then(|| usize::try_from(demand).unwrap_or(usize::MAX))
    }

    /// Whether a repository does not count.
    pub fn excludes(&self, name: &str) -> bool {
        self.exclude.iter().any(|glob| glob::matches(glob, name))
    }
}

/// A campaign: some policies, some repositories, until a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Campaign {
    /// What people call it.
    pub name: String,
    /// The policies that shall be fulfilled: ids or `pack/*`.
    pub policies: Vec<String>,
    /// Where; left out: everywhere.
    #[serde(default)]
    pub scope: Scope,
    /// Its first day.
    pub from: Option<NaiveDate>,
    /// Its last day.
    pub due: NaiveDate,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The rung that its policies belong to once it is over.
    pub promote: Option<Level>,
    /// Where it stands in its file.
    #[serde(default)]
    pub line: Option<u32>,
}

/// Which repositories; all conditions that are given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scope {
    /// Owners by the catalog, without their organisation.
    #[serde(default)]
    pub teams: Vec<String>,
    /// Golden paths.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Globs over names.
    #[serde(default)]
    pub repositories: Vec<String>,
}

impl Campaign {
    /// Whether a policy belongs to it.
    pub fn asks(&self, id: &PolicyId) -> bool {
        let asks = |p: &String| {
            p == "*" || p == id.as_str() || p.strip_suffix("/*").is_some_and(|k| k == id.pack())
        };
        self.policies.iter().any(asks)
    }

    /// Whether it is on: from its first day to its last.
    pub fn is_on(&self, today: NaiveDate) -> bool {
        self.from.is_none_or(|from| from <= today) && today <= self.due
    }
}

impl OrgConfig {
    /// The rungs that campaigns promise a policy, in the file's order, each with the campaign's last
    /// day: from the next one on it belongs there.
    pub fn promotions(&self, id: &PolicyId) -> impl Iterator<Item = (Level, NaiveDate)> {
        let asking = self.campaigns.iter().filter(|campaign| campaign.asks(id));
        asking.filter_map(|campaign| Some((campaign.promote?, campaign.due)))
    }

    /// Whether a policy that the golden path holds only after a campaign still waits for its end.
    pub fn waits(&self, evaluation: &Evaluation, id: &PolicyId, today: NaiveDate) -> bool {
        evaluation.early.contains(id) && !self.promotions(id).any(|(_, due)| today > due)
    }
}

impl Scope {
    /// Whether a repository belongs.
    pub fn holds(&self, name: &str, path: &str, owner: Option<&str>) -> bool {
        let team = |team: &String| owner == Some(super::rollout::bare_team(team).as_str());
        (self.teams.is_empty() || self.teams.iter().any(team))
            && (self.paths.is_empty() || self.paths.iter().any(|p| p == path))
            && (self.repositories.is_empty()
                || self.repositories.iter().any(|glob| glob::matches(glob, name)))
    }
}
