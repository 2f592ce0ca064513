//! What does a delivery ask for? Its intents are noted in the store and become jobs.

mod pressed;
mod pushed;
mod rows;

use crate::domain::event::{self, Intent, PullSeen, RepoSeen};
use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::job::{Asked, Delivery, Job, Occasion};
use crate::domain::report::check_run::GOLDEN_PATH_CHECK;
use crate::domain::report::policies_check::POLICIES_CHECK;
use crate::domain::risk::RISK_CHECK;
use crate::edge::store::{
    CoverageRow, InstallationRow, KnownPull, PullRow, PullState, RepoRow, StoreError,
};

use super::App;
use super::aside::aside;
use super::fate::Fate;
use super::job_span;
use super::judge_branch::{job_for, jobs_for};
use pressed::Press;
use rows::{learned, pull_row, risk_pull, row};

/// What came of a delivery.
pub(super) struct Plan {
    /// The jobs that follow.
    pub(super) jobs: Vec<Job>,
    /// In words, kept with the delivery.
    pub(super) outcome: String,
    /// Keys of queued jobs whose place one of them takes.
    pub(super) overtaken: Vec<String>,
}

impl App {
    /// Reads a stored delivery. A body that cannot be read is noted, not retried: it will not
    /// change.
    pub(super) async fn plan(&self, guid: &str) -> Result<Plan, Fate> {
        let Some((delivery, turn)) = self.store.delivery_in_turn(guid).await? else {
            return Err(Fate::Moot(format!("delivery {guid} is not stored any more")));
        };
        let (event, whose, read) = aside(delivery.body.len(), move || {
            let _turn = turn;
            let Delivery { event, body, .. } = delivery;
            let (whose, read) = (event::about(&body), event::read(&event, &body));
            (event, whose, read)
        })
        .await;
        job_span::tell_whose(whose);
        let intents = match read {
            Ok(intents) => intents,
            Err(error) => {
                self.meter.delivery(&event, "unreadable");
                tracing::warn!(delivery = guid, %error, "a delivery could not be read");
                let (jobs, overtaken) = (Vec::new(), Vec::new());
                return Ok(Plan { jobs, outcome: error.to_string(), overtaken });
            }
        };
        let mut jobs = Vec::new();
        // Whoever presses *Re-run* means one check.
        let only = intents.iter().find_map(|intent| match intent {
            Intent::Rerun { check, .. } => check.clone(),
            _ => None,
        });
        for intent in intents {
            jobs.append(&mut self.pursue(intent, guid).await?);
        }
        let policies: Vec<Job> = jobs.iter().filter_map(|job| self.policies_too(job)).collect();
        let risks: Vec<Job> = jobs.iter().filter_map(|job| self.risk_too(job)).collect();
        jobs.extend(policies);
        jobs.extend(risks);
        if let Some(check) = only {
            jobs.retain(|job| match job {
                Job::CheckPolicies { .. } => check == POLICIES_CHECK,
                Job::CheckRisk { .. } => check == RISK_CHECK,
                _ => check == GOLDEN_PATH_CHECK,
            });
        }
        let overtaken = self.overtake(&mut jobs).await?;
        let outcome = match jobs.as_slice() {
            [] => "nothing to do".to_owned(),
            jobs => jobs.iter().map(Job::key).collect::<Vec<_>>().join(", "),
        };
        Ok(Plan { jobs, outcome, overtaken })
    }

    async fn pursue(&self, intent: Intent, guid: &str) -> Result<Vec<Job>, Fate> {
        match intent {
            Intent::Pull { installation, repo, pull, judge } => {
                self.note_repo(installation, &repo).await?;
                self.pull_seen(installation, &repo, pull, judge).await
            }
            Intent::Push { installation, repo, git_ref, before, forced, pull, after } => {
                self.note_repo(installation, &repo).await?;
                let ends = (before.clone(), after.clone());
                // A rewritten branch is compared all the same: its past is read anew.
                let pull = pull.filter(|_| !forced);
                let learn = self.learn_pushed(installation, &repo, &git_ref, ends, pull).await?;
                let mut jobs = self.pushed(installation, repo, git_ref, before, after).await?;
                jobs.extend(learn);
                Ok(jobs)
            }
            Intent::Reviewed { installation, repo, number, id, review } => {
                self.note_repo(installation, &repo).await?;
                self.store.note_risk_reviews(repo.id, number, &[(id, review)], false).await?;
                Ok(self.risk_again(repo.id, number).await?)
            }
            Intent::Covered { installation, repo, sha, context, state, said } => {
                let said = CoverageRow { context, state, said };
                self.covered(installation, &repo, &sha, said).await
            }
            Intent::MergeGroup { installation, repo, head_ref, head_sha, base_sha } => {
                self.note_repo(installation, &repo).await?;
                Ok(vec![Job::CheckCommit {
                    installation,
                    repo: repo.id,
                    name: repo.name,
                    occasion: Occasion::MergeGroup,
                    git_ref: head_ref,
                    head: head_sha,
                    base: Some(base_sha),
                    fresh: None,
                }])
            }
            Intent::Rerun { installation, repo, head_sha, head_branch, pulls, check } => {
                let ours =
                    |name: &str| [GOLDEN_PATH_CHECK, POLICIES_CHECK, RISK_CHECK].contains(&name);
                if check.is_some_and(|name| !ours(&name)) {
                    return Ok(Vec::new());
                }
                self.note_repo(installation, &repo).await?;
                self.rerun(installation, repo, head_sha, head_branch, pulls, guid).await
            }
            Intent::Commands { installation, repo, comment, scan } => {
                self.note_repo(installation, &repo).await?;
                Ok(vec![Job::AnswerComment {
                    installation,
                    repo: repo.id,
                    name: repo.name,
                    asked: Asked {
                        comment: comment.id,
                        issue: comment.issue,
                        on_pull: comment.on_pull,
                        by: comment.by,
                        account: comment.account,
                        since: comment.created,
                        lines: scan.lines,
                        passed_over: scan.passed_over,
                        pressed: false,
                    },
                    delivery: guid.to_owned(),
                }])
            }
            Intent::Pressed { installation, repo, run, since, head_sha: head, pulls, line, by } => {
                self.note_repo(installation, &repo).await?;
                let named = pulls;
                let press = Press { installation, repo, run, since, head, named, line, by };
                self.pressed(press, guid).await
            }
            Intent::Deployment { installation, repo, deployment } => {
                self.note_repo(installation, &repo).await?;
                Ok(self.deployment_asked(installation, repo, deployment).into_iter().collect())
            }
            Intent::Installed { installation, account, permissions, events, suspended, repos } => {
                self.store
                    .upsert_installation(&InstallationRow {
                        id: installation,
                        account: Some(account).filter(|a| !a.is_empty()),
                        permissions,
                        events,
                        suspended,
                    })
                    .await?;
                let rows: Vec<RepoRow> = repos.iter().map(row).collect();
                self.store.upsert_repos(installation, &rows).await?;
                if suspended {
                    return Ok(Vec::new());
                }
                self.store.wake_installation(installation).await?;
                Ok(vec![Job::SyncInstallation { installation }])
            }
            Intent::Uninstalled { installation } => {
                self.store.remove_installation(installation).await?;
                Ok(Vec::new())
            }
            Intent::ReposChanged { installation, added, removed } => {
                let rows: Vec<RepoRow> = added.iter().map(row).collect();
                self.store.upsert_repos(installation, &rows).await?;
                self.store.remove_repos(installation, &removed).await?;
                self.store.expire_organisation_file(installation).await?;
                let joined = added.iter().map(|repo| (repo.id, repo.name.clone()));
                let mut jobs = self.histories(installation, joined).await?;
                jobs.extend(jobs_for(installation, added));
                Ok(jobs)
            }
            Intent::Sighted { installation, repo, created, sighting } => {
                self.sighted(installation, &repo, created, *sighting).await
            }
            Intent::RepoChanged { installation, repo } => {
                self.note_repo(installation, &repo).await?;
                self.heard_of(installation, &repo.name).await?;
                Ok(if repo.archived { Vec::new() } else { vec![job_for(installation, repo)] })
            }
        }
    }

    /// What is remembered of the organisation's configuration may be old when something happens
    /// to the repository that it lives in.
    async fn heard_of(&self, installation: InstallationId, repo: &RepoName) -> Result<(), Fate> {
        if self.is_config_repository(repo) {
            self.store.expire_organisation_file(installation).await?;
        }
        Ok(())
    }

    pub(super) async fn note_repo(
        &self,
        installation: InstallationId,
        repo: &RepoSeen,
    ) -> Result<(), Fate> {
        self.store.upsert_repos(installation, &[row(repo)]).await?;
        Ok(self.store.note_labels(repo.id, &repo.labels).await?)
    }

    async fn pull_seen(
        &self,
        installation: InstallationId,
        repo: &RepoSeen,
        pull: PullSeen,
        judge: bool,
    ) -> Result<Vec<Job>, Fate> {
        let (number, head, open) = (pull.number, pull.head_sha.clone(), pull.open);
        let branch = (pull.head_repo, pull.head_ref.clone());
        let retitled = pull.retitled;
        let learned = learned(installation, repo, &pull).filter(|_| self.risk);
        if open {
            self.store.note_risk_pull(repo.id, &risk_pull(&pull)).await?;
        } else if learned.is_none() {
            self.store.forget_risk_pull(repo.id, number).await?;
        }
        let before = self.store.pull(repo.id, number).await?.map(|known| known.pull);
        let believed = self.store.upsert_pull(&pull_row(repo.id, pull)).await?;
        let mut jobs: Vec<Job> = learned.into_iter().collect();
        if retitled && !judge {
            jobs.extend(self.risk_again(repo.id, number).await?);
        }
        if believed
            && let Some(before) = before.filter(|b| b.state == PullState::Open)
            && (!open || before.head_sha != head)
        {
            if !open {
                self.store.cancel(&format!("check:{}:pull:{number}", repo.id)).await?;
                self.store.cancel(&format!("risk:{}:pull:{number}", repo.id)).await?;
            }
            // Those of the same branch move along, and their own events say so.
            let left = |p: &PullRow| !open || (p.head_repo, p.head_ref.clone()) != branch;
            jobs.extend(self.left_behind(repo.id, &before.head_sha, left).await?);
        }
        if judge {
            // News older than what we know may still be about a head that was never judged; the
            // job re-reads the pull request, so a needless one costs two calls.
            let job =
                self.check_pull_job(installation, repo.id, &repo.name, number, head, None).await?;
            jobs.push(job);
        }
        Ok(jobs)
    }

    /// Something that the risk of an open pull request with this head depends on has changed.
    pub(super) async fn risk_of_head(
        &self,
        repo: RepoId,
        head: &Sha,
    ) -> Result<Vec<Job>, StoreError> {
        match self.store.open_pulls_with_head(repo, head).await?.first() {
            Some(known) => self.risk_again(repo, known.pull.number).await,
            None => Ok(Vec::new()),
        }
    }

    /// Something that a pull request's risk depends on has changed.
    async fn risk_again(&self, repo: RepoId, number: i64) -> Result<Vec<Job>, StoreError> {
        let known = self.store.pull(repo, number).await?.filter(|_| self.risk);
        let open = known.filter(|known| known.pull.state == PullState::Open);
        let Some(KnownPull { installation, name, pull }) = open else { return Ok(Vec::new()) };
        let (head, fresh) = (pull.head_sha, None);
        Ok(vec![Job::CheckRisk { installation, repo, name, number, head, fresh }])
    }

    /// A pull request left this head: the others there, if any, are judged without it.
    async fn left_behind(
        &self,
        repo: RepoId,
        head: &Sha,
        left: impl Fn(&PullRow) -> bool,
    ) -> Result<Option<Job>, Fate> {
        let twins = self.store.open_pulls_with_head(repo, head).await?;
        let first = twins.into_iter().find(|twin| left(&twin.pull));
        Ok(first.map(|KnownPull { installation, name, pull }| Job::CheckPull {
            installation,
            repo,
            name,
            number: pull.number,
            head: head.clone(),
            fresh: None,
        }))
    }

    /// Pull requests with one head share one check run, hence one job: the lowest number's.
    async fn check_pull_job(
        &self,
        installation: InstallationId,
        repo: RepoId,
        name: &RepoName,
        number: i64,
        head: Sha,
        fresh: Option<String>,
    ) -> Result<Job, Fate> {
        let twins = self.store.open_pulls_with_head(repo, &head).await?;
        let number = twins.iter().map(|t| t.pull.number).chain([number]).min().unwrap_or(number);
        Ok(Job::CheckPull { installation, repo, name: name.clone(), number, head, fresh })
    }
}
