//! One file per user's story.

mod credentials;
mod disorder;
mod endpoint;
mod hostile;
mod limits;
mod outages;
mod probes;
pub mod pull_request;
mod recorded;
mod shapes;
mod tenants;
mod truncated;
