//! What is in the repository? Paths, and for each the bytes or *why not*.
//!
//! A [`SourceTree`] comes from GitHub or from a folder on disk; nothing downstream knows which.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::ids::Sha;

/// Files larger than this many bytes are not read: a policy document never is, and a parser's
/// memory is a multiple of its input.
pub const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// Text that one evaluation reads at most, in bytes; wanted files beyond are
/// [`Withheld::OverBudget`].
pub const MAX_TREE_BYTES: u64 = 64 * 1024 * 1024;

/// Why a file's bytes are not at hand.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Withheld {
    /// No policy needs it, so nobody asked.
    NotFetched,
    /// Over [`MAX_FILE_BYTES`].
    TooLarge {
        /// Its size.
        size_bytes: u64,
    },
    /// Holds a NUL byte or is not UTF-8.
    Binary,
    /// A symbolic link; never followed, as it may point anywhere.
    Symlink,
    /// A submodule: another repository's commit.
    Submodule,
    /// The evaluation had read enough text already.
    OverBudget,
    /// Reading failed for good (the object is gone, access is refused).
    Unreadable {
        /// What the source said, one line.
        reason: String,
    },
}

impl Withheld {
    /// In words that follow "`path` …": `is larger than 1 MiB (25.0 MiB) and was not read`.
    pub fn reason(&self) -> String {
        match self {
            Self::NotFetched => "was not read".to_owned(),
            Self::TooLarge { size_bytes } => {
                let mib = *size_bytes as f64 / (1024.0 * 1024.0);
                format!("is larger than 1 MiB ({mib:.1} MiB) and was not read")
            }
            Self::OverBudget => {
                "was not read: the repository holds more text than one evaluation reads".to_owned()
            }
            Self::Binary => "is not UTF-8 text".to_owned(),
            Self::Symlink => "is a symbolic link, which is not followed".to_owned(),
            Self::Submodule => "is a submodule, which is not read".to_owned(),
            Self::Unreadable { reason } => format!("could not be read: {reason}"),
        }
    }
}

/// A file's bytes, or why not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// UTF-8 text; line ends as they are.
    Text(Arc<str>),
    /// Not at hand.
    Withheld(Withheld),
}

impl Content {
    /// Judges raw bytes: text when UTF-8 without NUL and not too large.
    pub fn of_bytes(bytes: Vec<u8>) -> Self {
        let size_bytes = bytes.len() as u64;
        if size_bytes > MAX_FILE_BYTES {
            return Self::Withheld(Withheld::TooLarge { size_bytes });
        }
        match String::from_utf8(bytes) {
            Ok(text) if !text.contains('\0') => Self::Text(text.into()),
            _ => Self::Withheld(Withheld::Binary),
        }
    }
}

/// One path of the tree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// The blob's object name; `None` for a folder on disk that is no Git checkout.
    pub blob: Option<Sha>,
    /// Its bytes, or why not.
    pub content: Content,
    /// Whether it may be run (Git's mode 100755). Trees that were kept before anybody noted that
    /// say no.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub executable: bool,
}

impl Entry {
    /// A plain file that is no Git object yet: one that is in the making, or lies on a disk.
    pub fn loose(content: Content) -> Self {
        Self { blob: None, content, executable: false }
    }
}

/// A repository's files at one commit. Paths are relative, `/`-separated, and may hold any
/// character but NUL (names with newlines and backticks exist): escape them before showing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SourceTree {
    /// The tree's object name; equal names mean equal content.
    pub sha: Option<Sha>,
    /// Path → entry, sorted.
    pub entries: BTreeMap<String, Entry>,
    /// Set when the listing itself is incomplete (GitHub truncates at 100,000 entries or 7 MB);
    /// then a path that is not in `entries` is *unknown*, never *missing*. The text says why.
    pub truncated: Option<String>,
    /// Paths that the configuration leaves out: listed, but no fact is read from them.
    #[serde(default)]
    pub excluded: BTreeSet<String>,
}

impl SourceTree {
    /// Whether the file at `path` may be run; one that is not there may not.
    pub fn is_executable(&self, path: &str) -> bool {
        self.entries.get(path).is_some_and(|entry| entry.executable)
    }

    /// The text at `path`, when it was read.
    pub fn text(&self, path: &str) -> Option<&Arc<str>> {
        match self.entries.get(path).map(|e| &e.content) {
            Some(Content::Text(text)) => Some(text),
            _ => None,
        }
    }
}
