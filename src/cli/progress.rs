//! How is somebody told that work goes on? A line on standard error, on a terminal only, once it
//! takes longer than a second.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

/// Work that takes no longer than this is not spoken of.
const PATIENCE: Duration = Duration::from_secs(1);
/// How often the line moves.
const TICK: Duration = Duration::from_millis(120);

/// Work that goes on. Dropping it takes the line away.
pub(super) struct Progress {
    bar: ProgressBar,
    done: Option<Sender<()>>,
    drawer: Option<JoinHandle<()>>,
}

impl Progress {
    /// Work of unknown length: `judging services/api`, and for how long already.
    pub(super) fn start(what: &str) -> Self {
        Self::show(ProgressBar::no_length(), "{spinner} {msg} ({elapsed})", what)
    }

    /// Work on a known number of things.
    pub(super) fn over(total: usize, what: &str) -> Self {
        let bar = ProgressBar::new(total as u64);
        Self::show(bar, "{bar:20} {pos}/{len} {msg} ({elapsed})", what)
    }

    /// One more thing is begun: `judging services/api`.
    pub(super) fn step(&self, what: &str) {
        self.bar.set_message(what.to_owned());
        self.bar.inc(1);
    }

    /// So far, of so many, and what there is to say.
    pub(super) fn at(&self, done: u64, total: u64, what: &str) {
        if self.bar.length() != Some(total) && total > 0 {
            self.bar.set_length(total);
            if let Ok(style) =
                ProgressStyle::with_template("{bar:20} {pos}/{len} {msg} ({elapsed})")
            {
                self.bar.set_style(style);
            }
        }
        self.bar.set_position(done);
        self.bar.set_message(what.to_owned());
    }

    fn show(bar: ProgressBar, template: &str, what: &str) -> Self {
        bar.set_draw_target(ProgressDrawTarget::hidden());
        bar.set_style(
            ProgressStyle::with_template(template)
                .unwrap_or_else(|_| ProgressStyle::default_spinner()),
        );
        bar.set_message(what.to_owned());
        let (done, wait) = channel();
        let drawn = bar.clone();
        // A thread, because whoever works does not look at the clock.
        let drawer = std::thread::spawn(move || {
            if wait.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                // Draws nothing where standard error is no terminal.
                drawn.set_draw_target(ProgressDrawTarget::stderr());
                drawn.enable_steady_tick(TICK);
            }
        });
        Self { bar, done: Some(done), drawer: Some(drawer) }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        drop(self.done.take());
        if let Some(drawer) = self.drawer.take() {
            let _ = drawer.join();
        }
        self.bar.finish_and_clear();
    }
}
