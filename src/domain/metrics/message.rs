//! What does a commit's message say about pull requests and reverts?

use serde::{Deserialize, Serialize};

/// What a commit takes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reverted {
    /// A commit, by the beginning of its name (7 to 64 digits), as `git revert` writes.
    Commit(String),
    /// A pull request, as GitHub's *Revert* button writes.
    Pull(i64),
}

/// The pull request that a subject names: GitHub's squash (`Add x (#12)`) and merge
/// (`Merge pull request #12 from acme/x`).
///
/// ```
/// use waymark::domain::metrics::message::pull_of;
/// assert_eq!(pull_of("Add retries (#12)\n\nLong text (#9)"), Some(12));
/// assert_eq!(pull_of("Merge pull request #7 from acme/topic"), Some(7));
/// assert_eq!(pull_of("Fix #12"), None);
/// ```
pub fn pull_of(message: &str) -> Option<i64> {
    let subject = message.lines().next()?.trim_end();
    let squash = || subject.strip_suffix(')')?.rsplit_once("(#")?.1.parse().ok();
    let merge = || number(subject.strip_prefix("Merge pull request #")?);
    merge().or_else(squash).filter(|n| *n > 0)
}

/// What a message says that its commit reverts. To take back a revert (`Reapply`, or `Revert` of
/// `Revert`) is no failure of what is taken back, so it says nothing.
///
/// ```
/// use waymark::domain::metrics::message::{Reverted, reverts};
/// let by_git = "Revert \"Add x\"\n\nThis reverts commit 0123456789abcdef0123456789abcdef01234567.";
/// let sha = "0123456789abcdef0123456789abcdef01234567".to_owned();
/// assert_eq!(reverts(by_git), Some(Reverted::Commit(sha)));
/// assert_eq!(reverts("Revert \"Add x (#12)\" (#13)\n\nReverts acme/api#12"), Some(Reverted::Pull(12)));
/// assert_eq!(reverts("Revert \"Add x (#12)\" (#13)"), Some(Reverted::Pull(12)));
/// assert_eq!(reverts("Reapply \"Add x\"\n\nThis reverts commit 0123456."), None);
/// ```
pub fn reverts(message: &str) -> Option<Reverted> {
    let subject = message.lines().next()?;
    if subject.starts_with("Reapply ") || subject.starts_with("Revert \"Revert ") {
        return None;
    }
    if let Some((_, rest)) = message.split_once("This reverts commit ") {
        let digits: String = rest.chars().take_while(char::is_ascii_hexdigit).take(64).collect();
        if digits.len() >= 7 {
            return Some(Reverted::Commit(digits.to_ascii_lowercase()));
        }
    }
    // Only a line of its own: prose may mention anything.
    let button = message.lines().find_map(|line| {
        let words = line.trim().strip_prefix("Reverts ")?;
        number(words.rsplit_once('#')?.1)
    });
    let quoted = || {
        let title = subject.strip_prefix("Revert \"")?.rsplit_once('"')?.0;
        pull_of(title)
    };
    button.or_else(quoted).map(Reverted::Pull)
}

/// The number that a text begins with.
fn number(text: &str) -> Option<i64> {
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    text[..end].parse().ok().filter(|n| *n > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_that_only_look_like_it_say_nothing() {
        for text in ["", "Reverts", "This reverts commit x", "Revert \"x\"", "Reverts acme/api#"] {
            assert_eq!(reverts(text), None, "{text:?}");
        }
        assert_eq!(pull_of("Add x (#)"), None);
        assert_eq!(pull_of("Merge pull request #99999999999999999999"), None);
    }
}
