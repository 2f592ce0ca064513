//! A folder is asked about as a deployment would be: for pipelines that GitHub asks nobody for. No
//! GitHub, no credentials; Prometheus only when the organisation's file names it.

use std::collections::BTreeMap;

use crate::domain::evaluate::{ConfigFile, Request};
use crate::domain::gate::freeze::{At, windows};
use crate::domain::gate::request::{
    Acknowledged, GateRequest, GateSettings, Judged, Repository, SCHEMA,
};
use crate::domain::gate::slo::{self, SloFacts};
use crate::domain::gate::{Decision, Patience, decide};
use crate::domain::ids::Sha;
use crate::domain::judge::ConfigProblem;
use crate::domain::time::Timestamp;
use crate::domain::tree::Content;
use crate::edge::evaluator::Evaluators;
use crate::edge::git::Checkout;
use crate::edge::prometheus::Prometheus;

use super::check_folder::{CheckError, FolderToCheck, check_folder, config_of};
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
    folder: &std::path::Path,
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
        environment: &environment,
        repository: &repository.full_name,
        teams: &repository.teams,
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
        // The past of the repository is not read for this: `waymark risk` does that.
        risk: None,
        slo,
        freezes: windows(&rules.freeze, &rules.file, at, now),
        // Issues are GitHub's.
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
