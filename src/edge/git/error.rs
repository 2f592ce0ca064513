//! Why did Git not answer, and what can the user do about it?

use std::time::Duration;

use crate::domain::report::visible;

/// Why there is no answer. Messages quote what others wrote with its control characters shown.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GitError {
    /// There is no `git` to run.
    #[error("cannot run `git` ({0}); install it and see that it is on the PATH")]
    NotInstalled(String),
    /// The folder is in no work tree.
    #[error("`{folder}` is not in a Git work tree")]
    NotARepository {
        /// The folder.
        folder: String,
    },
    /// The repository belongs to somebody else, and Git refuses to read its configuration.
    #[error(
        "Git does not trust `{folder}`, because it belongs to another user; if you do: \
         git config --global --add safe.directory '{folder}'"
    )]
    Untrusted {
        /// The folder.
        folder: String,
    },
    /// The revision names no commit here.
    #[error(
        "`{revision}` is not a commit that this clone has; fetch it first, for example with \
         `git fetch origin main` (in GitHub Actions: actions/checkout with `fetch-depth: 0`) and \
         `--base origin/main`"
    )]
    UnknownRevision {
        /// As it was asked for.
        revision: String,
    },
    /// It took too long and was killed.
    #[error("`git {command}` took longer than {limit:?} and was stopped")]
    TooSlow {
        /// Git's subcommand.
        command: String,
        /// The deadline.
        limit: Duration,
    },
    /// It said more than we read.
    #[error("`git {command}` answered with more than {limit} bytes and was stopped")]
    TooLong {
        /// Git's subcommand.
        command: String,
        /// The bound.
        limit: u64,
    },
    /// Anything else, with what Git said.
    #[error("`git {command}` failed: {message}")]
    Failed {
        /// Git's subcommand.
        command: String,
        /// What it said.
        message: String,
    },
}

impl GitError {
    /// Reads what Git wrote (in the C locale) when it failed.
    pub(super) fn of_complaint(command: &str, folder: &str, stderr: &str) -> Self {
        if stderr.contains("not a git repository") {
            return Self::NotARepository { folder: shown(folder) };
        }
        if stderr.contains("dubious ownership") {
            return Self::Untrusted { folder: shown(folder) };
        }
        let message = stderr.lines().find(|l| l.starts_with("fatal:")).or(stderr.lines().next());
        Self::failed(command, message.unwrap_or("it gave no reason"))
    }

    pub(super) fn failed(command: &str, message: &str) -> Self {
        Self::Failed { command: command.to_owned(), message: shown(message) }
    }
}

/// One line of at most 300 characters that steers no terminal.
pub(super) fn shown(text: &str) -> String {
    visible::line(&text.chars().take(300).collect::<String>())
}
