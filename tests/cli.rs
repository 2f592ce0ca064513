//! Does the command line keep its word? The built binary on folders of all kinds.

#![allow(clippy::unwrap_used, clippy::print_stderr)]

#[path = "cli/adopt.rs"]
mod adopt;
#[path = "cli/authoring.rs"]
mod authoring;
#[path = "cli/base.rs"]
mod base;
#[path = "cli/charts.rs"]
mod charts;
#[path = "cli/check.rs"]
mod check;
#[path = "cli/config.rs"]
mod config;
#[path = "cli/crowd.rs"]
mod crowd;
#[path = "cli/database.rs"]
mod database;
#[path = "support/database.rs"]
mod databases;
#[path = "cli/dora.rs"]
mod dora;
#[path = "cli/fix.rs"]
mod fix;
#[path = "cli/gate.rs"]
mod gate;
#[path = "cli/git_config.rs"]
mod git_config;
#[path = "cli/given.rs"]
mod given;
#[path = "cli/hostile.rs"]
mod hostile;
#[path = "cli/jobs.rs"]
mod jobs;
#[path = "cli/outputs.rs"]
mod outputs;
#[path = "cli/overlays.rs"]
mod overlays;
#[path = "cli/pages.rs"]
mod pages;
#[path = "cli/upgrades.rs"]
mod upgrades;
#[path = "cli/watch.rs"]
mod watch;
#[path = "cli/work_tree.rs"]
mod work_tree;
