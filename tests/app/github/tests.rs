//! Is the fake itself right? Known hashes, known refusals, and every shape against the description.

mod client;
mod faults;
mod limits;
mod objects;
mod reading;
mod writing;

use client::Client;

use super::{FakeClock, FakeGitHub};

const NOW: i64 = 1_795_000_000;

/// A fake with `acme/payments` (one commit) and a client that is not signed in yet.
async fn fixture() -> (FakeGitHub, Client) {
    let github = FakeGitHub::start(FakeClock::at(NOW)).await;
    github.create_repo(
        "acme/payments",
        &[("README.md", "hello\n"), ("src/main.rs", "fn main() {}\n")],
    );
    let client = Client::new(&github);
    (github, client)
}
