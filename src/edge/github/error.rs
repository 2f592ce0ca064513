//! What can the caller do about a call that failed?

use crate::domain::redact::redact;
use crate::domain::time::Timestamp;

/// Longest message kept, in characters: GitHub's own text may be a page of HTML.
const MAX_MESSAGE: usize = 500;

/// A failed call, sorted by what can be done about it. Texts are one line of at most 500
/// characters that name method, path, status and GitHub's own words; they never hold a token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GitHubError {
    /// It does not exist, or we may not know that it does: treat as gone.
    #[error("{message}")]
    NotFound {
        /// What happened.
        message: String,
    },
    /// The installation may not do this; an owner must grant a permission or lift a suspension.
    #[error("{message}")]
    Forbidden {
        /// What happened, with the permission that lacks when that is known.
        message: String,
    },
    /// Ask again at the named time, not before: ignoring this may ban the App.
    #[error("{message}")]
    RateLimited {
        /// The earliest time of another try, by the clock given in the settings.
        not_before: Timestamp,
        /// All work of this installation must wait, not only calls of this kind.
        installation_wide: bool,
        /// What happened.
        message: String,
    },
    /// GitHub or the road to it is ill: 5xx, timeout, broken connection, half an answer. Ask
    /// again later.
    #[error("{reason}")]
    Unavailable {
        /// What happened.
        reason: String,
    },
    /// The request itself is wrong (422 and other 4xx), or the answer breaks the contract;
    /// repeating it is pointless.
    #[error("{message}")]
    Rejected {
        /// The HTTP status.
        status: u16,
        /// What happened.
        message: String,
        /// GitHub's `errors`, one line each, at most ten.
        errors: Vec<String>,
    },
    /// The App's own credentials are refused (401), or an installation token twice in a row: a
    /// matter for the operator.
    #[error("{message}")]
    Credentials {
        /// What happened.
        message: String,
    },
}

impl GitHubError {
    /// Whether the repository was archived, where nothing can be written: no permission heals it.
    pub fn is_archived(&self) -> bool {
        // GitHub has no other sign of it than its words.
        matches!(self, Self::Forbidden { message } if message.contains("was archived so is read-only"))
    }

    /// Whether an owner has suspended the installation.
    pub fn is_suspended(&self) -> bool {
        // As above.
        matches!(self, Self::Forbidden { message } if message.contains("installation has been suspended"))
    }

    pub(super) fn unavailable(what: &str) -> Self {
        Self::Unavailable { reason: one_line(what) }
    }

    /// An answer that breaks the contract.
    pub(super) fn broken_answer(status: u16, what: &str) -> Self {
        Self::Rejected { status, message: one_line(what), errors: Vec::new() }
    }
}

/// Text of others on one line: control and direction-changing characters become blanks, blanks
/// run together, and at most 500 characters remain.
pub(super) fn one_line(text: &str) -> String {
    let visible = |c: char| {
        !(c.is_control()
            || c.is_whitespace()
            || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}'))
    };
    // Enough for 500 even when most of it is blank; the text may be a megabyte.
    let start: String = text.chars().take(20 * MAX_MESSAGE).collect();
    let words: Vec<&str> = start.split(|c| !visible(c)).filter(|word| !word.is_empty()).collect();
    // Such texts reach logs, rows and check runs, and a proxy's page may quote our own headers.
    let line = redact(&words.join(" ")).into_owned();
    if line.chars().count() <= MAX_MESSAGE {
        return line;
    }
    line.chars().take(MAX_MESSAGE - 1).chain(['…']).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_of_others_are_one_short_line() {
        assert_eq!(one_line(" a\r\n\tb\u{1b}[31m\u{202e}c\u{0} "), "a b [31m c");
        assert_eq!(one_line(""), "");
        let token = format!("ghs_424242_{}.{}", "a".repeat(250), "b".repeat(250));
        assert_eq!(one_line(&format!("you sent {token}!")), "you sent [redacted]!");
        for long in ["é".repeat(5000), "a b ".repeat(5000)] {
            let line = one_line(&long);
            assert!(line.chars().count() <= MAX_MESSAGE && line.ends_with('…'));
        }
        assert_eq!(one_line(&"x".repeat(MAX_MESSAGE)), "x".repeat(MAX_MESSAGE));
    }
}
