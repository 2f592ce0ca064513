//! Does the store keep what it promises, on both databases?

#![allow(clippy::unwrap_used)]

#[path = "support/database.rs"]
mod database;

#[path = "store/caches.rs"]
mod caches;
#[path = "store/deliveries.rs"]
mod deliveries;
#[path = "store/dora.rs"]
mod dora;
#[path = "store/fair.rs"]
mod fair;
#[path = "store/gates.rs"]
mod gates;
#[path = "store/given.rs"]
mod given;
#[path = "store/intake.rs"]
mod intake;
#[path = "store/known.rs"]
mod known;
#[path = "store/model.rs"]
mod model;
#[path = "store/open.rs"]
mod open;
#[path = "store/past.rs"]
mod past;
#[path = "store/queue.rs"]
mod queue;
#[path = "store/race.rs"]
mod race;
#[path = "store/raw.rs"]
mod raw;
#[path = "store/relations.rs"]
mod relations;
#[path = "store/replicas.rs"]
mod replicas;
#[path = "store/reports.rs"]
mod reports;
#[path = "store/retention.rs"]
mod retention;
#[path = "store/schedules.rs"]
mod schedules;
#[path = "store/set_back.rs"]
mod set_back;
#[path = "store/settle.rs"]
mod settle;
#[path = "store/steer.rs"]
mod steer;
#[path = "store/tenants.rs"]
mod tenants;
#[path = "store/transfer.rs"]
mod transfer;

/// Claims and completes everything at noon; how many there were.
async fn drained(store: &waymark::edge::store::Store) -> usize {
    let mut count = 0;
    while let Some(claimed) = given::claim_at(store, given::NOON).await {
        assert!(store.complete(&claimed).await.unwrap());
        count += 1;
    }
    count
}
