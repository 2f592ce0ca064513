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
#[path = "store/gates.rs"]
mod gates;
#[path = "store/given.rs"]
mod given;
#[path = "store/known.rs"]
mod known;
#[path = "store/open.rs"]
mod open;
#[path = "store/queue.rs"]
mod queue;
#[path = "store/race.rs"]
mod race;
#[path = "store/reports.rs"]
mod reports;
#[path = "store/schedules.rs"]
mod schedules;
#[path = "store/settle.rs"]
mod settle;
#[path = "store/steer.rs"]
mod steer;
#[path = "store/tenants.rs"]
mod tenants;
