//! One file per user's story.

mod baseline;
mod configuration;
mod disorder;
mod endpoint;
mod files;
mod fork;
mod lifecycle;
mod outages;
mod probes;
mod pull_request;
mod recorded;
mod truncated;
mod twins;
