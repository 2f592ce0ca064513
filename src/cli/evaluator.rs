//! `waymark evaluator`: the child process of `edge::evaluator`.

use std::path::PathBuf;
use std::process::ExitCode;

use crate::edge::disk::PolicyFiles;
use crate::edge::evaluator::child;

/// Loads the library and answers until standard input ends.
pub(super) fn run(policies: Vec<PathBuf>) -> anyhow::Result<ExitCode> {
    let files = PolicyFiles::with_any(&policies)?;
    child::run(move |own| files.library_with(own))?;
    Ok(ExitCode::SUCCESS)
}
