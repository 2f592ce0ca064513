//! What is a deployment decided on? Everything is gathered here, and weighed elsewhere.

use std::collections::BTreeMap;

use crate::domain::config::OrgConfig;
use crate::domain::gate::freeze::windows;
use crate::domain::gate::request::{
    Deployment, GateRequest, GateSettings, Incident, Judged, Repository, SCHEMA,
};
use crate::domain::gate::scope::At;
use crate::domain::gate::slo::{self, SloFacts};
use crate::domain::ids::Sha;
use crate::domain::judge::Judgement;
use crate::domain::time::Timestamp;
use crate::domain::tree::Content;
use crate::edge::github::{Access, Permission, TokenScope};

use super::App;
use super::fate::Fate;
use super::gate_brought::Brought;
use super::gate_slo::measured;
use super::judge_commit::{Rules, Subject};

/// A deployment, as somebody asks about it.
pub(super) struct Deploying<'a> {
    pub(super) environment: &'a str,
    pub(super) git_ref: &'a str,
    pub(super) head: &'a Sha,
    pub(super) deployment: Option<&'a Deployment>,
    /// What it brings.
    pub(super) brought: &'a Brought,
    pub(super) wait_ends: Timestamp,
}

impl App {
    /// Everything that is known of a deployment now.
    pub(super) async fn gate_request(
        &self,
        subject: &Subject,
        config: &OrgConfig,
        asked: Deploying<'_>,
    ) -> Result<GateRequest, Fate> {
        let Deploying { environment, git_ref, head, deployment, brought, wait_ends } = asked;
        let teams = match self.evaluate_commit(subject, head, None, Rules::OWN).await {
            Ok(evaluated) => evaluated.answer.teams,
            // Without the commit nobody knows whose it is.
            Err(Fate::Moot(_)) => Default::default(),
            Err(other) => return Err(other),
        };
        let repository = Repository::new(&subject.name, teams);
        let at = At {
            environment: Some(environment),
            repository: &repository.full_name,
            teams: Some(&repository.teams),
        };
        let now = self.clock.now();
        let slo = self.error_budgets(subject, config, at).await?;
        let (risk, waivers) = self.risk_for_gate(subject, brought).await?;
        Ok(GateRequest {
            schema: SCHEMA.to_owned(),
            environment: environment.to_owned(),
            deployment: deployment.cloned(),
            git_ref: git_ref.to_owned(),
            sha: head.clone(),
            judgement: self.judged_for_gate(subject, head).await?,
            risk: Some(risk),
            slo,
            freezes: windows(&config.freeze, &config.file, at, now),
            incidents: self.open_incidents(subject, config).await?,
            waivers,
            settings: GateSettings::of(&config.gate),
            now: now.to_rfc3339(),
            wait_ends: wait_ends.to_rfc3339(),
            repository,
        })
    }

    /// What was judged of the commit, else what is judged now; `None`: there is no such commit.
    async fn judged_for_gate(&self, subject: &Subject, head: &Sha) -> Result<Option<Judged>, Fate> {
        let known = self.store.latest_judgement(subject.id, head).await?;
        // A row of another version's shape is made anew.
        let known = known.and_then(|row| serde_json::from_str::<Judgement>(&row.json).ok());
        if let Some(judgement) = known {
            return Ok(Some(Judged::of(&judgement)));
        }
        let fresh = async {
            let commit = subject.github.commit(&subject.name, head.as_str()).await?;
            self.judge_pushed(subject, head, commit.parents.first(), false).await
        };
        match fresh.await {
            Ok((judgement, _)) => Ok(Some(Judged::of(&judgement))),
            Err(Fate::Moot(_)) => Ok(None),
            Err(other) => Err(other),
        }
    }

    /// Open issues with a label of `gate.incidents`. Where events have told of every incident since
    /// the repository's past was read, and of none that is open, GitHub is not asked; else once per
    /// label, because titles are not stored.
    async fn open_incidents(
        &self,
        subject: &Subject,
        config: &OrgConfig,
    ) -> Result<Option<Vec<Incident>>, Fate> {
        if config.gate.incidents.is_empty() {
            return Ok(None);
        }
        let mut found: BTreeMap<i64, Incident> = BTreeMap::new();
        let told = |label: &String| config.metrics.is_incident([label.as_str()]);
        if config.gate.incidents.iter().all(told)
            && self.store.knows_no_open_incident(subject.id).await? == Some(true)
        {
            return Ok(Some(Vec::new()));
        }
        let scope = TokenScope::of(subject.id).with(Permission::Issues, Access::Read);
        let github = self.github.installation(subject.github.id(), scope);
        for label in &config.gate.incidents {
            let issues = github.open_issues_labelled(&subject.name, label).await?;
            found.extend(issues.into_iter().map(|issue| (issue.number, issue)));
        }
        Ok(Some(found.into_values().collect()))
    }

    /// Error budgets of the organisation's own objectives, and of those that the default branch
    /// defines: a commit cannot lower the bar that it is measured by.
    async fn error_budgets(
        &self,
        subject: &Subject,
        config: &OrgConfig,
        at: At<'_>,
    ) -> Result<SloFacts, Fate> {
        let Some(base) = &config.slo.prometheus else { return Ok(SloFacts::none()) };
        let mut definitions = slo::configured(&config.slo, &config.file, at);
        if config.slo.documents {
            let branch = subject.facts.default_branch.as_deref().unwrap_or("HEAD");
            let tip = self.tip(subject, branch, None).await?;
            let files =
                self.read_tree(&subject.github, &subject.name, &tip, slo::is_wanted).await?;
            let texts = files.tree.entries.iter().filter(|(path, _)| slo::is_wanted(path));
            let texts: BTreeMap<String, String> = texts
                .filter_map(|(path, entry)| match &entry.content {
                    Content::Text(text) => Some((path.clone(), text.to_string())),
                    Content::Withheld(_) => None,
                })
                .collect();
            if !texts.is_empty() {
                definitions.extend(subject.evaluators(self).objectives(&texts).await?);
            }
        }
        Ok(measured(&self.prometheus, base, &definitions).await)
    }
}
