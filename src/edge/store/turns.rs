//! How much memory do bodies take on their way into and out of the database? A driver copies each
//! two or three times, so large ones take turns.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Smaller ones do not wait.
pub(super) const LARGE: usize = 1024 * 1024;
/// So many bytes of large bodies are copied at a time: the largest alone, or a few.
const AT_A_TIME: usize = 32 * 1024 * 1024;

/// Turns of one process. Cheap to clone.
#[derive(Debug, Clone)]
pub(super) struct Turns(Arc<Semaphore>);

/// A turn; it ends when this is dropped.
#[derive(Debug)]
pub struct Turn(#[allow(dead_code, reason = "it is held, not read")] Option<OwnedSemaphorePermit>);

impl Default for Turns {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(AT_A_TIME)))
    }
}

impl Turns {
    /// Waits for the turn of a body of so many bytes.
    pub(super) async fn wait(&self, bytes: usize) -> Turn {
        if bytes < LARGE {
            return Turn(None);
        }
        let share = u32::try_from(bytes.min(AT_A_TIME)).unwrap_or(u32::MAX);
        // Never closed.
        Turn(self.0.clone().acquire_many_owned(share).await.ok())
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn the_largest_goes_alone_and_small_ones_never_wait() {
        let turns = Turns::default();
        let first = turns.wait(25 * LARGE).await;
        let second = tokio::time::timeout(Duration::ZERO, turns.wait(25 * LARGE)).await;
        assert!(second.is_err());
        turns.wait(LARGE - 1).await;
        drop(first);
        turns.wait(100 * LARGE).await;
        assert_eq!(turns.0.available_permits(), AT_A_TIME);
    }
}
