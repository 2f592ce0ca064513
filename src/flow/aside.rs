//! Where is a long text gone through? Beside the threads that answer everybody.

/// Going through less takes about as long as handing it to another thread.
const LONG: usize = 256 * 1024;

/// Does work on a text of so many bytes: on a thread of its own when that is long.
pub async fn aside<T: Send + 'static>(
    bytes: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> T {
    if bytes < LONG {
        return work();
    }
    match tokio::task::spawn_blocking(work).await.map_err(tokio::task::JoinError::try_into_panic) {
        Ok(done) => done,
        Err(Ok(panic)) => std::panic::resume_unwind(panic),
        // The runtime is ending, and so is whoever waits here.
        Err(Err(_)) => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn only_long_work_goes_to_another_thread() {
        let here = std::thread::current().id();
        let at = || std::thread::current().id();
        assert_eq!(aside(LONG - 1, at).await, here);
        assert_ne!(aside(LONG, at).await, here);
    }
}
