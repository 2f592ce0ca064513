//! A pipeline asks whether it may deploy; nobody waits, so nothing is posted or remembered.

use crate::domain::gate::{Decision, GateRequest, Patience, decide};
use crate::domain::ids::RepoName;
use crate::edge::github::GitHubError;

use super::App;
use super::fate::Fate;
use super::gate_facts::Deploying;

/// What is asked.
#[derive(Debug, Clone, Copy)]
pub struct GateQuestion<'a> {
    /// Whose code.
    pub repository: &'a RepoName,
    /// Where to.
    pub environment: &'a str,
    /// A branch, a tag, a commit.
    pub git_ref: &'a str,
}

/// Why there is no decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoDecision {
    /// The App is not installed there, or has not heard of it.
    UnknownRepository,
    /// There is no such branch, tag or commit.
    UnknownRef,
    /// GitHub or the store does not answer just now.
    NotNow(String),
}

impl App {
    /// Decides as for a deployment that asks for the first time.
    pub async fn gate_question(
        &self,
        question: GateQuestion<'_>,
    ) -> Result<(GateRequest, Decision), NoDecision> {
        let store = |e: crate::edge::store::StoreError| NoDecision::NotNow(e.to_string());
        let found = self.store.repo_of_name(question.repository).await.map_err(store)?;
        let Some(found) = found else { return Err(NoDecision::UnknownRepository) };
        self.decide_for(found.installation, found.repo.id, question).await.map_err(
            |fate| match fate {
                Refusal::Ref => NoDecision::UnknownRef,
                Refusal::Fate(Fate::Moot(_)) => NoDecision::UnknownRepository,
                Refusal::Fate(
                    Fate::Wait { reason, .. }
                    | Fate::Suspended(reason)
                    | Fate::Refused(reason)
                    | Fate::Retry(reason)
                    | Fate::Hopeless(reason),
                ) => NoDecision::NotNow(reason),
            },
        )
    }

    async fn decide_for(
        &self,
        installation: crate::domain::ids::InstallationId,
        repo: crate::domain::ids::RepoId,
        question: GateQuestion<'_>,
    ) -> Result<(GateRequest, Decision), Refusal> {
        let GateQuestion { repository, environment, git_ref } = question;
        let subject = self.subject(installation, repo, repository).await?;
        let commit = match subject.github.commit(&subject.name, git_ref).await {
            Ok(commit) => commit,
            Err(GitHubError::NotFound { .. } | GitHubError::Rejected { status: 422, .. }) => {
                return Err(Refusal::Ref);
            }
            Err(error) => return Err(Fate::from(error).into()),
        };
        let config = self.organisation_rules(&subject).await?;
        let now = self.clock.now();
        let ends = now.plus_ms(config.gate.max_wait_ms());
        let patience = Patience { since: now, reports: 0, ends };
        let brought = self.brought(&subject, &config, (environment, &commit.sha), &[]).await?;
        let asked = Deploying {
            environment,
            git_ref,
            head: &commit.sha,
            deployment: None,
            brought: &brought,
            wait_ends: ends,
        };
        let request = self.gate_request(&subject, &config, asked).await?;
        let reasons = match config.gate.covers(environment) {
            true => {
                let evaluators = subject.evaluators(self);
                let said = evaluators.reasons(&request, &config.parameters).await;
                let said = said.map_err(Fate::from)?;
                let noted = self.note_budgets(subject.id, &config, environment, &said).await;
                noted.map_err(Fate::from)?;
                said
            }
            false => Vec::new(),
        };
        let decision = decide(&request, reasons, patience, now);
        Ok((request, decision))
    }
}

enum Refusal {
    Ref,
    Fate(Fate),
}

impl From<Fate> for Refusal {
    fn from(fate: Fate) -> Self {
        Self::Fate(fate)
    }
}
