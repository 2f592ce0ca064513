//! How do we talk to exactly one outside thing? One room per thing; edges never import each other.

pub mod github;
