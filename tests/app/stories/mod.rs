//! One file per user's story.

mod baseline;
mod configuration;
mod default_branch;
mod files;
mod fork;
mod hostile;
mod lifecycle;
mod many;
mod merge_queue;
mod nothing;
mod pull_request;
mod race;
mod rerun;
mod twins;
mod disorder;
mod endpoint;
mod outages;
mod probes;
pub mod pull_request;
mod recorded;
mod truncated;
