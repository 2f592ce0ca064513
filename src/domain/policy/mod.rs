//! What do the platform's rules say? Rego policies with METADATA, evaluated by regorus.

mod builtins;
pub mod outcome;
