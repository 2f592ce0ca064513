//! What holds for every input, not only for those that somebody thought of?
#![allow(clippy::unwrap_used)]

#[path = "properties/arbitrary.rs"]
mod arbitrary;
#[path = "properties/configuration.rs"]
mod configuration;
#[path = "properties/events.rs"]
mod events;
#[path = "../benches/generated.rs"]
#[allow(unreachable_pub)]
mod generated;
#[path = "properties/judging.rs"]
mod judging;
#[path = "properties/levels.rs"]
mod levels;
#[path = "properties/machine.rs"]
mod machine;
#[path = "properties/precedence.rs"]
mod precedence;
