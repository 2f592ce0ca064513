//! In which order are facts gathered, decided upon, and acted out?
//!
//! `accept` stores a delivery, `plan` turns it into jobs, the `worker` runs them: it gathers
//! (`read_tree`, `judge_commit`), lets the domain decide, and performs (`post_check`). The
//! command line walks the same road from a folder (`check_folder`).

pub mod accept;
pub mod adopt_folder;
mod adopt_repository;
mod ahead;
mod answer_comment;
pub mod aside;
mod backlog;
mod beside;
mod blast_radius;
mod campaigns;
mod carry_out;
pub mod census;
mod check_commit;
pub mod check_folder;
mod check_policies;
mod check_pull;
mod check_risk;
mod clean_up;
mod close_issue;
mod demand_team;
pub mod dependents;
pub mod dora;
mod fate;
pub mod fix_folder;
mod fix_repository;
mod folder_migrations;
mod gate_answer;
mod gate_brought;
mod gate_facts;
pub mod gate_folder;
mod gate_override;
pub mod gate_question;
pub mod gate_slo;
pub mod gather_folder;
pub mod impact;
mod job_meter;
mod job_span;
mod judge_branch;
mod judge_change;
pub mod judge_commit;
pub mod keep_coverage;
mod keep_issue;
mod keep_snapshot;
pub mod lasting;
mod learn;
mod learn_history;
mod learn_push;
pub mod links;
mod listen;
mod may_write;
mod measure_delivery;
mod membership;
mod observe_pull;
mod only_team;
mod organisation;
mod own_policies;
mod plan;
mod plan_adoption;
mod post_check;
mod propose;
pub mod pseudonyms;
mod read_past;
mod read_tree;
pub mod recover;
mod rejudge;
mod replicas;
mod resolve_refs;
mod risk_label;
mod risk_model;
pub mod risk_of_folder;
pub mod risk_past;
mod risk_quarter;
pub mod schedule;
mod scorecard;
mod sighted;
mod sweep;
mod sync_installation;
mod told;
mod upgrade;
mod upgrade_repository;
mod waive;
mod watch;
pub mod worker;

use std::sync::Arc;

use tokio::sync::Notify;

use crate::domain::retention::Keep;
use crate::edge::clock::Clock;
use crate::edge::evaluator::Evaluators;
use crate::edge::github::GitHub;
use crate::edge::prometheus::Prometheus;
use crate::edge::store::Store;

/// The App, put together: what every flow works with. Cheap to clone.
#[derive(Clone)]
pub struct App {
    /// Where everything is kept.
    pub store: Store,
    /// The other side.
    pub github: GitHub,
    /// Where untrusted text is judged.
    pub evaluators: Evaluators,
    /// What time it is.
    pub clock: Clock,
    /// Rings when there may be work.
    pub wake: Arc<Notify>,
    /// Name of the repository where an account keeps its configuration: `.github`.
    pub config_repository: String,
    /// How long things are kept.
    pub keep: Keep,
    /// Whether pull requests get the check `waymark / deploy risk`.
    pub risk: bool,
    /// Makes links to our own pages; `None` when nobody can reach them.
    pub links: Option<links::Links>,
    /// Tells people apart without their names.
    pub pseudonyms: pseudonyms::Pseudonyms,
    /// Where error budgets are read.
    pub prometheus: Prometheus,
    /// Counts what the operator wants to see.
    pub meter: Arc<dyn Meter>,
}

/// Is told what happens, for metrics. Must return at once.
pub trait Meter: Send + Sync {
    /// A delivery was stored (`new`), repeated, or could not be read.
    fn delivery(&self, event: &str, result: &'static str);
    /// A job ended: `done`, `retried`, `paused`, `dead`.
    fn job(&self, kind: &'static str, result: &'static str, seconds: f64);
    /// Points of GitHub's secondary limit that one try of a job cost.
    fn points(&self, kind: &'static str, points: u32);
    /// A check run was posted.
    fn check(&self, conclusion: &'static str);
    /// A check run was posted so long after the delivery came that asked for it.
    fn push_to_check(&self, seconds: f64);
    /// An evaluation was needed (`fresh`) or remembered (`cached`).
    fn evaluation(&self, result: &'static str);
    /// A fresh evaluation took so long, waiting for an evaluator included.
    fn evaluated(&self, seconds: f64);
}

/// A meter that nobody reads.
#[derive(Debug, Default, Clone, Copy)]
pub struct NoMeter;

impl Meter for NoMeter {
    fn delivery(&self, _event: &str, _result: &'static str) {}
    fn job(&self, _kind: &'static str, _result: &'static str, _seconds: f64) {}
    fn points(&self, _kind: &'static str, _points: u32) {}
    fn check(&self, _conclusion: &'static str) {}
    fn push_to_check(&self, _seconds: f64) {}
    fn evaluation(&self, _result: &'static str) {}
    fn evaluated(&self, _seconds: f64) {}
}
