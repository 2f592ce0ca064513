//! A folder is brought onto a golden path: what would change, and what would the policies say then?

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use crate::domain::adopt::{LOCK, Plan};
use crate::domain::config::Traits;
use crate::domain::evaluate::{ConfigFile, Request};
use crate::domain::facts::{FactKind, RepoFacts};
use crate::domain::ids::{PolicyId, Sha};
use crate::domain::judge::{Case, Judgement, Kept, Standing, judge};
use crate::domain::report::adoption::AdoptionReport;
use crate::domain::tree::{Content, Entry, SourceTree};
use crate::edge::evaluator::{EvaluatorError, Evaluators};
use crate::edge::git::{Checkout, GitError};

use super::gather_folder::{Folder, GatherError, Gathered, gather_with};
use super::judge_commit::config_of;
use super::plan_adoption::{Adopting, Planned, Shelf, plan_adoption};

/// Text of a repository, in bytes, up to which it is worked out which file satisfies which policy:
/// that takes an evaluation for each file.
const MAX_EXPLAINED_BYTES: usize = 4 * 1024 * 1024;

/// What is to be adopted.
#[derive(Debug, Clone)]
pub struct FolderToAdopt {
    /// The folder; its `head` and `base` do not count.
    pub folder: Folder,
    /// The organisation's configuration.
    pub organisation: Option<ConfigFile>,
    /// The golden path, when somebody said it.
    pub path: Option<String>,
    /// Parameters that somebody said.
    pub given: BTreeMap<String, String>,
    /// The day on which waivers are looked at.
    pub today: NaiveDate,
}

/// A plan, and what it leads to.
#[derive(Debug)]
pub struct Adoption {
    /// What would be written.
    pub plan: Plan,
    /// How the repository stands on that path now.
    pub before: Judgement,
    /// How it would stand then.
    pub after: Judgement,
    /// The files as they are.
    pub tree: SourceTree,
}

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
pub enum AdoptError {
    /// The folder could not be read.
    #[error(transparent)]
    Gather(#[from] GatherError),
    /// Its history could not be read.
    #[error(transparent)]
    Git(#[from] GitError),
    /// There is nobody to plan or judge it.
    #[error(transparent)]
    Evaluator(#[from] EvaluatorError),
    /// The path, its template or its parameters do not fit.
    #[error("{}", .0.join("; "))]
    Refused(Vec<String>),
}

/// Plans the adoption and judges its outcome.
pub async fn adopt_folder(
    evaluators: &Evaluators,
    job: FolderToAdopt,
) -> Result<Adoption, AdoptError> {
    let FolderToAdopt { folder, organisation, path, given, today } = job;
    let shelf = OnDisk { folder: &folder, needs: evaluators.catalogue().needs() };
    let wish =
        Adopting { organisation: organisation.clone(), path, given, upgrade: false, team: None };
    let planned = plan_adoption(&shelf, evaluators, &wish).await?;
    let Planned { plan, repo, tree } = planned.map_err(AdoptError::Refused)?;
    let judging = Judging { evaluators, repo, organisation, path: &plan.path, today };
    let Judged { plan, before, after } = judging.judged(plan.clone(), &tree).await?;
    Ok(Adoption { plan, before, after, tree })
}

/// A folder, perhaps with a history.
struct OnDisk<'a> {
    folder: &'a Folder,
    needs: BTreeSet<FactKind>,
}

impl Shelf for OnDisk<'_> {
    type Error = AdoptError;

    async fn read(
        &self,
        reads: &(dyn Fn(&str) -> bool + Send + Sync),
    ) -> Result<(RepoFacts, SourceTree), AdoptError> {
        let Gathered { repo, head, .. } = gather_with(self.folder, &self.needs, &reads).await?;
        Ok((repo, head.tree))
    }

    async fn earlier(
        &self,
        blobs: &BTreeSet<Sha>,
    ) -> Result<BTreeMap<Sha, Option<String>>, AdoptError> {
        let mut found: BTreeMap<Sha, Option<String>> =
            blobs.iter().map(|blob| (blob.clone(), None)).collect();
        let blobs: Vec<Sha> = blobs.iter().cloned().collect();
        // A folder that is no checkout has no earlier versions.
        if let Ok(checkout) = Checkout::open(&self.folder.path).await {
            for (blob, content) in checkout.blobs(&blobs).await? {
                if let Content::Text(text) = content {
                    found.insert(blob, Some(text.to_string()));
                }
            }
        }
        Ok(found)
    }
}

/// The tree with what the plan writes; `without` leaves one file as it is.
fn overlaid(tree: &SourceTree, plan: &Plan, without: Option<&str>) -> SourceTree {
    let mut tree = tree.clone();
    for (path, text) in plan.writes().filter(|(path, _)| Some(*path) != without) {
        let content = Content::Text(text.into());
        let executable = tree.is_executable(path);
        tree.entries.insert(path.to_owned(), Entry { executable, ..Entry::loose(content) });
    }
    tree
}

/// Who judges a plan, and by which rules.
pub(super) struct Judging<'a> {
    pub(super) evaluators: &'a Evaluators,
    pub(super) repo: RepoFacts,
    pub(super) organisation: Option<ConfigFile>,
    pub(super) path: &'a str,
    pub(super) today: NaiveDate,
}

/// A plan with what the policies say before and after it.
pub(super) struct Judged {
    pub(super) plan: Plan,
    pub(super) before: Judgement,
    pub(super) after: Judgement,
}

impl Judged {
    /// To tell it; `written` when it is being carried out.
    pub(super) fn report(&self, written: bool) -> AdoptionReport<'_> {
        AdoptionReport { plan: &self.plan, before: &self.before, after: &self.after, written }
    }
}

impl Judging<'_> {
    /// Judges what a plan makes of a tree, and notes which file satisfies which policy.
    pub(super) async fn judged(
        &self,
        mut plan: Plan,
        tree: &SourceTree,
    ) -> Result<Judged, EvaluatorError> {
        let before = self.judge(tree).await?;
        let after = self.judge(&overlaid(tree, &plan, None)).await?;
        let satisfied = self.satisfied(tree, &plan, &after).await?;
        for (file, policies) in plan.files.iter_mut().zip(satisfied) {
            file.satisfies = policies;
        }
        Ok(Judged { plan, before, after })
    }

    /// How a tree stands on the path.
    async fn judge(&self, tree: &SourceTree) -> Result<Judgement, EvaluatorError> {
        let request = Request {
            tree: tree.clone(),
            repo: self.repo.clone(),
            config: config_of(tree),
            path: Some(self.path.to_owned()),
            organisation: self.organisation.clone(),
            ..Request::default()
        };
        let answer = self.evaluators.evaluate(&request).await?;
        Ok(judge(Case {
            metas: &self.evaluators.catalogue().policies,
            path: self.path,
            config: &answer.config,
            organisation: &answer.organisation,
            traits: &Traits { teams: answer.teams, ..Traits::default() },
            config_problems: answer.config_problems,
            head: &answer.evaluation,
            head_files: &BTreeMap::new(),
            baseline: None,
            inline: &answer.inline,
            kept: Kept {
                waivers: &answer.config.waivers,
                before: None,
                inline: &answer.inline,
                malformed: &answer.inline_problems,
            },
            today: self.today,
            notes: Vec::new(),
        }))
    }

    /// For each file, the policies that pass with it and would not without.
    async fn satisfied(
        &self,
        tree: &SourceTree,
        plan: &Plan,
        after: &Judgement,
    ) -> Result<Vec<BTreeSet<PolicyId>>, EvaluatorError> {
        let text = |entry: &Entry| match &entry.content {
            Content::Text(text) => text.len(),
            Content::Withheld(_) => 0,
        };
        let small = tree.entries.values().map(text).sum::<usize>() <= MAX_EXPLAINED_BYTES;
        let passing = passing(after);
        let mut satisfied = Vec::new();
        for file in &plan.files {
            satisfied.push(if small && file.text.is_some() && file.path != LOCK {
                let without = self.judge(&overlaid(tree, plan, Some(&file.path))).await?;
                passing.difference(&self::passing(&without)).cloned().collect()
            } else {
                BTreeSet::new()
            });
        }
        Ok(satisfied)
    }
}

fn passing(judgement: &Judgement) -> BTreeSet<PolicyId> {
    let passes = judgement.policies.iter().filter(|policy| policy.status == Standing::Pass);
    passes.map(|policy| policy.id.clone()).collect()
}
