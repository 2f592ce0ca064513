//! May this commit be deployed there, now? Facts about a deployment, and the decision over them.
//!
//! [`request::GateRequest`] is everything that is asked about, complete and serializable: it is the
//! Rego input of the pack `policies/deployment/`, which answers with reasons. [`decide`] weighs them
//! with what people have overridden, and `report::gate` puts the decision into words. Times are
//! passed in: the same request gives the same decision.

pub mod ahead;
pub mod brought;
pub mod decide;
pub mod freeze;
pub mod request;
pub mod scope;
pub mod slo;

pub use decide::{Decision, Patience, Verdict, decide};
pub use request::{Acknowledged, GateRequest};
