//! A deployment waits: it is decided, answered, and while it waits asked again.
//!
//! GitHub's side is not idempotent, so what is said is noted before it is said: a status report is
//! given once at most, a final answer once at least (a second one is refused there, and that is
//! well).

use crate::domain::event::{DeploymentSeen, RepoSeen};
use crate::domain::gate::request::Deployment;
use crate::domain::gate::{Patience, Verdict, decide};
use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::job::Job;
use crate::domain::report::gate::{comment, uncovered, undecided};
use crate::domain::time::Timestamp;
use crate::edge::github::{Access, GitHubError, Installation, Permission, TokenScope};
use crate::edge::store::{GateKey, GateRow};

use super::App;
use super::fate::Fate;
use super::gate_facts::Deploying;

/// GitHub fails what waits longer.
const MAX_AGE_MS: i64 = 30 * 24 * 60 * 60 * 1000;
/// A deployment that was to be looked at so long ago has lost its job.
const OVERDUE_MS: i64 = 10 * 60 * 1000;
/// A deployment that lost its job is asked about once in so long.
const RESCUE_MS: i64 = 60 * 60 * 1000;

/// A deployment that waits, as its job names it.
pub(super) struct Waiting<'a> {
    pub(super) installation: InstallationId,
    pub(super) repo: RepoId,
    pub(super) name: &'a RepoName,
    pub(super) environment: &'a str,
    pub(super) git_ref: &'a str,
    pub(super) head: &'a Sha,
    pub(super) deployment: &'a Deployment,
    pub(super) job: &'a Job,
}

impl App {
    /// The job that a deployment asks for; none when its answer would go elsewhere than to our own
    /// GitHub and that repository.
    pub(super) fn deployment_asked(
        &self,
        installation: InstallationId,
        repo: RepoSeen,
        seen: DeploymentSeen,
    ) -> Option<Job> {
        let Some(run) = self.github.run_of_callback(&seen.callback, &repo.name) else {
            tracing::warn!(
                repo = %repo.name,
                "a deployment asks for its answer at an address that is not ours; it gets none"
            );
            return None;
        };
        let DeploymentSeen { id, environment, git_ref, head, event, creator, pulls, .. } = seen;
        let deployment = Deployment { id, run, event, creator, pulls };
        let (repo, name) = (repo.id, repo.name);
        Some(Job::Gate { installation, repo, name, environment, git_ref, head, deployment })
    }

    /// Decides and answers; tells what was said.
    pub(super) async fn gate(&self, asked: Waiting<'_>) -> Result<String, Fate> {
        let now = self.clock.now();
        let mut row = self.gate_row(&asked, now).await?;
        if row.answered {
            return Ok(format!("answered before: {}", row.verdict.as_str()));
        }
        row.look = now.plus_ms(OVERDUE_MS);
        let subject =
            self.subject(asked.installation, asked.repo, asked.name).await.map_err(owed)?;
        self.store.put_gate(&row).await?;
        let github = self.gatekeeper(asked.installation, asked.repo);
        let config = self.organisation_rules(&subject).await?;
        if !config.gate.covers(asked.environment) {
            let said = uncovered(asked.head, asked.environment);
            return self.conclude_gate(&github, &asked, row, (Verdict::Approved, said)).await;
        }
        let place = (asked.environment, asked.head);
        let named = &asked.deployment.pulls;
        let brought = self.brought(&subject, &config, place, named).await?;
        row.pulls = brought.pulls();
        let patience = Patience {
            since: row.asked,
            reports: row.reports,
            ends: row.asked.plus_ms(config.gate.max_wait_ms()),
        };
        let deploying = Deploying {
            environment: asked.environment,
            git_ref: asked.git_ref,
            head: asked.head,
            deployment: Some(asked.deployment),
            brought: &brought,
            wait_ends: patience.ends,
        };
        let request = self.gate_request(&subject, &config, deploying).await.map_err(owed)?;
        let reasons = subject.evaluators(self).reasons(&request, &config.parameters).await?;
        self.note_budgets(subject.id, &config, asked.environment, &reasons).await?;
        let decision = decide(&request, reasons, patience, now);
        row.decision = serde_json::to_string(&decision).unwrap_or_default();
        let said = comment(&request, &decision);
        let again = decision.ask_again.as_deref().and_then(Timestamp::parse_rfc3339);
        match again.filter(|_| decision.verdict == Verdict::Waiting) {
            None => self.conclude_gate(&github, &asked, row, (decision.verdict, said)).await,
            Some(again) => {
                row.look = again;
                let conditions = decision.conditions().join(",");
                let told = self.report_gate(&github, &asked, row, conditions, &said).await?;
                let job = std::slice::from_ref(asked.job);
                self.store.enqueue_later(job, again, self.clock.now()).await?;
                Ok(format!("{told}: waiting, asked again at {}", again.to_rfc3339()))
            }
        }
    }

    async fn gate_row(&self, asked: &Waiting<'_>, now: Timestamp) -> Result<GateRow, Fate> {
        let key = GateKey {
            repo: asked.repo,
            run: asked.deployment.run,
            deployment: asked.deployment.id,
            environment: asked.environment.to_owned(),
        };
        let known = self.store.gate(&key).await?;
        Ok(known.unwrap_or_else(|| GateRow {
            key,
            sha: asked.head.clone(),
            verdict: Verdict::Waiting,
            answered: false,
            reports: 0,
            conditions: String::new(),
            pulls: Vec::new(),
            job: asked.job.clone(),
            decision: String::new(),
            asked: now,
            look: now,
        }))
    }

    /// A token that may answer deployments, and nothing else.
    fn gatekeeper(&self, installation: InstallationId, repo: RepoId) -> Installation {
        let scope = TokenScope::of(repo)
            .with(Permission::Deployments, Access::Write)
            .with(Permission::Actions, Access::Read);
        self.github.installation(installation, scope)
    }

    /// Says why it waits, unless it was said already.
    async fn report_gate(
        &self,
        github: &Installation,
        asked: &Waiting<'_>,
        mut row: GateRow,
        conditions: String,
        said: &str,
    ) -> Result<&'static str, Fate> {
        if row.reports > 0 && row.conditions == conditions {
            self.store.put_gate(&row).await?;
            return Ok("nothing new");
        }
        let before = std::mem::replace(&mut row.conditions, conditions);
        row.reports += 1;
        self.store.put_gate(&row).await?;
        let run = asked.deployment.run;
        let sent = github
            .review_deployment(asked.name, run, asked.environment, Verdict::Waiting, said)
            .await;
        match sent {
            Ok(()) => Ok("reported"),
            Err(error) if is_over(&error) => {
                row.answered = true;
                self.store.put_gate(&row).await?;
                Err(Fate::Moot(format!("nobody waits any more: {error}")))
            }
            Err(error) => {
                // It may have arrived: the report counts, but it is given again.
                row.conditions = before;
                self.store.put_gate(&row).await?;
                Err(error.into())
            }
        }
    }

    /// Gives the final answer.
    async fn conclude_gate(
        &self,
        github: &Installation,
        asked: &Waiting<'_>,
        mut row: GateRow,
        (verdict, said): (Verdict, String),
    ) -> Result<String, Fate> {
        row.verdict = verdict;
        self.store.put_gate(&row).await?;
        let run = asked.deployment.run;
        let sent =
            github.review_deployment(asked.name, run, asked.environment, verdict, &said).await;
        let words = match sent {
            Ok(()) => verdict.as_str().to_owned(),
            // It was answered before, by us or by a person, or it was cancelled.
            Err(error) if is_over(&error) => format!("{}, unheard: {error}", verdict.as_str()),
            Err(error) => return Err(error.into()),
        };
        row.answered = true;
        self.store.put_gate(&row).await?;
        Ok(words)
    }

    /// Nothing could be decided, on any try: that is an answer, too.
    pub(super) async fn gate_undecided(
        &self,
        asked: Waiting<'_>,
        reason: &str,
    ) -> Result<(), Fate> {
        let row = self.gate_row(&asked, self.clock.now()).await?;
        if row.answered {
            return Ok(());
        }
        let said = undecided(asked.head, asked.environment, reason);
        let github = self.gatekeeper(asked.installation, asked.repo);
        self.conclude_gate(&github, &asked, row, (Verdict::Rejected, said)).await.map(drop)
    }

    /// Asks again about deployments that owe an answer and whose job is lost.
    pub(super) async fn overdue_gates(&self, installation: InstallationId) -> Result<String, Fate> {
        let now = self.clock.now();
        let (before, since) = (now.plus_ms(-OVERDUE_MS), now.plus_ms(-MAX_AGE_MS));
        let overdue = self.store.overdue_gates(installation, before, since).await?;
        let jobs: Vec<Job> = overdue.iter().map(|row| row.job.clone()).collect();
        for mut row in overdue {
            row.look = now.plus_ms(RESCUE_MS);
            self.store.put_gate(&row).await?;
        }
        self.store.enqueue(&jobs, now).await?;
        Ok(format!("{} deployments are asked about again", jobs.len()))
    }
}

/// What a check may leave be, because nothing is there to be checked, still owes an answer here.
fn owed(fate: Fate) -> Fate {
    match fate {
        Fate::Moot(reason) => Fate::Hopeless(reason),
        other => other,
    }
}

/// Whether GitHub takes no answer any more.
fn is_over(error: &GitHubError) -> bool {
    matches!(error, GitHubError::NotFound { .. } | GitHubError::Rejected { status: 422, .. })
}
