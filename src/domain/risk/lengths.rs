//! How long is every file? Counted along a branch from its first commit: what was added less what was
//! deleted, so that nobody has to read the files.

use std::collections::HashMap;

use super::change::{FileChange, Kind};

/// Lines by path. Binary files have none.
#[derive(Debug, Clone, Default)]
pub struct Lengths(HashMap<String, u64>);

impl Lengths {
    /// Lines in these files before they change, added up.
    pub fn before(&self, files: &[FileChange]) -> u64 {
        files.iter().map(|file| self.of(file)).sum()
    }

    fn of(&self, file: &FileChange) -> u64 {
        let known = self.0.get(file.path_before()).filter(|_| file.existed());
        known.copied().unwrap_or(0)
    }

    /// They changed.
    ///
    /// ```
    /// use waymark::domain::risk::change::{FileChange, Kind};
    /// use waymark::domain::risk::lengths::Lengths;
    /// let mut lengths = Lengths::default();
    /// let new = FileChange { kind: Kind::Added, ..FileChange::modified("a.rs", 10, 0) };
    /// lengths.add(&[new]);
    /// let was = Some("a.rs".to_owned());
    /// let moved = FileChange { kind: Kind::Renamed, was, ..FileChange::modified("b.rs", 1, 4) };
    /// assert_eq!(lengths.before(&[moved.clone()]), 10);
    /// lengths.add(&[moved]);
    /// assert_eq!(lengths.before(&[FileChange::modified("b.rs", 0, 0)]), 7);
    /// assert_eq!(lengths.before(&[FileChange::modified("a.rs", 0, 0)]), 0);
    /// ```
    pub fn add(&mut self, files: &[FileChange]) {
        let after = |file: &FileChange| (self.of(file) + file.added).saturating_sub(file.deleted);
        let after: Vec<u64> = files.iter().map(after).collect();
        // Two files may swap their names.
        for file in files.iter().filter(|file| matches!(file.kind, Kind::Removed | Kind::Renamed)) {
            self.0.remove(file.path_before());
        }
        for (file, lines) in files.iter().zip(after).filter(|(file, _)| file.kind != Kind::Removed)
        {
            self.0.insert(file.path.clone(), lines);
        }
    }
}
