//! A folder is judged as a pull request would be: against its base, with its base's rules. No
//! network, no credentials.

use chrono::NaiveDate;

use crate::domain::baseline::Baseline;
use crate::domain::change::Change;
use crate::domain::config::{Traits, WaiverRules};
use crate::domain::evaluate::{ConfigFile, Request};
use crate::domain::facts::RepoFacts;
use crate::domain::judge::{Case, EDITS_CONFIGURATION, Judgement, Kept, judge, judge_proposal};
use crate::domain::policy::metadata::PolicyProblem;
use crate::domain::tree::SourceTree;
use crate::edge::evaluator::{EvaluatorError, Evaluators};

use super::gather_folder::{Folder, GatherError, Gathered, Side, gather_folder};
pub use super::judge_commit::config_of;

/// A folder to be judged.
#[derive(Debug, Clone)]
pub struct FolderToCheck {
    /// Which, and against what.
    pub folder: Folder,
    /// The configuration that counts instead of the repository's own.
    pub config: Option<ConfigFile>,
    /// The organisation's configuration.
    pub organisation: Option<ConfigFile>,
    /// The day on which waivers and rules are looked at (UTC).
    pub today: NaiveDate,
}

/// A folder, judged.
#[derive(Debug)]
pub struct CheckedFolder {
    /// What is to be told.
    pub judgement: Judgement,
    /// The files that were judged, for showing them.
    pub tree: SourceTree,
    /// Where the folder lies in its repository: `services/api`, empty at the root.
    pub prefix: String,
    /// What is known of the repository besides its files.
    pub repo: RepoFacts,
    /// The configuration that counted.
    pub rules: Option<ConfigFile>,
    /// Where policies went wrong on it, and how.
    pub broken: Vec<PolicyProblem>,
    /// What the organisation asks of waivers.
    pub waiver_rules: WaiverRules,
}

/// Why a folder could not be judged.
#[derive(Debug, thiserror::Error)]
pub enum CheckError {
    /// It could not be read.
    #[error(transparent)]
    Gather(#[from] GatherError),
    /// There is nobody to judge it.
    #[error(transparent)]
    Evaluator(#[from] EvaluatorError),
}

/// Judges a folder.
pub async fn check_folder(
    evaluators: &Evaluators,
    job: FolderToCheck,
) -> Result<CheckedFolder, CheckError> {
    let needs = evaluators.catalogue().needs();
    let Gathered { repo, head, base, prefix, mut notes } =
        gather_folder(&job.folder, &needs).await?;
    let own = config_of(&head.tree);
    let rules = match (&job.config, &base) {
        (Some(given), _) => Some(given.clone()),
        (None, Some(base)) => config_of(&base.tree),
        (None, None) => own.clone(),
    };
    // A tree is lent to its request and given back: a large repository's is large.
    let ask = |tree: SourceTree, config: Option<ConfigFile>, path, change: Option<Change>| {
        let (repo, organisation) = (repo.clone(), job.organisation.clone());
        let request = Request { tree, repo, config, organisation, path, change, only: None };
        async move { evaluators.evaluate(&request).await.map(|answer| (answer, request.tree)) }
    };
    let change = base.as_ref().map(|base| Change::between(&base.tree, &head.tree));
    // The base's golden path counts: a change cannot excuse itself by leaving it.
    let before = match base {
        Some(Side { tree, blobs }) => Some((ask(tree, rules.clone(), None, None).await?.0, blobs)),
        None => None,
    };
    let path = before.as_ref().map(|(before, _)| before.path.clone());
    let (answer, tree) = ask(head.tree, rules.clone(), path, change.clone()).await?;
    let (own, tree) = match job.config.is_none() && rules != own {
        false => (None, tree),
        true => {
            let (own, tree) = ask(tree, own, None, change).await?;
            (Some(own), tree)
        }
    };
    if own.is_some() {
        notes.push(EDITS_CONFIGURATION.to_owned());
    }
    // Who mends a broken configuration is not held up by it.
    let kept = own.as_ref().unwrap_or(&answer);
    let problems = kept.config_problems.iter().chain(&answer.organisation_problems);
    let traits = Traits {
        // Of where the change starts: it cannot leave a rollout by changing its owner.
        teams: before.as_ref().map_or(&answer, |(before, _)| before).teams.clone(),
        ..Traits::default()
    };
    let compared = before.is_some();
    let baseline = before
        .map(|(before, blobs)| Baseline::with_waivers(&before.evaluation, blobs, &before.inline));
    let case = Case {
        metas: &evaluators.catalogue().policies,
        path: &answer.path,
        config: &answer.config,
        organisation: &answer.organisation,
        traits: &traits,
        config_problems: problems.cloned().collect(),
        head: &answer.evaluation,
        head_files: &head.blobs,
        baseline,
        inline: if compared { &[] } else { &answer.inline },
        kept: Kept {
            waivers: &kept.config.waivers,
            before: compared.then_some(&answer.config.waivers),
            inline: &answer.inline,
            malformed: &answer.inline_problems,
        },
        today: job.today,
        notes,
    };
    let judgement = match &own {
        Some(own) => judge_proposal(case, own),
        None => judge(case),
    };
    let waiver_rules = answer.organisation.waiver_rules;
    let problems = answer.evaluation.outcomes.into_iter().filter_map(|outcome| outcome.problem);
    let broken = problems.map(|problem| *problem).collect();
    Ok(CheckedFolder { judgement, tree, prefix, repo, rules, broken, waiver_rules })
}
