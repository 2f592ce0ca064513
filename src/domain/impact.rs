//! What would other policies change? Two evaluations of one repository are compared, and many
//! such comparisons are summed up.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::config::{Layers, Standing};
use super::evaluate::Answer;
use super::finding::Mode;
use super::ids::PolicyId;
use super::policy::metadata::PolicyMeta;
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
    /// It failed without blocking anybody, and still fails, but now blocks what is new.
    NewlyEnforced,
    /// It failed and blocked what was new; it still fails, and blocks nobody.
    NoLongerEnforced,
}

impl Flip {
    /// All, in the order of reports.
    pub const ALL: [Self; 6] = [
        Self::NewlyFails,
        Self::NewlyPasses,
        Self::NewlyUnknown,
        Self::NewlyBroken,
        Self::NewlyEnforced,
        Self::NoLongerEnforced,
    ];

    /// The words of reports.
    pub fn words(self) -> &'static str {
        match self {
            Self::NewlyFails => "newly fails",
            Self::NewlyPasses => "no longer fails",
            Self::NewlyUnknown => "newly unknown",
            Self::NewlyBroken => "newly broken",
            Self::NewlyEnforced => "newly enforced",
            Self::NoLongerEnforced => "no longer enforced",
        }
    }

    /// `None` where nothing changes that anybody would notice.
    fn of(before: Option<Word>, after: Option<Word>) -> Option<Self> {
        let status = |word: Option<Word>| word.map(|word| word.status);
        match (status(before), status(after)) {
            (Some(Status::Fail), Some(Status::Fail)) => {
                let enforced = |word: Option<Word>| word.is_some_and(|word| word.enforced);
                match (enforced(before), enforced(after)) {
                    (false, true) => Some(Self::NewlyEnforced),
                    (true, false) => Some(Self::NoLongerEnforced),
                    _ => None,
                }
            }
            (before, after) if before == after => None,
            (_, Some(Status::Broken)) => Some(Self::NewlyBroken),
            (_, Some(Status::Fail)) => Some(Self::NewlyFails),
            (_, Some(Status::Unknown)) => Some(Self::NewlyUnknown),
            (Some(Status::Fail), _) => Some(Self::NewlyPasses),
            _ => None,
        }
    }
}

/// What a policy says of one repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Word {
    status: Status,
    enforced: bool,
}

/// One side of a comparison: an answer, and what makes modes of it.
#[derive(Debug, Clone, Copy)]
pub struct Side<'a> {
    /// What the policies said.
    pub answer: &'a Answer,
    /// The library's METADATA.
    pub metas: &'a [PolicyMeta],
    /// Who asks, and on which day: rollouts and deadlines depend on it.
    pub at: Standing<'a>,
}

impl Side<'_> {
    fn word(&self, outcome: &Outcome) -> Word {
        let (organisation, repository) = (&self.answer.organisation, &self.answer.config);
        let meta = self.metas.iter().find(|meta| meta.id == outcome.policy);
        let layers = Layers { organisation, repository };
        let mode = layers.policy(&outcome.policy, meta, self.at).mode;
        Word { status: outcome.status, enforced: mode == Mode::Enforce }
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
    pub fn between(repo: String, before: Side<'_>, after: Side<'_>) -> Self {
        fn outcomes<'a>(side: &Side<'a>) -> BTreeMap<&'a PolicyId, &'a Outcome> {
            let Answer { evaluation, organisation, .. } = side.answer;
            let waits = |o: &&Outcome| organisation.waits(evaluation, &o.policy, side.at.today);
            evaluation.outcomes.iter().filter(|o| !waits(o)).map(|o| (&o.policy, o)).collect()
        }
        let (old, new) = (outcomes(&before), outcomes(&after));
        let ids: BTreeSet<&PolicyId> = old.keys().chain(new.keys()).copied().collect();
        let change = |id: &PolicyId| {
            let (old, new) = (old.get(id), new.get(id));
            let word = |side: &Side<'_>, of: Option<&&Outcome>| of.map(|o| side.word(o));
            let flip = Flip::of(word(&before, old), word(&after, new))?;
            Some(change(id, flip, old.copied(), new.copied()))
        };
        let changes = ids.into_iter().filter_map(change).collect();
        Self { repo, teams: after.answer.teams.clone(), changes, error: None }
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

fn change(id: &PolicyId, flip: Flip, old: Option<&Outcome>, new: Option<&Outcome>) -> Change {
    let (before, after) = (old.map(|o| o.status), new.map(|o| o.status));
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
    Change { policy: id.clone(), flip, before, after, findings, total }
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
        let of = |before: Option<Status>, after: Option<Status>| {
            let word = |status| Word { status, enforced: false };
            Flip::of(before.map(word), after.map(word))
        };
        assert_eq!(of(Some(Pass), Some(Fail)), Some(Flip::NewlyFails));
        assert_eq!(of(None, Some(Fail)), Some(Flip::NewlyFails));
        assert_eq!(of(Some(Fail), None), Some(Flip::NewlyPasses));
        assert_eq!(of(Some(Fail), Some(Unknown)), Some(Flip::NewlyUnknown));
        assert_eq!(of(Some(Fail), Some(Broken)), Some(Flip::NewlyBroken));
        assert_eq!(of(Some(Unknown), Some(Pass)), None);
        assert_eq!(of(None, Some(NotApplicable)), None);
        assert_eq!(of(Some(Fail), Some(Fail)), None);
    }

    #[test]
    fn a_louder_mode_shows_where_the_policy_fails() {
        let word = |status, enforced| Some(Word { status, enforced });
        let of = |status, before, after| Flip::of(word(status, before), word(status, after));
        assert_eq!(of(Status::Fail, false, true), Some(Flip::NewlyEnforced));
        assert_eq!(of(Status::Fail, true, false), Some(Flip::NoLongerEnforced));
        assert_eq!(of(Status::Pass, false, true), None);
    }
}
