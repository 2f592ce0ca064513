//! One file per user's story.

mod app__stories__pull_request__red.snap;
mod baseline;
mod configuration;
mod credentials;
mod disorder;
mod endpoint;
mod files;
mod fork;
mod hostile;
mod lifecycle;
mod limits;
mod outages;
mod probes;
pub mod pull_request;
mod recorded;
mod shapes;
mod tenants;
mod truncated;
mod twins;
