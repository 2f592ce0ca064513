//! How likely is this change to be reverted, compared with what is usual here, and why?
//!
//! [`change`] is what is about to be merged, [`past`] what history says of its files. Each signal
//! in [`signals`] measures one thing of the two; six of them feed the one logistic [`model`], the
//! others are facts of weight zero. [`replay`] walks a repository's history in order, so that
//! every change is compared with the ones before it, and gives the [`assess`]ment in the end.
//! [`labels`] reads from texts which change was reverted by which.
//!
//! Formulas, sources and what they are worth: `docs/risk.md`. A person is never scored: no signal
//! and no stored number says how often somebody's changes were reverted.

pub mod assess;
pub mod backtest;
pub mod calibrate;
pub mod change;
pub mod condition;
pub mod coverage;
pub mod dependents;
pub mod history;
pub mod labels;
pub mod lengths;
pub mod lineage;
pub mod mailmap;
pub mod model;
pub mod observed;
pub mod own;
pub mod past;
pub mod people;
pub mod quarter;
pub mod replay;
pub mod report;
pub mod ridge;
pub mod signals;
pub mod units;

/// The name of the check run on pull requests.
pub const RISK_CHECK: &str = "waymark / deploy risk";

/// Milliseconds of a day.
pub const DAY_MS: i64 = 24 * 60 * 60 * 1000;
