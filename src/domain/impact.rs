//! What would other policies change? Two evaluations of one repository are compared, and many
//! such comparisons are summed up.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::evaluate::Answer;
use super::ids::PolicyId;
use super::policy::outcome::{Outcome, Status};

/// Findings that are kept of one policy on one repository.
const TOP_FINDINGS: usize = 3;

/// How a policy's word about a repository changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Flip {
    /// It did not fail, or was not there, and fails.
    NewlyFails,
    /// It failed, and does not any more.
    NewlyPasses,
    /// It was known, and is not any more.
    NewlyUnknown,
    /// It worked, and is broken.
    NewlyBroken,
}

impl Flip {
    /// All, in the order of reports.
    pub const ALL: [Self; 4] =
        [Self::NewlyFails, Self::NewlyPasses, Self::NewlyUnknown, Self::NewlyBroken];

    /// The words of reports.
    pub fn words(self) -> &'static str {
        match self {
            Self::NewlyFails => "newly fails",
            Self::NewlyPasses => "no longer fails",
            Self::NewlyUnknown => "newly unknown",
            Self::NewlyBroken => "newly broken",
        }
    }

    /// `None` where nothing changes that anybody would notice.
    fn of(before: Option<Status>, after: Option<Status>) -> Option<Self> {
        match (before, after) {
            (before, after) if before == after => None,
            (_, Some(Status::Broken)) => Some(Self::NewlyBroken),
            (_, Some(Status::Fail)) => Some(Self::NewlyFails),
            (_, Some(Status::Unknown)) => Some(Self::NewlyUnknown),
            (Some(Status::Fail), _) => Some(Self::NewlyPasses),
            _ => None,
        }
    }
}

/// One policy that changes its word about one repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Which policy.
    pub policy: PolicyId,
    /// How.
    pub flip: Flip,
    /// What it said; `None` when it was not there or not asked.
    pub before: Option<Status>,
    /// What it says.
    pub after: Option<Status>,
    /// The first findings: `Dockerfile:7 message`. Plain text that may quote the repository.
    pub findings: Vec<String>,
    /// How many findings there are.
    pub total: usize,
}

/// What changes for one repository.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RepoImpact {
    /// Its name, or its folder.
    pub repo: String,
    /// Who owns it by its catalog and CODEOWNERS. Plain text of the repository.
    pub teams: BTreeSet<String>,
    /// By policy.
    pub changes: Vec<Change>,
    /// Why it could not be judged.
    pub error: Option<String>,
}

impl RepoImpact {
    /// Compares two answers about the same files.
    pub fn between(repo: String, before: &Answer, after: &Answer) -> Self {
        let outcomes = |answer: &Answer| -> BTreeMap<PolicyId, Outcome> {
            let all = answer.evaluation.outcomes.iter();
            all.map(|outcome| (outcome.policy.clone(), outcome.clone())).collect()
        };
        let (old, new) = (outcomes(before), outcomes(after));
        let mut ids: Vec<&PolicyId> = old.keys().chain(new.keys()).collect();
        ids.sort();
        ids.dedup();
        let changes = ids.into_iter().filter_map(|id| change(id, old.get(id), new.get(id)));
        Self { repo, teams: after.teams.clone(), changes: changes.collect(), error: None }
    }

    /// A repository that could not be judged.
    pub fn unknown(repo: String, error: String) -> Self {
        Self { repo, teams: BTreeSet::new(), changes: Vec::new(), error: Some(error) }
    }

    /// Whether some policy newly does this here.
    pub fn has(&self, flip: Flip) -> bool {
        self.changes.iter().any(|change| change.flip == flip)
    }
}

fn change(id: &PolicyId, old: Option<&Outcome>, new: Option<&Outcome>) -> Option<Change> {
    let (before, after) = (old.map(|o| o.status), new.map(|o| o.status));
    let flip = Flip::of(before, after)?;
    let mut findings: Vec<String> = Vec::new();
    let mut total = 0;
    if let Some(outcome) = new {
        total = outcome.findings.len();
        findings.extend(outcome.reason.iter().cloned());
        findings.extend(outcome.findings.iter().take(TOP_FINDINGS).map(|finding| {
            let line = finding.place.start_line.map(|l| format!(":{l}")).unwrap_or_default();
            match &finding.place.path {
                Some(path) => format!("{path}{line} {}", finding.message),
                None => finding.message.clone(),
            }
        }));
    }
    Some(Change { policy: id.clone(), flip, before, after, findings, total })
}

/// What changes for many repositories.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Impact {
    /// How many repositories were judged.
    pub judged: usize,
    /// How many could not be.
    pub unjudged: usize,
    /// Policy → how many repositories flip how.
    pub policies: BTreeMap<PolicyId, BTreeMap<Flip, usize>>,
    /// Team (empty: none is named) → how many of its repositories newly fail a policy.
    pub teams: BTreeMap<String, usize>,
    /// Repositories of which something changes, or which could not be judged; by name.
    pub repos: Vec<RepoImpact>,
}

impl Impact {
    /// Sums up.
    pub fn of(repos: impl IntoIterator<Item = RepoImpact>) -> Self {
        let mut impact = Self::default();
        for repo in repos {
            match &repo.error {
                Some(_) => impact.unjudged += 1,
                None => impact.judged += 1,
            }
            for change in &repo.changes {
                let flips = impact.policies.entry(change.policy.clone()).or_default();
                *flips.entry(change.flip).or_default() += 1;
            }
            if repo.has(Flip::NewlyFails) {
                if repo.teams.is_empty() {
                    *impact.teams.entry(String::new()).or_default() += 1;
                }
                for team in &repo.teams {
                    *impact.teams.entry(team.clone()).or_default() += 1;
                }
            }
            if repo.error.is_some() || !repo.changes.is_empty() {
                impact.repos.push(repo);
            }
        }
        impact.repos.sort_by(|a, b| a.repo.cmp(&b.repo));
        impact
    }

    /// How many repositories have a policy that flips so.
    pub fn repos_that(&self, flip: Flip) -> usize {
        self.repos.iter().filter(|repo| repo.has(flip)).count()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_notices_is_no_flip() {
        use Status::{Broken, Fail, NotApplicable, Pass, Unknown};
        assert_eq!(Flip::of(Some(Pass), Some(Fail)), Some(Flip::NewlyFails));
        assert_eq!(Flip::of(None, Some(Fail)), Some(Flip::NewlyFails));
        assert_eq!(Flip::of(Some(Fail), None), Some(Flip::NewlyPasses));
        assert_eq!(Flip::of(Some(Fail), Some(Unknown)), Some(Flip::NewlyUnknown));
        assert_eq!(Flip::of(Some(Fail), Some(Broken)), Some(Flip::NewlyBroken));
        assert_eq!(Flip::of(Some(Unknown), Some(Pass)), None);
        assert_eq!(Flip::of(None, Some(NotApplicable)), None);
        assert_eq!(Flip::of(Some(Fail), Some(Fail)), None);
    }
}
