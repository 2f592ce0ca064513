//! What becomes of a job that did not succeed?

use crate::domain::time::Timestamp;
use crate::edge::evaluator::EvaluatorError;
use crate::edge::github::GitHubError;
use crate::edge::store::StoreError;

/// Why a job stopped, sorted by what to do with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Fate {
    /// What it was for is gone: nothing is owed any more.
    Moot(String),
    /// GitHub asked for patience: wait until then, and the try does not count.
    Wait {
        /// The earliest time.
        until: Timestamp,
        /// Whether everything of the installation must wait.
        pause: bool,
        /// In words.
        reason: String,
    },
    /// An owner suspended the installation: everything of it sleeps until that is lifted.
    Suspended(String),
    /// GitHub does not believe us: the operator's matter, or a fault of its own. Nothing can be
    /// done meanwhile, not even telling of it, so no try counts.
    Refused(String),
    /// Something is ill: try again later, with growing patience.
    Retry(String),
    /// Trying again is pointless: a person must look at it.
    Hopeless(String),
}

impl From<GitHubError> for Fate {
    fn from(error: GitHubError) -> Self {
        let words = error.to_string();
        if error.is_archived() {
            return Self::Moot(words);
        }
        if error.is_suspended() {
            return Self::Suspended(words);
        }
        match error {
            GitHubError::NotFound { .. } => Self::Moot(words),
            GitHubError::RateLimited { not_before, installation_wide, .. } => {
                Self::Wait { until: not_before, pause: installation_wide, reason: words }
            }
            // The operator rotates a key, an owner grants a permission: both heal by themselves.
            GitHubError::Credentials { .. } => Self::Refused(words),
            GitHubError::Unavailable { .. } | GitHubError::Forbidden { .. } => Self::Retry(words),
            GitHubError::Rejected { .. } => Self::Hopeless(words),
        }
    }
}

impl From<StoreError> for Fate {
    fn from(error: StoreError) -> Self {
        let words = error.to_string();
        match error {
            // The repository was removed while we worked.
            StoreError::Unknown(_) => Self::Moot(words),
            StoreError::Corrupt { .. } => Self::Hopeless(words),
            StoreError::Open { .. }
            | StoreError::Busy(_)
            | StoreError::Conflict(_)
            | StoreError::Failed(_) => Self::Retry(words),
        }
    }
}

impl From<EvaluatorError> for Fate {
    fn from(error: EvaluatorError) -> Self {
        Self::Retry(error.to_string())
    }
}

/// When a failed job is tried again: 5 s, 10 s, 20 s … at most 10 min, moved by up to a quarter
/// so that jobs that failed together do not come back together. `salt` is the job's id.
pub(super) fn next_try(now: Timestamp, attempts: u32, salt: &str) -> Timestamp {
    let base = 5_000_i64 << attempts.saturating_sub(1).min(7);
    let spread: i64 =
        salt.bytes().fold(attempts.into(), |h: i64, b| (h * 31 + i64::from(b)) % 1_000);
    let wait = base.min(600_000);
    now.plus_ms(wait + wait / 4 * spread / 1_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patience_grows_and_ends() {
        let waits: Vec<i64> = (1..=12).map(|n| next_try(Timestamp(0), n, "x").0 / 1_000).collect();
        assert!(waits[0] >= 5 && waits[0] <= 7, "{waits:?}");
        assert!(waits.windows(2).all(|w| w[1] * 10 >= w[0] * 8), "{waits:?}");
        assert!(waits[11] <= 750, "{waits:?}");
    }
}
