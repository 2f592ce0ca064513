//! One file per user's story.

mod baseline;
mod configuration;
mod files;
mod fork;
mod lifecycle;
mod pull_request;
mod twins;
mod disorder;
mod endpoint;
mod outages;
mod probes;
mod recorded;
mod truncated;
