//! What are things called? Newtypes for every id, parsed once at the edge and trusted afterwards.

use std::fmt;

use serde::{Deserialize, Serialize};

/// GitHub's numeric id of a repository; survives renames and transfers, so rows are keyed by it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RepoId(pub i64);

/// GitHub's numeric id of one installation of the App: the tenant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InstallationId(pub i64);

impl fmt::Display for RepoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for InstallationId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Why a text is not the id it was taken for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {expected}")]
pub struct IdError {
    /// The offending text, shortened to 80 characters.
    pub text: String,
    /// What was expected, with its article: `a commit SHA (40 or 64 hexadecimal digits)`.
    pub expected: &'static str,
}

fn refuse(text: &str, expected: &'static str) -> IdError {
    IdError { text: text.chars().take(80).collect(), expected }
}

/// A Git object name: 40 (SHA-1) or 64 (SHA-256) lower-case hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Sha(String);

impl Sha {
    /// Reads an object name; upper-case digits are accepted and lowered.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let hex = text.bytes().all(|b| b.is_ascii_hexdigit());
        if hex && matches!(text.len(), 40 | 64) {
            Ok(Self(text.to_ascii_lowercase()))
        } else {
            Err(refuse(text, "a Git object name (40 or 64 hexadecimal digits)"))
        }
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first seven digits, as people write it.
    pub fn short(&self) -> &str {
        &self.0[..7]
    }

    /// All zeros: GitHub's way to say "there was no such commit" in `before` and `after`.
    pub fn is_zero(&self) -> bool {
        self.0.bytes().all(|b| b == b'0')
    }
}

impl TryFrom<String> for Sha {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl From<Sha> for String {
    fn from(sha: Sha) -> Self {
        sha.0
    }
}

impl fmt::Display for Sha {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// `owner/name` of a repository, as GitHub allows it: letters, digits, `-`, `_`, `.`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RepoName {
    owner: String,
    name: String,
}

impl RepoName {
    /// Reads `owner/name`.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let word = |w: &str| {
            !w.is_empty()
                && w.len() <= 100
                && w != "."
                && w != ".."
                && w.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
        };
        match text.split_once('/') {
            Some((owner, name)) if word(owner) && word(name) => {
                Ok(Self { owner: owner.to_owned(), name: name.to_owned() })
            }
            _ => Err(refuse(text, "a repository name (owner/name)")),
        }
    }

    /// The organisation or user.
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// The repository's own name.
    pub fn name(&self) -> &str {
        &self.name
    }
}

impl fmt::Display for RepoName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

impl TryFrom<String> for RepoName {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl From<RepoName> for String {
    fn from(name: RepoName) -> Self {
        name.to_string()
    }
}

/// A policy's id, which is its path below `policies/`: `container/non_root_user`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PolicyId(String);

impl PolicyId {
    /// Reads `pack/policy`, both of lower-case letters, digits and `_`, starting with a letter.
    pub fn parse(text: &str) -> Result<Self, IdError> {
        let word = |w: &str| {
            w.starts_with(|c: char| c.is_ascii_lowercase())
                && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
        };
        match text.split_once('/') {
            Some((pack, policy)) if word(pack) && word(policy) && text.len() <= 120 => {
                Ok(Self(text.to_owned()))
            }
            _ => Err(refuse(text, "a policy id (pack/policy)")),
        }
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The pack's name: the part before the slash.
    pub fn pack(&self) -> &str {
        self.0.split_once('/').map_or("", |(pack, _)| pack)
    }

    /// The policy's own name: the part behind the slash.
    pub fn policy(&self) -> &str {
        self.0.split_once('/').map_or("", |(_, policy)| policy)
    }
}

impl TryFrom<String> for PolicyId {
    type Error = IdError;
    fn try_from(text: String) -> Result<Self, IdError> {
        Self::parse(&text)
    }
}

impl From<PolicyId> for String {
    fn from(id: PolicyId) -> Self {
        id.0
    }
}

impl fmt::Display for PolicyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_github_could_not_have_sent_are_refused() {
        for bad in ["", "acme", "acme/", "/x", "acme/a b", "acme/../x", "acme/..", "acme/x\n"] {
            assert!(RepoName::parse(bad).is_err(), "{bad:?}");
        }
        assert_eq!(
            RepoName::parse("acme/.github").map(|n| n.to_string()).as_deref(),
            Ok("acme/.github")
        );
    }

    #[test]
    fn a_sha_has_forty_or_sixty_four_digits() {
        assert!(Sha::parse(&"a".repeat(40)).is_ok());
        assert!(Sha::parse(&"A".repeat(64)).is_ok());
        assert!(Sha::parse(&"a".repeat(41)).is_err());
        assert!(Sha::parse("HEAD").is_err());
    }

    #[test]
    fn policy_ids_are_paths_of_two_words() {
        assert!(PolicyId::parse("container/non_root_user").is_ok());
        for bad in ["container", "Container/x", "a/b/c", "a/../b", "a/", "1/x"] {
            assert!(PolicyId::parse(bad).is_err(), "{bad:?}");
        }
    }
}
