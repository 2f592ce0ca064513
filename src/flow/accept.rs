//! How does a delivery become ours? Stored together with its plan job, then acknowledged.

use crate::domain::event;
use crate::domain::job::Delivery;
use crate::edge::store::{Accepted, StoreError};

use super::App;
use super::aside::aside;

impl App {
    /// Stores a delivery whose signature was found good. When this returns, it is durable; a GUID
    /// that is known changes nothing.
    pub async fn accept(
        &self,
        guid: String,
        event: String,
        body: Vec<u8>,
    ) -> Result<Accepted, StoreError> {
        let (body, repo) = aside(body.len(), move || {
            let repo = event::about(&body).1;
            (body, repo)
        })
        .await;
        let name = event.clone();
        let delivery = Delivery { guid: guid.clone(), event, received: self.clock.now(), body };
        let accepted = self.store.accept(delivery, repo).await?;
        let result = match accepted {
            Accepted::New => "new",
            Accepted::Repeat => "repeat",
        };
        self.meter.delivery(&name, result);
        tracing::debug!(delivery = guid, event = name, result, "delivery stored");
        if accepted == Accepted::New {
            self.wake.notify_one();
            self.store.ring();
        }
        Ok(accepted)
    }
}
