//! One file per user's story.

mod baseline;
mod configuration;
mod credentials;
mod disorder;
mod endpoint;
mod evaluators;
mod files;
mod fork;
mod hostile;
mod lifecycle;
mod limits;
mod outages;
mod probes;
mod pull_request;
mod recorded;
mod shapes;
mod tenants;
mod truncated;
mod twins;
