//! One file per user's story.

mod baseline;
mod configuration;
mod credentials;
mod default_branch;
mod disorder;
mod echo;
mod endpoint;
mod files;
mod fork;
mod hostile_files;
mod hostile_texts;
mod lifecycle;
mod limits;
mod many;
mod merge_queue;
mod nothing;
mod outages;
mod probes;
mod pull_request;
mod race;
mod recorded;
mod rerun;
mod shapes;
mod tenants;
mod truncated;
mod twins;
