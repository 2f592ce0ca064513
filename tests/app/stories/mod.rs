//! One file per user's story.

mod baseline;
mod configuration;
mod default_branch;
mod disorder;
mod echo;
mod endpoint;
mod files;
mod fork;
mod hostile;
mod lifecycle;
mod many;
mod merge_queue;
mod nothing;
mod outages;
mod probes;
mod pull_request;
mod race;
mod recorded;
mod rerun;
mod truncated;
mod twins;
