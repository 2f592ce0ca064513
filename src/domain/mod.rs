//! What is true, and what should be said: pure values and pure functions.
//!
//! Nothing here knows the clock, the disk, the network, the environment or randomness; times
//! are passed in. See `DESIGN` in `docs/development.md` for the road that data takes.

pub mod facts;
pub mod finding;
pub mod ids;
pub mod job;
pub mod judge;
pub mod policy;
pub mod time;
pub mod tree;
pub mod yaml;
