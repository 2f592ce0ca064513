//! Another replica has stored something: its call wakes the workers here.

use std::time::Duration;

use tokio::sync::watch;

use super::App;

/// When hearing fails, workers look at the queue by themselves; it is tried again after this.
const PATIENCE: Duration = Duration::from_secs(5);

impl App {
    /// There may be work, for the workers here and for those of other replicas.
    pub(super) fn call_workers(&self) {
        self.wake.notify_one();
        self.store.ring();
    }

    /// Passes other replicas' calls on until `stop` turns true. Returns at once on SQLite.
    pub async fn keep_listening(&self, mut stop: watch::Receiver<bool>) {
        while !*stop.borrow() {
            match self.store.listen().await {
                Ok(None) => return,
                Ok(Some(mut bell)) => loop {
                    tokio::select! {
                        rung = bell.rung() => match rung {
                            Ok(()) => self.wake.notify_one(),
                            Err(error) => {
                                tracing::warn!(%error, "calls of other replicas are not heard");
                                break;
                            }
                        },
                        _ = stop.changed() => return,
                    }
                },
                Err(error) => tracing::warn!(%error, "calls of other replicas are not heard"),
            }
            tokio::select! {
                () = tokio::time::sleep(PATIENCE) => {}
                _ = stop.changed() => {}
            }
        }
    }
}
