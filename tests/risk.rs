//! What is the risk model worth, and does the command line say what a clone holds?

#[path = "risk/backtest.rs"]
mod backtest;
#[path = "risk/clone.rs"]
mod clone;
#[path = "support/database.rs"]
mod database;
#[path = "risk/locks.rs"]
mod locks;
