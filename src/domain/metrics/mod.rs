//! Does the golden path work? How often, how fast and how safely changes reach production.
//!
//! The four DORA measures (<https://dora.dev/guides/dora-metrics/>, read 2026-11), computed from
//! plain records of one repository; `docs/dora.md` has definitions, formulas and limits in prose.
//!
//! | question | answered by |
//! |---|---|
//! | what is known of a repository's deliveries? | [`record`] |
//! | what did an event just tell? | [`sighting`] |
//! | how does GitHub show it? | [`wire`] |
//! | what counts as production, as an incident? | [`rules`] |
//! | what did each deployment do: ship, spread, roll back? | [`sequence`] |
//! | which deployments failed, and how long did restoring take? | [`failure`] |
//! | how much of it in a period? | [`measure`] |
//! | what is told of a repository, of an organisation? | [`summary`] |
//! | do repositories on the path differ from the others? | [`cohort`] |
//!
//! Everything is pure: the present time is passed in, and the bootstrap's randomness is seeded by
//! the data itself ([`random`]), so the same records give the same figures, byte for byte.

pub mod bootstrap;
pub mod cohort;
pub mod failure;
pub mod measure;
pub mod message;
pub mod random;
pub mod record;
pub mod rules;
pub mod sequence;
pub mod sighting;
pub mod statistics;
pub mod summary;
pub mod wire;

#[cfg(test)]
mod tests;

pub use cohort::{Cohorts, Comparison, Measure, Member};
pub use measure::{Measures, Period, WINDOWS};
pub use record::{Commit, Compared, Deployment, History, Incident, Relation, Run, Source};
pub use rules::MetricsRules;
pub use sighting::Sighting;
