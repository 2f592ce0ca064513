//! Who may keep us waiting, and for how long? Connections have a bound in number, and each has one
//! in time; when all places are taken, whoever has kept us waiting longest makes room.
//!
//! So a stranger who opens connections and says nothing meets his own ones at the end of the
//! line: an honest client says its request within a round trip or two, and is answered.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, watch};
use tokio::time::timeout;

/// How soon a full house is looked at again: those who were being answered may be waiting now.
const AGAIN: Duration = Duration::from_millis(50);

/// What visitors may take up.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// Connections at once.
    pub places: usize,
    /// From connecting until the head of the first request is here.
    pub first_head: Duration,
    /// From an answer until the head of the next request is here.
    pub next_head: Duration,
}

/// Everybody who is connected. Cheap to clone.
#[derive(Clone)]
pub(super) struct Visitors(Arc<House>);

struct House {
    bounds: Bounds,
    places: Arc<Semaphore>,
    turns: AtomicU64,
    sent_away: AtomicU64,
    /// Those who keep us waiting, by since when. Whoever is being answered is not here.
    waiting: Mutex<BTreeMap<u64, Arc<Notify>>>,
}

/// What a connection is at.
#[derive(Clone, Copy)]
enum Stage {
    /// The head of its first request, or of a further one, is not whole yet; of the latter, an
    /// answer may still be on its way.
    Head { first: bool },
    /// The head is here; the rest is bounded by the limit of a request.
    Request,
}

/// One who is connected; its place is given back when this is dropped.
pub(super) struct Visitor {
    house: Visitors,
    stage: watch::Sender<Stage>,
    since: Mutex<Option<u64>>,
    sent_away: Arc<Notify>,
    _place: OwnedSemaphorePermit,
}

impl Visitors {
    /// Nobody is there yet.
    pub(super) fn within(bounds: Bounds) -> Self {
        let places = Arc::new(Semaphore::new(bounds.places));
        let (turns, sent_away, waiting) = (AtomicU64::new(0), AtomicU64::new(0), Mutex::default());
        Self(Arc::new(House { bounds, places, turns, sent_away, waiting }))
    }

    /// Takes one in, as soon as there is a place. When there is none, whoever has kept us waiting
    /// longest makes room; those who are being answered do not.
    pub(super) async fn enter(&self) -> Visitor {
        loop {
            let place = self.0.places.clone();
            if let Ok(place) = place.try_acquire_owned() {
                return Visitor::new(self.clone(), place);
            }
            self.send_one_away();
            let place = self.0.places.clone();
            if let Ok(Ok(place)) = timeout(AGAIN, place.acquire_owned()).await {
                return Visitor::new(self.clone(), place);
            }
        }
    }

    /// Ends the connection that has kept us waiting longest, if there is one.
    pub(super) fn send_one_away(&self) {
        if let Some((_, longest)) = self.waiting().pop_first() {
            let sent_away = self.0.sent_away.fetch_add(1, Ordering::Relaxed) + 1;
            // Said seldom: whoever floods us shall not flood the log.
            if sent_away.is_power_of_two() {
                let places = self.0.bounds.places;
                tracing::warn!(places, sent_away, "all places are taken; the slowest make room");
            }
            longest.notify_one();
        }
    }

    fn waiting(&self) -> MutexGuard<'_, BTreeMap<u64, Arc<Notify>>> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Visitor {
    fn new(house: Visitors, place: OwnedSemaphorePermit) -> Self {
        let visitor = Self {
            house,
            stage: watch::Sender::new(Stage::Head { first: true }),
            since: Mutex::default(),
            sent_away: Arc::default(),
            _place: place,
        };
        visitor.waits();
        visitor
    }

    /// A request's head is here. Its body is still waited for.
    pub(super) fn head(&self) {
        self.stage.send_replace(Stage::Request);
    }

    /// The request is whole; now we keep the visitor waiting.
    pub(super) fn whole(&self) {
        let since = self.since().take();
        if let Some(since) = since {
            self.house.waiting().remove(&since);
        }
    }

    /// The answer is made; the next request is waited for.
    pub(super) fn answered(&self) {
        self.whole();
        self.waits();
        self.stage.send_replace(Stage::Head { first: false });
    }

    /// Ends when it has kept us waiting too long, or when another needs the place.
    pub(super) async fn overstays(&self) {
        tokio::select! {
            () = self.sent_away.notified() => {}
            () = self.overdue() => {}
        }
    }

    async fn overdue(&self) {
        let mut stage = self.stage.subscribe();
        let Bounds { first_head, next_head, .. } = self.house.0.bounds;
        loop {
            let at = *stage.borrow_and_update();
            let patience = match at {
                Stage::Head { first: true } => first_head,
                Stage::Head { first: false } => next_head,
                Stage::Request => {
                    let _ = stage.changed().await;
                    continue;
                }
            };
            if timeout(patience, stage.changed()).await.is_err() {
                return;
            }
        }
    }

    fn waits(&self) {
        let turn = self.house.0.turns.fetch_add(1, Ordering::Relaxed);
        self.since().replace(turn);
        self.house.waiting().insert(turn, self.sent_away.clone());
    }

    fn since(&self) -> MutexGuard<'_, Option<u64>> {
        self.since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Visitor {
    fn drop(&mut self) {
        self.whole();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn house(places: usize, first_head: Duration, next_head: Duration) -> Visitors {
        Visitors::within(Bounds { places, first_head, next_head })
    }

    async fn leaves(visitor: &Visitor) -> bool {
        timeout(Duration::from_millis(1), visitor.sent_away.notified()).await.is_ok()
    }

    #[tokio::test]
    async fn who_kept_us_waiting_longest_makes_room_and_who_is_answered_stays() {
        let house = house(3, Duration::MAX, Duration::MAX);
        let (served, silent, slow) =
            (house.enter().await, house.enter().await, house.enter().await);
        served.head();
        served.whole();
        slow.head();
        let coming = tokio::spawn(async move { (house.enter().await, house) });
        assert!(leaves(&silent).await, "the first of those who say nothing");
        drop(silent);
        let (fourth, house) = coming.await.expect("it gets the place");
        assert!(!leaves(&served).await && !leaves(&slow).await);
        // Answered, and silent since: now others have waited longer.
        served.answered();
        for next in [&slow, &fourth, &served] {
            house.send_one_away();
            assert!(leaves(next).await);
        }
        drop((served, slow, fourth));
        assert_eq!(house.0.places.available_permits(), 3, "every place is given back");
        assert!(house.waiting().is_empty());
    }

    #[tokio::test]
    async fn heads_are_waited_for_as_long_as_said_and_requests_have_a_limit_of_their_own() {
        let (short, long) = (Duration::ZERO, Duration::from_secs(3_600));
        let overstays = async |visitor: &Visitor| {
            timeout(Duration::from_millis(5), visitor.overstays()).await.is_ok()
        };
        let at_first = house(1, short, long).enter().await;
        assert!(overstays(&at_first).await);
        at_first.head();
        assert!(!overstays(&at_first).await);
        at_first.answered();
        assert!(!overstays(&at_first).await);

        let afterwards = house(1, long, short).enter().await;
        assert!(!overstays(&afterwards).await);
        afterwards.head();
        assert!(!overstays(&afterwards).await);
        afterwards.answered();
        assert!(overstays(&afterwards).await);
    }
}
