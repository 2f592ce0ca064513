//! What is true, and what should be said: pure values and pure functions.
//!
//! Nothing here knows the clock, the disk, the network, the environment or randomness; times
//! are passed in. `docs/development.md` draws the road that data takes.

pub mod adopt;
pub mod baseline;
pub mod budget;
pub mod change;
pub mod circuit;
pub mod command;
pub mod config;
pub mod ddl;
pub mod edit;
pub mod effect;
pub mod evaluate;
pub mod event;
pub mod facts;
pub mod finding;
pub mod fix;
pub mod gate;
pub mod glob;
pub mod helm;
pub mod ids;
pub mod impact;
pub mod job;
pub mod judge;
mod kustomize;
pub mod metrics;
pub mod nearest;
pub mod path;
pub mod percent;
pub mod policy;
pub mod recovery;
pub mod redact;
pub mod report;
pub mod retention;
pub mod risk;
pub mod schedule;
pub mod scorecard;
pub mod selection;
pub mod template;
pub mod time;
pub mod tree;
pub mod upgrade;
pub mod waiver;
mod xml;
pub mod yaml;
