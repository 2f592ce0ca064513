//! How do we talk to exactly one outside thing? One room per thing; edges never import each other.

pub mod disk;
pub mod evaluator;
pub mod github;
