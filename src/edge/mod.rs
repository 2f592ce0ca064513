//! How do we talk to exactly one outside thing? One room per thing; edges never import each other.

pub mod clock;
pub mod disk;
pub mod evaluator;
pub mod git;
pub mod github;
pub mod prometheus;
pub mod store;
