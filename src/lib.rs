//! Waymark keeps repositories on the platform team's golden path.
//!
//! The house has four floors and one direction of imports (`tests/house.rs` holds the law):
//!
//! | floor | question it answers | may import |
//! |---|---|---|
//! | [`domain`] | what is true of this repository, and what should be said about it? (pure) | `domain` |
//! | [`edge`] | how do we talk to exactly one outside thing? | `domain` |
//! | [`flow`] | in which order are facts gathered, decided upon, and acted out? | `domain`, `edge` |
//! | [`web`], [`cli`] | who asked, and how do they want to hear it? | everything below |
//!
//! # Glossary
//! One name per thing, in Rust, SQL, Rego, JSON and prose:
//! *source tree* ([`domain::tree`]), *snapshot* ([`domain::facts`]), *policy* and *outcome*
//! ([`domain::policy`]), *finding* ([`domain::finding`]), *judgement* ([`domain::judge`]),
//! *delivery* and *job* ([`domain::job`]).

pub mod cli;
pub mod config;
pub mod domain;
pub mod edge;
pub mod flow;
pub mod web;
