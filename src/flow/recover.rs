//! Nothing that GitHub tried to tell us is lost: its own list of deliveries is compared with the
//! inbox, and what is missing is taken in as if it had just arrived.

use crate::domain::event;
use crate::domain::job::Job;
use crate::domain::recovery::{Attempt, KEPT_MS, floor, missed};
use crate::domain::time::Timestamp;
use crate::edge::github::GitHubError;
use crate::edge::store::Recovery;

use super::App;
use super::fate::Fate;

/// Pages of 100 that one job reads; it goes on in the next.
const PAGES: usize = 20;
/// Payloads that one job fetches, at one call each.
const PAYLOADS: usize = 300;

impl App {
    /// Compares as far as one job may, from the newest backwards to where the last comparison
    /// began. When there is more, another job follows. Safe to repeat: what was taken in is known.
    pub(super) async fn recover(&self) -> Result<String, Fate> {
        let mut state = self.store.recovery().await?;
        let top = match state.top {
            Some(top) => top,
            None => {
                state = Recovery { top: Some(self.clock.now()), cursor: None, ..state };
                self.clock.now()
            }
        };
        let floor = floor(state.through, top);
        let (mut seen, mut fed) = (0, 0);
        for _ in 0..PAGES {
            let page = match self.github.deliveries(state.cursor.as_deref()).await {
                // The cursor is not honoured any more: from the top again.
                Err(GitHubError::Rejected { message, .. }) if state.cursor.is_some() => {
                    self.store.put_recovery(&Recovery { cursor: None, ..state }).await?;
                    return Err(Fate::Retry(message));
                }
                other => other?,
            };
            seen += page.attempts.len();
            let reached = page.attempts.iter().any(|attempt| attempt.at < floor);
            let fresh: Vec<Attempt> =
                page.attempts.into_iter().filter(|attempt| attempt.at >= floor).collect();
            fed += self.take_in(&fresh).await?;
            state.cursor = page.next;
            if reached || state.cursor.is_none() {
                return self.compared(state, top, (seen, fed)).await;
            }
            self.store.put_recovery(&state).await?;
            if fed >= PAYLOADS {
                break;
            }
        }
        // Queued while this one runs, so it follows at once.
        self.store.enqueue(&[Job::Recover], self.clock.now()).await?;
        Ok(format!("{seen} deliveries compared, {fed} recovered, more to compare"))
    }

    /// Fetches what is missing and hands it to the intake; tells how much that was.
    async fn take_in(&self, attempts: &[Attempt]) -> Result<usize, Fate> {
        let guids: Vec<&str> =
            attempts.iter().filter(|a| a.matters()).map(|a| a.guid.as_str()).collect();
        let known = self.store.known_deliveries(&guids).await?;
        let mut fed = 0;
        for attempt in missed(attempts, &known) {
            fed += usize::from(self.take_in_one(attempt).await?);
        }
        Ok(fed)
    }

    /// False: GitHub has forgotten it meanwhile.
    pub(super) async fn take_in_one(&self, attempt: &Attempt) -> Result<bool, Fate> {
        let body = match self.github.delivered_payload(attempt.id).await {
            Err(GitHubError::NotFound { .. }) => return Ok(false),
            // Larger than anything GitHub sends, or of another shape: it will not change, and
            // must not stand in the way of the others.
            Err(GitHubError::Rejected { message, .. }) => {
                tracing::error!(delivery = %attempt.guid, %message, "a delivery cannot be recovered");
                return Ok(false);
            }
            other => other?,
        };
        tracing::warn!(
            delivery = %attempt.guid, event = %attempt.event, status = attempt.status,
            "recovered a delivery that never reached the inbox"
        );
        self.meter.delivery(&attempt.event, "recovered");
        self.accept(attempt.guid.clone(), attempt.event.clone(), body).await?;
        Ok(true)
    }

    async fn compared(
        &self,
        state: Recovery,
        top: Timestamp,
        (seen, fed): (usize, usize),
    ) -> Result<String, Fate> {
        let words = format!("{seen} deliveries compared, {fed} recovered");
        let gap = state.through.map(|through| top.0 - through.0);
        let done = Recovery { through: Some(top), top: None, cursor: None };
        let words = match gap {
            // A database that knows nothing: who has installed us is not in any delivery.
            None => {
                let found = self.installed().await?;
                self.store.enqueue(&found, self.clock.now()).await?;
                format!("{words}; first comparison: {} installations are looked at", found.len())
            }
            // What happened before that is in no list any more.
            Some(gap) if gap >= KEPT_MS => {
                let installations = self.store.installations().await?;
                let jobs: Vec<Job> = installations
                    .iter()
                    .filter(|i| !i.suspended)
                    .map(|i| Job::RejudgeInstallation { installation: i.id })
                    .collect();
                self.store.enqueue(&jobs, self.clock.now()).await?;
                let hours = gap / 3_600_000;
                tracing::warn!(hours, "away for longer than GitHub keeps deliveries");
                format!("{words}; away for {hours} h: every open pull request is judged again")
            }
            Some(_) => words,
        };
        // Last: a crash before it compares again, which changes nothing.
        self.store.put_recovery(&done).await?;
        Ok(words)
    }

    /// Jobs for installations that we have not heard of.
    async fn installed(&self) -> Result<Vec<Job>, Fate> {
        let known = self.store.installations().await?;
        let mut jobs = Vec::new();
        for found in self.github.installations().await? {
            if !found.suspended && !known.iter().any(|k| k.id == found.id) {
                jobs.push(Job::RejudgeInstallation { installation: found.id });
            }
        }
        Ok(jobs)
    }
}

/// What a stored delivery would ask for, in words; for `replay --dry-run`.
pub fn asks(event: &str, body: &[u8]) -> String {
    match event::read(event, body) {
        Ok(intents) if intents.is_empty() => "nothing".to_owned(),
        Ok(intents) => intents.iter().map(event::Intent::words).collect::<Vec<_>>().join(", "),
        Err(error) => error.to_string(),
    }
}
