//! One file per user's story.

mod disorder;
mod endpoint;
mod outages;
mod probes;
pub mod pull_request;
mod recorded;
mod truncated;
