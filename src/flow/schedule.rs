//! Who looks at the calendar? One task per process; the store decides which replica fires.

use std::time::Duration;

use tokio::sync::watch;

use crate::domain::schedule::SCHEDULES;
use crate::domain::time::Timestamp;
use crate::edge::store::StoreError;

use super::App;
use super::worker::LEASE_MS;

/// How often the calendar is looked at. Intervals are minutes and hours.
const LOOK: Duration = Duration::from_secs(20);

impl App {
    /// Goes round until `stop` turns true; `replica` names this process.
    pub async fn keep_schedules(&self, replica: &str, mut stop: watch::Receiver<bool>) {
        let mut before = None;
        while !*stop.borrow() {
            before = Some(self.go_round(replica, before).await);
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Looks once: fires what is due, counts who shares GitHub's limits and, at the start or when the
    /// clock went back since the round `before`, puts right what was stored by that. Tells the time.
    pub async fn go_round(&self, replica: &str, before: Option<Timestamp>) -> Timestamp {
        let now = self.clock.now();
        if before.is_none_or(|before| now < before) {
            match self.store.set_back(now, LEASE_MS).await {
                Ok(0) => {}
                Ok(rows) => {
                    tracing::warn!(rows, "the clock went back; what waited for it is moved")
                }
                Err(error) => tracing::warn!(%error, "what a clock left could not be looked at"),
            }
        }
        if let Err(error) = self.count_replicas(replica).await {
            tracing::warn!(%error, "the replicas could not be counted");
        }
        if let Err(error) = self.fire_schedules().await {
            tracing::warn!(%error, "schedules could not be looked at");
        }
        now
    }

    /// Queues the jobs of every schedule that is due; tells how many schedules that were.
    pub async fn fire_schedules(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let mut fired = 0;
        let mut awake = None;
        for schedule in SCHEDULES {
            if !schedule.is_due(self.store.schedule_due(schedule.name).await?, now) {
                continue;
            }
            if awake.is_none() {
                let installations = self.store.installations().await?;
                awake = Some(
                    installations
                        .into_iter()
                        .filter(|i| !i.suspended)
                        .map(|i| i.id)
                        .collect::<Vec<_>>(),
                );
            }
            let jobs = schedule.work.jobs(awake.iter().flatten().copied());
            let next = now.plus_ms(schedule.every_ms);
            if self.store.fire_schedule(schedule.name, &jobs, now, next).await? {
                fired += 1;
            }
        }
        if fired > 0 {
            self.call_workers();
        }
        Ok(fired)
    }
}
