//! What do the platform's rules say? Rego policies with METADATA, evaluated by regorus.
//!
//! The only room that knows regorus. A [`library::Library`] is loaded from files, prepared for a
//! set of policies ([`evaluate`]), and answers with one [`outcome::Outcome`] per policy.

mod builtins;
pub mod evaluate;
pub mod examples;
pub mod input;
pub mod library;
pub mod metadata;
pub mod outcome;
mod overlays;
pub mod page;
mod reading;
pub mod rego_tests;
