//! How do changes reach users? Deployments, incidents and runs as GitHub told of them.
//!
//! Rows are merged by GitHub's ids: a repeat changes nothing, and what arrives late or out of order
//! finds its place. What counts as production is decided when they are read, so a changed rule
//! counts for the past, too.

mod notes;
mod past;

pub use notes::{DeploymentRow, IncidentRow};
pub use past::{DoraRepo, Past, PastRead};
