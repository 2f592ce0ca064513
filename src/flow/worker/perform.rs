//! Which flow does what a job says?

use std::pin::Pin;

use crate::domain::job::Job;
use crate::edge::store::Claimed;
use crate::flow::App;
use crate::flow::answer_comment::Question;
use crate::flow::check_commit::CommitToCheck;
use crate::flow::check_policies::PoliciesToCheck;
use crate::flow::check_pull::PullToCheck;
use crate::flow::check_risk::RiskToCheck;
use crate::flow::fate::Fate;
use crate::flow::gate_answer::Waiting;
use crate::flow::plan::Plan;

/// What a job gave.
pub(super) enum Performed {
    Words(String),
    Plan(Plan),
}

impl App {
    /// Does what the job says.
    pub(super) async fn perform(&self, claimed: &Claimed) -> Result<Performed, Fate> {
        if claimed.is_spent() {
            let tries = claimed.max_attempts;
            return Err(Fate::Hopeless(format!(
                "the service died or hung on each of {tries} tries"
            )));
        }
        Ok(Performed::Words(match &claimed.job {
            Job::Plan { delivery } => {
                let plan = apart(|| self.plan(delivery)).await?;
                return Ok(Performed::Plan(plan));
            }
            Job::CheckPull { installation, repo, name, number, head, fresh } => {
                let fresh = fresh.as_deref();
                let (installation, repo, number) = (*installation, *repo, *number);
                apart(|| {
                    self.check_pull(PullToCheck { installation, repo, name, number, head, fresh })
                })
                .await?
            }
            Job::CheckCommit { installation, repo, name, occasion, head, base, fresh, .. } => {
                apart(|| {
                    self.check_commit(CommitToCheck {
                        installation: *installation,
                        repo: *repo,
                        name,
                        occasion: *occasion,
                        head,
                        base: base.as_ref(),
                        fresh: fresh.as_deref(),
                    })
                })
                .await?
            }
            Job::CheckPolicies { installation, repo, name, head, base, fresh } => {
                apart(|| {
                    self.check_policies(PoliciesToCheck {
                        installation: *installation,
                        repo: *repo,
                        name,
                        head,
                        base: base.as_ref(),
                        fresh: fresh.as_deref(),
                    })
                })
                .await?
            }
            Job::CheckRisk { installation, repo, name, number, head, fresh } => {
                let fresh = fresh.as_deref();
                let (installation, repo, number) = (*installation, *repo, *number);
                apart(|| {
                    self.check_risk(RiskToCheck { installation, repo, name, number, head, fresh })
                })
                .await?
            }
            Job::LearnMerge { installation, repo, name, merged } => {
                apart(|| self.learn_merge(*installation, *repo, name, merged)).await?
            }
            Job::LearnPush { installation, repo, name, before, after } => {
                apart(|| self.learn_push(*installation, *repo, name, (before, after))).await?
            }
            Job::LearnHistory { installation, repo, name } => {
                apart(|| self.learn_history(*installation, *repo, name)).await?
            }
            Job::AnswerComment { installation, repo, name, asked, delivery } => {
                let question =
                    Question { installation: *installation, repo: *repo, name, asked, delivery };
                apart(|| self.answer_comment(question)).await?
            }
            Job::UpgradeWave { installation } => apart(|| self.upgrade_wave(*installation)).await?,
            Job::Upgrade { installation, repo, name } => {
                apart(|| self.upgrade(*installation, *repo, name)).await?
            }
            Job::Gate { .. } => match waiting(&claimed.job) {
                Some(asked) => apart(|| self.gate(asked)).await?,
                None => "no deployment".to_owned(),
            },
            Job::OverdueGates { installation } => {
                apart(|| self.overdue_gates(*installation)).await?
            }
            Job::JudgeBranch { installation, repo, name, head } => {
                apart(|| self.judge_branch(*installation, *repo, name, head.as_ref())).await?
            }
            Job::Sweep { installation } => apart(|| self.sweep(*installation)).await?,
            Job::Scorecard { installation } => apart(|| self.scorecard(*installation)).await?,
            Job::MeasureDelivery { installation, repo, name } => {
                apart(|| self.measure_delivery(*installation, *repo, name)).await?
            }
            Job::MeasureInstallation { installation } => {
                apart(|| self.measure_installation(*installation)).await?
            }
            Job::SyncInstallation { installation } => {
                apart(|| self.sync_and_sweep(*installation)).await?
            }
            Job::Recover => apart(|| self.recover()).await?,
            Job::RejudgeInstallation { installation } => {
                apart(|| self.rejudge_installation(*installation)).await?
            }
            Job::RejudgeRepo { installation, repo, name } => {
                apart(|| self.rejudge_repo(*installation, *repo, name)).await?
            }
            Job::CleanUp => apart(|| self.clean_up()).await?,
        }))
    }
}

/// Work in a place of its own. All kinds side by side make a future so large that polling it
/// overflows a thread's stack in a build without optimisation.
pub(in crate::flow) fn apart<F>(make: impl FnOnce() -> F) -> Pin<Box<F>> {
    Box::pin(make())
}

/// The deployment of a job.
pub(super) fn waiting(job: &Job) -> Option<Waiting<'_>> {
    let Job::Gate { installation, repo, name, environment, git_ref, head, deployment } = job else {
        return None;
    };
    let (installation, repo) = (*installation, *repo);
    Some(Waiting { installation, repo, name, environment, git_ref, head, deployment, job })
}
