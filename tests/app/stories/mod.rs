//! One file per user's story.

mod endpoint;
mod probes;
pub mod pull_request;
