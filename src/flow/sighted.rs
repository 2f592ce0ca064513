//! What an event told of a repository's deliveries is written down; what it ships is asked later,
//! by a job.

use crate::domain::config::{Known, OrgConfig};
use crate::domain::event::RepoSeen;
use crate::domain::ids::{InstallationId, RepoId};
use crate::domain::job::Job;
use crate::domain::metrics::sighting::{DeploymentSeen, IssueSeen, ReleaseSeen, RunSeen};
use crate::domain::metrics::{MetricsRules, Sighting, Source};
use crate::domain::time::Timestamp;
use crate::edge::store::{DeploymentRow, IncidentRow, Store, StoreError};

use super::App;
use super::fate::Fate;

/// What the organisation's file, as last read, says about metrics.
pub(super) async fn metrics_rules(
    store: &Store,
    installation: InstallationId,
) -> Result<MetricsRules, StoreError> {
    Ok(last_good(store, installation).await?.metrics)
}

/// The organisation's file, as last read and found good.
pub(super) async fn last_good(
    store: &Store,
    installation: InstallationId,
) -> Result<OrgConfig, StoreError> {
    let file = store.organisation_file(installation).await?;
    let Some((path, text)) = file.and_then(|file| file.good) else {
        return Ok(OrgConfig::default());
    };
    // It was found good when it was stored; names of policies do not matter here.
    Ok(OrgConfig::read(&path, &text, &Known::default()).0)
}

impl App {
    /// Writes a sighting down; the job that follows is owed when something reached production.
    pub(super) async fn sighted(
        &self,
        installation: InstallationId,
        repo: &RepoSeen,
        created: Option<Timestamp>,
        sighting: Sighting,
    ) -> Result<Vec<Job>, Fate> {
        self.note_repo(installation, repo).await?;
        if let Some(created) = created {
            self.store.note_created(repo.id, created).await?;
        }
        let rules = metrics_rules(&self.store, installation).await?;
        let reached = match sighting {
            Sighting::Deployment(seen) => {
                self.note_deployed(repo.id, &seen, (None, None), &rules).await?
            }
            Sighting::Status { deployment, success, at } => {
                let end = if success { (Some(at), None) } else { (None, Some(at)) };
                self.note_deployed(repo.id, &deployment, end, &rules).await?
            }
            Sighting::Run(seen) => self.note_finished(repo.id, &seen, &rules).await?,
            Sighting::Release(seen) => self.note_released(repo.id, seen).await?,
            Sighting::Issue(seen) => {
                self.note_issue(repo.id, &seen, &rules).await?;
                false
            }
        };
        let (repo, name) = (repo.id, repo.name.clone());
        Ok(reached
            .then_some(Job::MeasureDelivery { installation, repo, name })
            .into_iter()
            .collect())
    }

    /// Notes a deployment to production; tells whether it succeeded. Others (there may be one for
    /// each pull request) are not kept.
    pub(super) async fn note_deployed(
        &self,
        repo: RepoId,
        seen: &DeploymentSeen,
        (succeeded, failed): (Option<Timestamp>, Option<Timestamp>),
        rules: &MetricsRules,
    ) -> Result<bool, StoreError> {
        if !rules.is_production(&seen.environment) {
            return Ok(false);
        }
        let row = DeploymentRow {
            source: Source::Deployment,
            id: seen.id,
            environment: seen.environment.clone(),
            git_ref: None,
            sha: Some(seen.sha.clone()),
            created: seen.created,
            succeeded,
            failed,
            compared: None,
        };
        self.store.note_deployment(repo, &row).await?;
        Ok(succeeded.is_some())
    }

    /// Notes a run on the default branch; tells whether it deployed.
    pub(super) async fn note_finished(
        &self,
        repo: RepoId,
        seen: &RunSeen,
        rules: &MetricsRules,
    ) -> Result<bool, StoreError> {
        if seen.event == "push" {
            self.store.note_run(repo, seen.id, &seen.run).await?;
        }
        let deploys = rules.deploys(&seen.name, &seen.path, &seen.calls);
        let Some(success) = seen.run.success.filter(|_| deploys) else {
            return Ok(false);
        };
        let row = DeploymentRow {
            source: Source::WorkflowRun,
            id: seen.id,
            environment: String::new(),
            git_ref: None,
            sha: Some(seen.sha.clone()),
            created: seen.run.started,
            succeeded: success.then_some(seen.run.finished),
            failed: (!success).then_some(seen.run.finished),
            compared: None,
        };
        self.store.note_deployment(repo, &row).await?;
        Ok(success)
    }

    /// Notes a release; tells whether it is published.
    pub(super) async fn note_released(
        &self,
        repo: RepoId,
        seen: ReleaseSeen,
    ) -> Result<bool, StoreError> {
        let Some(published) = seen.published else {
            self.store.forget_deployment(repo, Source::Release, seen.id).await?;
            return Ok(false);
        };
        let row = DeploymentRow {
            source: Source::Release,
            id: seen.id,
            environment: String::new(),
            git_ref: Some(seen.tag),
            sha: None,
            created: published,
            succeeded: Some(published),
            failed: None,
            compared: None,
        };
        self.store.note_deployment(repo, &row).await?;
        Ok(true)
    }

    /// Notes an issue that is, or was taken for, an incident.
    pub(super) async fn note_issue(
        &self,
        repo: RepoId,
        seen: &IssueSeen,
        rules: &MetricsRules,
    ) -> Result<(), StoreError> {
        let counts = match rules.incident(seen) {
            Some(counts) => counts,
            // The event that told of the label's removal may have been lost.
            None if self.store.knows_incident(repo, seen.number).await? => false,
            None => return Ok(()),
        };
        let IssueSeen { number, opened, closed, updated, .. } = *seen;
        let row = IncidentRow { number, opened, closed, updated, counts };
        self.store.note_incident(repo, &row).await
    }
}
