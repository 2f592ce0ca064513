//! A folder is asked about as a deployment would be: for pipelines that GitHub asks nobody for. No
//! GitHub, no credentials; Prometheus only when the organisation's file names it.

use std::collections::BTreeMap;
use std::path::Path;

use crate::domain::evaluate::{ConfigFile, Request};
use crate::domain::gate::brought::{Risk, Unlooked};
use crate::domain::gate::freeze::windows;
use crate::domain::gate::request::{
    Acknowledged, GateRequest, GateSettings, Judged, Repository, SCHEMA,
};
use crate::domain::gate::scope::At;
use crate::domain::gate::slo::{self, SloFacts};
use crate::domain::gate::{Decision, Patience, decide};
use crate::domain::ids::Sha;
use crate::domain::judge::ConfigProblem;
use crate::domain::risk::condition::OF_MIGRATIONS;
use crate::domain::time::Timestamp;
use crate::domain::tree::Content;
use crate::edge::evaluator::Evaluators;
use crate::edge::git::{Checkout, GitError};
use crate::edge::prometheus::Prometheus;

use super::check_folder::{CheckError, FolderToCheck, check_folder, config_of};
use super::folder_migrations::migrations;
use super::gate_slo::measured;
use super::gather_folder::{Folder, GatherError, gather_with};

/// A deployment of a folder.
#[derive(Debug, Clone)]
pub struct FolderToDeploy {
    /// Which, and the commit before; its head is the revision that is deployed.
    pub folder: Folder,
    /// The configuration that counts instead of the repository's own.
    pub config: Option<ConfigFile>,
    /// The organisation's configuration.
    pub organisation: Option<ConfigFile>,
    /// Where to.
    pub environment: String,
    /// What whoever asks answers for.
    pub acknowledged: Vec<Acknowledged>,
    /// The present.
    pub now: Timestamp,
}

/// A decision, and what it was made of.
#[derive(Debug)]
pub struct Decided {
    /// What was asked.
    pub request: GateRequest,
    /// The answer.
    pub decision: Decision,
    /// What is wrong with the organisation's file.
    pub problems: Vec<ConfigProblem>,
}

/// The commit that a folder is at, or that a revision names; and the one before it, when it is here.
pub async fn commit_of(
    folder: &Path,
    revision: Option<&str>,
) -> Result<(Sha, Option<Sha>), GatherError> {
    let checkout = Checkout::open(folder).await?;
    let sha = checkout.commit(revision.unwrap_or("HEAD")).await?;
    let before = checkout.commit(&format!("{sha}^")).await.ok();
    Ok((sha, before))
}

/// Decides about a folder at the commit `sha`. `prometheus` makes a client that may ask one address.
pub async fn gate_folder(
    evaluators: &Evaluators,
    job: FolderToDeploy,
    sha: Sha,
    prometheus: impl Fn(&str) -> Prometheus,
) -> Result<Decided, CheckError> {
    let FolderToDeploy { folder, config, organisation, environment, acknowledged, now } = job;
    let needs = evaluators.catalogue().needs();
    let gathered = gather_with(&folder, &needs, slo::is_wanted).await?;
    let git_ref = folder.head.clone().unwrap_or_else(|| "HEAD".to_owned());
    let texts: BTreeMap<String, String> = gathered
        .head
        .tree
        .entries
        .iter()
        .filter(|(path, _)| slo::is_wanted(path))
        .filter_map(|(path, entry)| match &entry.content {
            Content::Text(text) => Some((path.clone(), text.to_string())),
            Content::Withheld(_) => None,
        })
        .collect();
    let request = Request {
        repo: gathered.repo.clone(),
        config: config.clone().or_else(|| config_of(&gathered.head.tree)),
        tree: gathered.head.tree,
        organisation: organisation.clone(),
        only: Some(Vec::new()),
        ..Request::default()
    };
    let answer = evaluators.evaluate(&request).await?;
    let risk = brought(&folder, &sha).await.map_err(GatherError::from)?;
    let today = now.date();
    let checked =
        check_folder(evaluators, FolderToCheck { folder, config, organisation, today }).await?;
    let rules = &answer.organisation;
    let repo = gathered.repo;
    let repository = Repository {
        full_name: repo.full_name,
        owner: repo.owner,
        name: repo.name,
        teams: answer.teams.clone(),
    };
    let at = At {
        environment: Some(&environment),
        repository: &repository.full_name,
        teams: Some(&repository.teams),
    };
    let slo = match &rules.slo.prometheus {
        None => SloFacts::none(),
        Some(base) => {
            let mut definitions = slo::configured(&rules.slo, &rules.file, at);
            if rules.slo.documents && !texts.is_empty() {
                definitions.extend(evaluators.objectives(&texts).await?);
            }
            measured(&prometheus(base), base, &definitions).await
        }
    };
    let ends = now.plus_ms(rules.gate.max_wait_ms());
    let request = GateRequest {
        schema: SCHEMA.to_owned(),
        deployment: None,
        git_ref,
        sha,
        judgement: Some(Judged::of(&checked.judgement)),
        risk: Some(risk),
        slo,
        freezes: windows(&rules.freeze, &rules.file, at, now),
        // Issues are GitHub's; the rule notes that nobody looked.
        incidents: None,
        waivers: acknowledged,
        settings: GateSettings::of(&rules.gate),
        now: now.to_rfc3339(),
        wait_ends: ends.to_rfc3339(),
        repository,
        environment: environment.clone(),
    };
    let reasons = match rules.gate.covers(&environment) {
        true => evaluators.reasons(&request, &rules.parameters).await?,
        false => Vec::new(),
    };
    let decision = decide(&request, reasons, Patience { since: now, reports: 0, ends }, now);
    Ok(Decided { request, decision, problems: answer.organisation_problems })
}

/// What is known of the changes since what was deployed before: what their migrations do. The past of
/// the repository is not read for this (`waymark risk` does that), and reviews are GitHub's.
async fn brought(folder: &Folder, sha: &Sha) -> Result<Risk, GitError> {
    let unlooked = |reason, known| Unlooked::one(sha.short(), reason, known);
    let Some(base) = &folder.base else {
        return Ok(Risk::default().without(unlooked("what was deployed before is not here", &[])));
    };
    let checkout = Checkout::open(&folder.path).await?;
    let within = checkout.prefix().to_owned();
    // Changes are told by their paths from the root.
    let checkout = Checkout::open(checkout.root()).await?;
    let base = checkout.commit(base).await?;
    let fork = checkout.merge_base(&base, sha).await?.unwrap_or(base);
    let mut files = checkout.difference(&fork, sha).await?;
    files.retain(|file| Path::new(&file.path).starts_with(&within));
    let (_, conditions) = migrations(&checkout, &fork, sha, &files).await?;
    let only = "only GitHub knows more than what its migrations do";
    Ok(Risk::of_conditions(&conditions, None).without(unlooked(only, &OF_MIGRATIONS)))
}
