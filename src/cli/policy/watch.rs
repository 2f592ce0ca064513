//! `waymark policy test DIR --watch`: again, whenever something changes.

use std::path::Path;
use std::process::ExitCode;
use std::sync::mpsc;
use std::time::Duration;

use anyhow::Context;
use notify_debouncer_mini::notify::{self, Event, EventKind, RecursiveMode, Watcher};

use super::test::{Arguments, once};
use crate::cli::terminal::{STRONG, complain, say, styled};

/// Editors write a file in several steps: they are one change.
const QUIET: Duration = Duration::from_millis(200);

/// Ends with Ctrl-C, or when the folder cannot be watched.
pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let dir = arguments.dir.clone().context("--watch needs a folder")?;
    let (changed, changes) = mpsc::channel::<()>();
    let mut watcher = notify::recommended_watcher(move |event: notify::Result<Event>| {
        if matters(event) {
            // Nobody listens any more: we are about to end.
            let _ = changed.send(());
        }
    })
    .context("cannot watch files")?;
    watcher
        .watch(&dir, RecursiveMode::Recursive)
        .with_context(|| format!("cannot watch `{}`", dir.display()))?;
    tell(&arguments, &dir);
    follow(&changes, || tell(&arguments, &dir));
    Ok(ExitCode::SUCCESS)
}

/// Calls once for all changes that follow each other closely, until nobody reports any more.
fn follow(changes: &mpsc::Receiver<()>, mut again: impl FnMut()) {
    while changes.recv().is_ok() {
        while changes.recv_timeout(QUIET).is_ok() {}
        again();
    }
}

/// Whether a policy file may be another one now. Our own reading of it is an event, too, and would
/// call us for ever; backups and swap files of editors are none of ours; an error is worth a look.
fn matters(event: notify::Result<Event>) -> bool {
    let touched = |path: &Path| path.extension().is_some_and(|e| e == "rego" || e == "yaml");
    event.map_or(true, |event| {
        !matches!(event.kind, EventKind::Access(_)) && event.paths.iter().any(|path| touched(path))
    })
}

fn tell(arguments: &Arguments, dir: &Path) {
    // A file in the middle of being written is no reason to stop.
    if let Err(error) = once(arguments) {
        complain(&error);
    }
    let text = format!("\nwaiting for changes below {} (Ctrl-C ends)\n", dir.display());
    say(&styled(STRONG, &text));
}

#[cfg(test)]
mod tests {
    use notify::event::{AccessKind, CreateKind, ModifyKind};

    use super::*;

    #[test]
    fn changes_in_a_row_are_one() {
        let (changed, changes) = mpsc::channel();
        for _ in 0..5 {
            changed.send(()).expect("somebody listens");
        }
        drop(changed);
        let mut runs = 0;
        follow(&changes, || runs += 1);
        assert_eq!(runs, 1);
    }

    #[test]
    fn only_what_may_make_another_policy_matters() {
        let event = |kind, path: &str| Ok(Event::new(kind).add_path(path.into()));
        let modified = EventKind::Modify(ModifyKind::Any);
        assert!(matters(event(modified, "p/a/b/policy.rego")));
        assert!(matters(event(EventKind::Create(CreateKind::File), "p/a/b/examples.yaml")));
        assert!(matters(Err(notify::Error::generic("too many files are watched"))));
        // Reading a file is what we do ourselves after each change.
        assert!(!matters(event(EventKind::Access(AccessKind::Any), "p/a/b/policy.rego")));
        assert!(!matters(event(modified, "p/a/b/.policy.rego.swp")));
        assert!(!matters(event(modified, "p/a/b/policy.rego~")));
    }
}
