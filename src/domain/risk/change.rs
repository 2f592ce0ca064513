//! What is about to be merged? Files with their line counts, a title, an author, a moment.

use serde::{Deserialize, Serialize};

use crate::domain::time::Timestamp;

use super::people::Person;

/// What happened to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// It was not there before.
    Added,
    /// Its content is another.
    Modified,
    /// It is gone.
    Removed,
    /// It lay elsewhere before; its content may be another, too.
    Renamed,
}

/// One touched file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileChange {
    /// Where it lies now, or lay when it is removed.
    pub path: String,
    /// Where it lay before, when it was renamed and that is known.
    pub was: Option<String>,
    /// What happened.
    pub kind: Kind,
    /// Lines added; 0 for binary files.
    pub added: u64,
    /// Lines deleted; 0 for binary files.
    pub deleted: u64,
}

impl FileChange {
    /// A file that was there and changed.
    pub fn modified(path: &str, added: u64, deleted: u64) -> Self {
        Self { path: path.to_owned(), was: None, kind: Kind::Modified, added, deleted }
    }

    /// The path under which its history begins to be looked for.
    pub fn path_before(&self) -> &str {
        self.was.as_deref().unwrap_or(&self.path)
    }

    /// Whether it was there before the change.
    pub fn existed(&self) -> bool {
        self.kind != Kind::Added
    }

    /// Lines added and deleted.
    pub fn lines(&self) -> u64 {
        self.added + self.deleted
    }
}

/// A change, before or after it is merged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Text of its author.
    pub title: String,
    /// Who wrote it; `None` when the account is gone.
    pub author: Option<Person>,
    /// When it is merged, or looked at.
    pub at: Timestamp,
    /// Every touched file that is known.
    pub files: Vec<FileChange>,
    /// How many files it touches in truth, when that is more than are known.
    pub total_files: Option<u64>,
}

impl Change {
    /// A change of files that all existed: path, lines added, lines deleted.
    ///
    /// ```
    /// use waymark::domain::risk::change::Change;
    /// let change = Change::of("Fix rounding", &[("src/money.rs", 4, 1)]);
    /// assert_eq!(change.files[0].lines(), 5);
    /// ```
    pub fn of(title: &str, files: &[(&str, u64, u64)]) -> Self {
        Self {
            title: title.to_owned(),
            author: None,
            at: Timestamp(0),
            files: files.iter().map(|(path, a, d)| FileChange::modified(path, *a, *d)).collect(),
            total_files: None,
        }
    }

    /// The same, written by somebody.
    #[must_use]
    pub fn by(self, author: Person) -> Self {
        Self { author: Some(author), ..self }
    }

    /// Whether some of its files are not known.
    pub fn is_partial(&self) -> bool {
        self.total_files.is_some_and(|total| total > self.files.len() as u64)
    }

    /// How many files it touches.
    pub fn file_count(&self) -> u64 {
        self.total_files.unwrap_or(0).max(self.files.len() as u64)
    }
}
