//! Who looks at the calendar? One task per process; the store decides which replica fires.

use std::time::Duration;

use tokio::sync::watch;

use crate::domain::schedule::SCHEDULES;
use crate::edge::store::StoreError;

use super::App;

/// How often the calendar is looked at. Intervals are minutes and hours.
const LOOK: Duration = Duration::from_secs(20);

impl App {
    /// Fires what is due until `stop` turns true.
    pub async fn keep_schedules(&self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            if let Err(error) = self.fire_schedules().await {
                tracing::warn!(%error, "schedules could not be looked at");
            }
            tokio::select! {
                () = tokio::time::sleep(LOOK) => {}
                _ = stop.changed() => {}
            }
        }
    }

    /// Queues the jobs of every schedule that is due; tells how many schedules that were.
    pub async fn fire_schedules(&self) -> Result<usize, StoreError> {
        let now = self.clock.now();
        let mut fired = 0;
        let mut awake = None;
        for schedule in SCHEDULES {
            if self.store.schedule_due(schedule.name).await?.is_some_and(|due| due > now) {
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
