//! What do the platform's rules say? Rego policies with METADATA, evaluated by regorus.
//!
//! The only room that knows regorus. A [`library::Library`] is loaded from files, prepared for a
//! set of policies ([`evaluate`]), and answers with one [`outcome::Outcome`] per policy.

mod builtins;
mod complaint;
pub mod coverage;
pub mod evaluate;
pub mod examples;
pub mod gate;
pub mod gate_examples;
pub mod gate_page;
pub mod input;
pub mod library;
mod lint;
mod machine;
pub mod metadata;
mod misread;
pub mod outcome;
mod overlays;
pub mod own;
pub mod page;
mod reading;
mod recursion;
mod references;
pub mod rego_tests;
pub mod remarks;
pub mod skeleton;
mod syntax;
pub mod trace;
