//! `waymark policy test DIR --watch`: again, whenever something changes.

use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Duration;

use anyhow::Context;
use notify_debouncer_mini::notify::RecursiveMode;
use notify_debouncer_mini::{DebounceEventResult, new_debouncer};

use super::test::{Arguments, once};
use crate::cli::terminal::{STRONG, complain, say, styled};

/// Editors write a file in several steps: they are one change.
const QUIET: Duration = Duration::from_millis(200);

/// Ends with Ctrl-C, or when the folder cannot be watched.
pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let dir = arguments.dir.clone().context("--watch needs a folder")?;
    let (changed, changes) = mpsc::channel::<DebounceEventResult>();
    let mut debouncer = new_debouncer(QUIET, changed).context("cannot watch files")?;
    let watcher = debouncer.watcher();
    watcher
        .watch(&dir, RecursiveMode::Recursive)
        .with_context(|| format!("cannot watch `{}`", dir.display()))?;
    tell(&arguments, &dir);
    while let Ok(change) = changes.recv() {
        let touched = |path: &Path| path.extension().is_some_and(|e| e == "rego" || e == "yaml");
        // Backups and swap files of editors are none of ours; an error is worth a new look.
        if change.is_ok_and(|events| !events.iter().any(|event| touched(&event.path))) {
            continue;
        }
        tell(&arguments, &dir);
    }
    Ok(ExitCode::SUCCESS)
}

fn tell(arguments: &Arguments, dir: &Path) {
    // A file in the middle of being written is no reason to stop.
    if let Err(error) = once(arguments) {
        complain(&error);
    }
    let text = format!("\nwaiting for changes below {} (Ctrl-C ends)\n", dir.display());
    say(&styled(STRONG, &text));
}
