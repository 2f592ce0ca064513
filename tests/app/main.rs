//! How does Waymark behave against a whole GitHub? Stories told with a user's verbs; see `github/`.
#![allow(clippy::unwrap_used)]

mod github;
