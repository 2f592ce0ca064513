//! The GitHub edge against a small scripted server: what goes over the wire, and what is made of
//! what comes back. (`tests/app` holds the strict, stateful fake GitHub.)
#![allow(clippy::unwrap_used, unreachable_pub)]

mod checks;
mod crowd;
mod reading;
mod roads;
mod stub;
mod tokens;
