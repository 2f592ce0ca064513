//! How does Waymark behave against a whole GitHub? Stories told with a user's verbs; see `github/`.
#![allow(unreachable_pub, clippy::unwrap_used)]

mod chaos;
#[path = "../support/database.rs"]
mod database;
#[path = "../support/examples.rs"]
mod examples;
mod github;
mod http;
mod prometheus;
mod serving;
mod stage;
mod stories;
