//! What when our own code panics? One job fails, and whoever ran it goes on.
//!
//! A panic is a fault of ours, and a hostile file may well know how to cause it. Unheard, it would
//! end the task that it happens in: eight jobs later nobody would work any more, in a process that
//! looks well.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

use tokio::sync::watch;

/// How long a task rests after a panic, so that one that always panics keeps no core busy.
const REST: Duration = Duration::from_secs(1);

/// What a job's error says then. The panic's own words may quote anything: they are the log's.
pub(super) const PANICKED: &str =
    "a fault in Waymark itself: its code panicked, and the service's log says where";

/// Does some work; `None`: it panicked, which the panic's hook has told of.
///
/// Whatever the work had in its hands is dropped as if it had been cancelled, which all of our
/// work must bear anyway, so nothing is seen half-made afterwards.
pub(super) async fn caught<F: Future>(work: F) -> Option<F::Output> {
    let mut work = pin!(work);
    std::future::poll_fn(|context| {
        let polled = catch_unwind(AssertUnwindSafe(|| work.as_mut().poll(context)));
        match polled {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Some(output)),
            Err(_) => Poll::Ready(None),
        }
    })
    .await
}

/// Keeps a task of the service alive: one that panics is begun anew until `stop` turns true.
pub async fn lasting<F: Future<Output = ()>>(
    name: &str,
    mut stop: watch::Receiver<bool>,
    begin: impl Fn() -> F,
) {
    while caught(begin()).await.is_none() && !*stop.borrow() {
        tracing::error!(task = name, "a task of the service panicked; it is begun anew");
        tokio::select! {
            () = tokio::time::sleep(REST) => {}
            _ = stop.changed() => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    #[tokio::test]
    async fn work_that_does_not_panic_is_not_changed() {
        assert_eq!(caught(async { 7 }).await, Some(7));
        let late = async {
            tokio::task::yield_now().await;
            8
        };
        assert_eq!(caught(late).await, Some(8));
    }

    #[tokio::test]
    async fn a_task_that_panics_begins_anew_until_it_ends() {
        let (stop, stopped) = watch::channel(false);
        let begun = Cell::new(0);
        let task = || async {
            begun.set(begun.get() + 1);
            if begun.get() < 3 {
                // The rest is cut short, as it is when the service stops.
                stop.send_replace(false);
                tokio::task::yield_now().await;
                panic!("as a test wants it");
            }
        };
        lasting("test", stopped, task).await;
        assert_eq!(begun.get(), 3);
    }

    #[tokio::test]
    async fn a_task_that_panics_while_the_service_stops_has_ended() {
        let (_stop, stopped) = watch::channel(true);
        let begun = Cell::new(0);
        let task = || async {
            begun.set(begun.get() + 1);
            panic!("as a test wants it");
        };
        lasting("test", stopped, task).await;
        assert_eq!(begun.get(), 1);
    }
}
