//! How many requests may be under way at once? GitHub's limit for each installation, and ours for
//! all of them, so that one whose answers are slow does not hold up everybody else.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::{OwnedSemaphorePermit, Semaphore, SemaphorePermit};

use crate::domain::ids::InstallationId;

/// GitHub allows 100 concurrent requests, REST and GraphQL together.
const EACH: u32 = 100;
/// Of all installations together: each may hold a connection, and a process has some 1,000 files.
const ALL: usize = 400;

/// One gate for each installation (and one for the App's own calls), and one behind all of them.
pub(super) struct Gates {
    all: Semaphore,
    each: Mutex<HashMap<Option<InstallationId>, Arc<Semaphore>>>,
}

/// Holds the places of one request until it is dropped.
pub(super) struct Passage<'a> {
    _own: OwnedSemaphorePermit,
    _common: SemaphorePermit<'a>,
}

impl Gates {
    pub(super) fn new() -> Self {
        Self { all: Semaphore::new(ALL), each: Mutex::default() }
    }

    /// Returns once there is room for one more. Of several processes each has its share: a request
    /// takes as many of the 100 places as there are processes, at most all of them.
    pub(super) async fn enter(&self, id: Option<InstallationId>, processes: u32) -> Passage<'_> {
        let own = {
            let mut each = self.each.lock().unwrap_or_else(PoisonError::into_inner);
            each.entry(id).or_insert_with(|| Arc::new(Semaphore::new(EACH as usize))).clone()
        };
        // Its own first: whoever waits for it takes no place of the others.
        let places = processes.clamp(1, EACH);
        let own = own.acquire_many_owned(places).await.expect("no gate is ever closed");
        let common = self.all.acquire().await.expect("no gate is ever closed");
        Passage { _own: own, _common: common }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many requests of an installation come through while nothing is given back.
    fn through(gates: &Gates, id: i64, processes: u32) -> usize {
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        let mut held = Vec::new();
        for _ in 0..150 {
            let mut entering = Box::pin(gates.enter(Some(InstallationId(id)), processes));
            let std::task::Poll::Ready(passage) = entering.as_mut().poll(&mut context) else {
                break;
            };
            held.push(passage);
        }
        held.len()
    }

    #[test]
    fn processes_share_the_places_of_an_installation() {
        let gates = Gates::new();
        let found = [1, 2, 3, 7, 60, 100, 5_000].map(|processes| through(&gates, 5, processes));
        assert_eq!(found, [100, 50, 33, 14, 1, 1, 1]);
    }
}
