//! What does a command that waits for something run on?

/// A runtime for one command: a single thread is enough.
pub(super) fn open_runtime() -> std::io::Result<tokio::runtime::Runtime> {
    tokio::runtime::Builder::new_current_thread().enable_all().build()
}
