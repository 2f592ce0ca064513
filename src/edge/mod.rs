//! How do we talk to the outside? One module per outside thing; edges never import each other.

pub mod clock;
pub mod store;
