//! Who does the work? Tasks that claim a job, run it, and settle what became of it.

mod perform;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;
use tracing::Instrument;

use crate::domain::ids::InstallationId;
use crate::domain::job::{Job, Priority};
use crate::domain::report::check_run::GOLDEN_PATH_CHECK;
use crate::domain::report::policies_check::POLICIES_CHECK;
use crate::domain::risk::RISK_CHECK;
use crate::edge::store::{Claimed, StoreError};

use super::App;
use super::answer_comment::Question;
use super::fate::{Fate, next_try};
use super::job_meter::JobMeter;
use super::job_span::span_of;
use super::lasting::{PANICKED, caught};
use super::plan::Plan;
pub(super) use perform::apart;
use perform::{Performed, waiting};

/// How long a worker holds a job without a sign of life. Replicas' clocks differ, so not less.
pub(super) const LEASE_MS: i64 = 90_000;
/// How long a suspended installation sleeps unless an event wakes it.
const SUSPENSION_MS: i64 = 60 * 60 * 1000;
/// How long a job waits when GitHub does not believe us.
const REFUSAL_MS: i64 = 60_000;
/// How often a sign of life is given.
const SIGN_OF_LIFE: Duration = Duration::from_secs(30);
/// How long an idle worker sleeps at most: another replica may have stored something.
const POLL: Duration = Duration::from_secs(1);

impl App {
    /// Works until `stop` turns true, then finishes the job at hand. Give each task a name of its
    /// own: leases carry it.
    pub async fn work(&self, owner: &str, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            // From here on a call is heard, also one that comes while the queue is looked at.
            let woken = self.wake.notified();
            tokio::pin!(woken);
            woken.as_mut().enable();
            match self.store.claim(owner, self.clock.now(), LEASE_MS).await {
                Ok(Some(claimed)) => {
                    // There may be more: the next one looks, and calls the next in turn. Were all
                    // of them called for each job, all but one would find nothing, one after the
                    // other, as SQLite has one writer.
                    self.wake.notify_one();
                    self.run(claimed, &mut stop).await;
                }
                Ok(None) => {
                    tokio::select! {
                        () = &mut woken => {}
                        () = tokio::time::sleep(POLL) => {}
                        _ = stop.changed() => {}
                    }
                }
                Err(error) => {
                    tracing::error!(%error, "no job can be claimed");
                    tokio::select! {
                        () = tokio::time::sleep(POLL) => {}
                        _ = stop.changed() => {}
                    }
                }
            }
        }
    }

    /// Runs every job that is due, one after the other, and tells how many there were. For tests,
    /// the demo and tools; new jobs that they make are run, too.
    pub async fn work_off(&self) -> Result<usize, StoreError> {
        let mut done = 0;
        let (_keep, mut stop) = watch::channel(false);
        while let Some(claimed) = self.store.claim("work-off", self.clock.now(), LEASE_MS).await? {
            self.run(claimed, &mut stop).await;
            done += 1;
        }
        Ok(done)
    }

    async fn run(&self, claimed: Claimed, stop: &mut watch::Receiver<bool>) {
        let started = std::time::Instant::now();
        let kind = claimed.job.kind();
        let span = span_of(&claimed);
        let settled = {
            let app = self.measuring(&claimed);
            let class = Priority::of(claimed.priority);
            let work = async {
                let performed = caught(app.perform(&claimed));
                let (result, points) = app.github.errand(class, performed).await;
                app.meter.points(kind, points);
                // A try like any other: what panics again and again is given up.
                result.unwrap_or_else(|| Err(Fate::Retry(PANICKED.to_owned())))
            };
            let work = work.instrument(span.clone());
            tokio::pin!(work);
            let mut signs = tokio::time::interval(SIGN_OF_LIFE);
            signs.tick().await;
            let mut lease = claimed.clone();
            loop {
                tokio::select! {
                    result = &mut work => break Some(result),
                    _ = signs.tick() => {
                        let until = self.clock.now().plus_ms(LEASE_MS);
                        match self.store.extend_lease(&mut lease, until).await {
                            Ok(true) => {}
                            // Somebody else has the job by now: what we do here is not wanted.
                            Ok(false) => break None,
                            Err(error) => tracing::warn!(%error, "a lease could not be extended"),
                        }
                    }
                    // Stopping: the job goes back unharmed; every effect is safe to repeat.
                    _ = stop.changed() => {
                        if *stop.borrow() {
                            let grace = tokio::time::timeout(Duration::from_secs(20), &mut work);
                            break match grace.await {
                                Ok(result) => Some(result),
                                Err(_) => Some(Err(Fate::Wait {
                                    until: self.clock.now(),
                                    pause: false,
                                    reason: "the service is stopping".to_owned(),
                                })),
                            };
                        }
                    }
                }
            }
        };
        let Some(result) = settled else { return };
        let word = self.settle(&claimed, result).instrument(span).await;
        self.meter.job(kind, word, started.elapsed().as_secs_f64());
    }

    /// The same App with a meter that knows since when this job is owed.
    fn measuring(&self, claimed: &Claimed) -> Self {
        let since = claimed.cause.as_ref().map(|cause| cause.received);
        let meter = JobMeter { meter: self.meter.clone(), clock: self.clock.clone(), since };
        Self { meter: Arc::new(meter), ..self.clone() }
    }

    /// Settles a job and tells how it ended, in the word of the metrics.
    async fn settle(&self, claimed: &Claimed, result: Result<Performed, Fate>) -> &'static str {
        let now = self.clock.now();
        let (word, settled) = match result {
            Ok(Performed::Plan(Plan { jobs, outcome, overtaken })) => {
                tracing::info!("job done: {outcome}");
                let settled = self.store.plan_done(claimed, &jobs, &outcome, now).await;
                // After that: lost in between, they are judged although nobody needs it.
                if let Ok(true) = settled {
                    for key in &overtaken {
                        if let Err(error) = self.store.cancel(key).await {
                            tracing::warn!(%error, key, "an overtaken job stays");
                        }
                    }
                }
                if !jobs.is_empty() {
                    self.call_workers();
                }
                ("done", settled)
            }
            Ok(Performed::Words(outcome)) => {
                tracing::info!("job done: {outcome}");
                ("done", self.store.complete(claimed).await)
            }
            Err(Fate::Moot(reason)) => {
                tracing::info!("job done: moot: {reason}");
                ("done", self.store.complete(claimed).await)
            }
            Err(Fate::Wait { until, pause, reason }) => {
                tracing::warn!("job waits: {reason}");
                ("paused", self.wait(claimed, until, pause, &reason).await)
            }
            // Every call is refused until an owner lifts it; the event that tells so may be lost.
            Err(Fate::Suspended(reason)) => {
                tracing::warn!("job waits: {reason}");
                let until = now.plus_ms(SUSPENSION_MS);
                ("paused", self.wait(claimed, until, true, &reason).await)
            }
            // Neither could its check be concluded: a dead letter would help nobody.
            Err(Fate::Refused(reason)) => {
                tracing::warn!("job waits: {reason}");
                let until = now.plus_ms(REFUSAL_MS);
                ("paused", self.wait(claimed, until, false, &reason).await)
            }
            Err(Fate::Retry(reason)) if !claimed.is_final() => {
                tracing::warn!("job waits: {reason}");
                let then = next_try(now, claimed.attempts, claimed.id.as_str());
                ("retried", self.store.retry(claimed, &reason, then, now).await)
            }
            Err(Fate::Retry(reason) | Fate::Hopeless(reason)) => {
                tracing::error!("job dead: {reason}");
                // A poison may lie in what it is told of, too; the dead letter remains.
                let _ = caught(self.conclude(&claimed.job, &reason)).await;
                ("dead", self.store.bury(claimed, &reason).await)
            }
        };
        if let Err(error) = settled {
            // The lease runs out and somebody tries again: every effect is safe to repeat.
            tracing::error!(%error, job = claimed.id.as_str(), "a job could not be settled");
        }
        word
    }

    async fn wait(
        &self,
        claimed: &Claimed,
        until: crate::domain::time::Timestamp,
        pause: bool,
        reason: &str,
    ) -> Result<bool, StoreError> {
        let now = self.clock.now();
        match claimed.job.installation() {
            Some(installation) if pause => {
                self.store.pause_installation(installation, until).await?;
                self.store.release(claimed, now).await
            }
            _ if until <= now => self.store.release(claimed, now).await,
            _ => self.store.postpone(claimed, reason, until, now).await,
        }
    }

    /// A dead job's check is concluded, so that nobody waits for it. When even that fails, the
    /// dead letter remains.
    async fn conclude(&self, job: &Job, reason: &str) {
        let (check, installation, repo, name, head): (_, InstallationId, _, _, _) = match job {
            Job::CheckPull { installation, repo, name, head, .. }
            | Job::CheckCommit { installation, repo, name, head, .. } => {
                (GOLDEN_PATH_CHECK, *installation, *repo, name, head)
            }
            Job::CheckPolicies { installation, repo, name, head, .. } => {
                (POLICIES_CHECK, *installation, *repo, name, head)
            }
            Job::CheckRisk { installation, repo, name, head, .. } => {
                (RISK_CHECK, *installation, *repo, name, head)
            }
            Job::LearnMerge { .. } | Job::LearnPush { .. } | Job::LearnHistory { .. } => return,
            Job::AnswerComment { installation, repo, name, asked, delivery } => {
                let (installation, repo) = (*installation, *repo);
                let question = Question { installation, repo, name, asked, delivery };
                if let Err(fate) = self.apologise(question, reason).await {
                    tracing::warn!(?fate, %repo, issue = asked.issue, "a command stays unanswered");
                }
                return;
            }
            Job::Gate { repo, .. } => {
                if let Some(asked) = waiting(job)
                    && let Err(fate) = self.gate_undecided(asked, reason).await
                {
                    tracing::warn!(?fate, %repo, "a deployment stays unanswered for now");
                }
                return;
            }
            // Nobody waits for the others: what they owe is repaired by the next schedule.
            _ => return,
        };
        let told = (check, reason);
        if let Err(fate) = self.conclude_unjudged(installation, repo, name, head, told).await {
            tracing::warn!(?fate, %repo, head = head.as_str(), "a check could not be concluded");
        }
    }
}
