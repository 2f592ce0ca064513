//! Who may ask GitHub now? Each installation's budget and the state of the road, before a call is
//! made; and what each errand has cost, after.

use std::collections::HashMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::domain::budget::{Hour, Ledger, Limits, Weight};
use crate::domain::circuit::Circuit;
use crate::domain::ids::InstallationId;
use crate::domain::job::Priority;
use crate::domain::time::Timestamp;

use super::call::{Answer, Call};
use super::client::GitHub;
use super::error::{GitHubError, one_line};
use super::gate::Gates;

/// A wait this short is waited out on the spot; a longer one is the queue's matter.
const NAP_MS: i64 = 5_000;

/// Lets some milliseconds pass. In tests the clock moves instead.
pub type Sleep = Arc<dyn Fn(i64) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

#[derive(Debug, Clone)]
struct Errand {
    class: Priority,
    points: Arc<AtomicU32>,
}

tokio::task_local! {
    static ERRAND: Errand;
}

/// Ledgers and circuits of one GitHub.
pub(super) struct Budget {
    limits: Option<Limits>,
    /// How many processes spend the same limits, this one included.
    processes: AtomicU32,
    gates: Gates,
    sleep: Sleep,
    ledgers: Mutex<HashMap<InstallationId, Ledger>>,
    /// Opens when GitHub fails.
    circuit: Mutex<Circuit>,
    /// Opens when GitHub does not believe the App's own key: who keeps on asking then is locked out
    /// for longer (GitHub refuses "all authentication attempts" for a while, docs.github.com,
    /// "Troubleshooting the REST API"). Tokens that were minted before still serve.
    key: Mutex<Circuit>,
}

impl Budget {
    pub(super) fn new(limits: Option<Limits>, sleep: Sleep) -> Self {
        Self {
            limits,
            processes: AtomicU32::new(1),
            gates: Gates::new(),
            sleep,
            ledgers: Mutex::default(),
            circuit: Mutex::default(),
            key: Mutex::default(),
        }
    }

    /// How many processes share; without limits nobody need.
    fn processes(&self) -> u32 {
        if self.limits.is_some() { self.processes.load(Ordering::Relaxed) } else { 1 }
    }

    fn ledgers(&self) -> MutexGuard<'_, HashMap<InstallationId, Ledger>> {
        self.ledgers.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn circuit(&self) -> MutexGuard<'_, Circuit> {
        self.circuit.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn key(&self) -> MutexGuard<'_, Circuit> {
        self.key.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns once the installation may make the call, which is booked; or says from when.
    async fn admit(
        &self,
        id: InstallationId,
        call: &Call,
        now: impl Fn() -> Timestamp,
    ) -> Result<(), GitHubError> {
        let Some(limits) = &self.limits else { return Ok(()) };
        let weight = call.weight();
        let class = ERRAND.try_with(|errand| errand.class).unwrap_or(Priority::Interactive);
        loop {
            let at = now();
            let limits = &limits.shared_by(self.processes());
            let booked = self.ledgers().entry(id).or_default().book(limits, weight, class, at);
            let Err(not_before) = booked else { return Ok(()) };
            let wait = not_before.0 - at.0;
            if wait > NAP_MS {
                let what = format!(
                    "{}: the budget of installation {id} for this is used up until {}",
                    call.name(),
                    not_before.to_rfc3339()
                );
                return Err(GitHubError::RateLimited {
                    not_before,
                    // A reserve or the creation of content is one job's matter; points are
                    // everybody's.
                    installation_wide: class == Priority::Interactive && weight != Weight::Content,
                    message: one_line(&what),
                });
            }
            (self.sleep)(wait).await;
        }
    }

    fn note(&self, id: InstallationId, answer: &Answer) {
        let number = |name: &str| answer.header(name).and_then(|text| text.trim().parse().ok());
        let query = match answer.header("x-ratelimit-resource").map(str::trim) {
            None | Some("core") => false,
            Some("graphql") => true,
            Some(_) => return,
        };
        let reset: Option<u32> = number("x-ratelimit-reset");
        if let (Some(limit), Some(remaining), Some(reset)) =
            (number("x-ratelimit-limit"), number("x-ratelimit-remaining"), reset)
        {
            let reset = Timestamp::from_secs(reset.into());
            let hour = Hour { limit, remaining, reset };
            self.ledgers().entry(id).or_default().note(query, hour);
        }
    }
}

impl GitHub {
    /// Runs work whose calls are made in a class of urgency; tells how many points they cost.
    pub async fn errand<F: Future>(&self, class: Priority, work: F) -> (F::Output, u32) {
        let points = Arc::new(AtomicU32::new(0));
        let errand = Errand { class, points: points.clone() };
        let output = ERRAND.scope(errand, work).await;
        (output, points.load(Ordering::Relaxed))
    }

    /// Whether GitHub has failed so often that nobody asks it just now.
    pub fn is_away(&self) -> bool {
        self.inner.budget.circuit().is_open()
    }

    /// So many processes spend GitHub's limits together: from now on this one plans with its share.
    /// Tells how many it planned with so far.
    pub fn share_among(&self, processes: u32) -> u32 {
        self.inner.budget.processes.swap(processes.max(1), Ordering::Relaxed)
    }

    /// Makes one request when the road is open and, for an installation, its budget allows it.
    pub(super) async fn exchange(
        &self,
        id: Option<InstallationId>,
        call: &Call,
        token: &secrecy::SecretString,
    ) -> Result<Answer, GitHubError> {
        let budget = &self.inner.budget;
        if let Some(id) = id {
            budget.admit(id, call, || self.now()).await?;
        }
        let _passage = budget.gates.enter(id, budget.processes()).await;
        if id.is_none() {
            let asked = budget.key().ask(self.now());
            asked.map_err(|not_before| away(call, "refused our key", not_before))?;
        }
        let asked = budget.circuit().ask(self.now());
        asked.map_err(|not_before| away(call, "failed", not_before))?;
        let _ = ERRAND.try_with(|errand| {
            errand.points.fetch_add(call.weight().points(), Ordering::Relaxed);
        });
        let answer = self.inner.transport.exchange(call, token, id).await;
        let well = match &answer {
            Ok(answer) => !answer.status.is_server_error(),
            Err(error) => !matches!(error, GitHubError::Unavailable { .. }),
        };
        let opened = budget.circuit().heard(well, self.now());
        if let Some(not_before) = opened {
            // Whoever probes in vain shall not pay for it with a try.
            tracing::warn!(call = call.name(), "GitHub fails again and again; waiting for it");
            return Err(away(call, "failed", not_before));
        }
        if let (None, Ok(answer)) = (id, &answer) {
            let opened = budget.key().heard(answer.status != 401, self.now());
            if let Some(not_before) = opened {
                tracing::warn!(call = call.name(), "GitHub refuses our key again and again");
                return Err(away(call, "refused our key", not_before));
            }
        }
        if let (Some(id), Ok(answer)) = (id, &answer) {
            budget.note(id, answer);
        }
        answer
    }
}

fn away(call: &Call, what: &str, not_before: Timestamp) -> GitHubError {
    let message = format!(
        "{}: GitHub has {what} many times in a row; it is not asked again before {}",
        call.name(),
        not_before.to_rfc3339()
    );
    let message = one_line(&message);
    GitHubError::RateLimited { not_before, installation_wide: false, message }
}
