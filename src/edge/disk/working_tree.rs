//! A folder as a source tree: what Git would track, whether or not it is a Git checkout.

use std::fs;
use std::path::Path;

use ignore::WalkBuilder;

use crate::domain::tree::{Content, Entry, MAX_FILE_BYTES, SourceTree, Withheld};

/// Why a folder could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// No such folder, or it is a file.
    #[error("`{0}` is not a folder")]
    NotAFolder(String),
}

/// Reads the folder. `wanted` decides which files' bytes are read; all are listed. Files that
/// `.gitignore` names are left out, hidden ones are not; links are never followed.
pub fn read_tree(root: &Path, wanted: impl Fn(&str) -> bool) -> Result<SourceTree, DiskError> {
    if !root.is_dir() {
        return Err(DiskError::NotAFolder(root.display().to_string()));
    }
    let mut tree = SourceTree::default();
    let walk = WalkBuilder::new(root)
        .hidden(false)
        .ignore(false)
        .git_global(false)
        .require_git(false)
        .follow_links(false)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            Err(e) => {
                tree.truncated = Some(format!("a folder could not be read: {e}"));
                continue;
            }
        };
        let Some(kind) = entry.file_type().filter(|kind| !kind.is_dir()) else { continue };
        let Ok(relative) = entry.path().strip_prefix(root) else { continue };
        let path = relative.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
        let content = if kind.is_symlink() {
            Content::Withheld(Withheld::Symlink)
        } else if wanted(&path) {
            content(entry.path())
        } else {
            Content::Withheld(Withheld::NotFetched)
        };
        tree.entries.insert(path, Entry { blob: None, content });
    }
    Ok(tree)
}

fn content(path: &Path) -> Content {
    let unreadable =
        |e: std::io::Error| Content::Withheld(Withheld::Unreadable { reason: e.to_string() });
    match fs::metadata(path) {
        Ok(meta) if !meta.is_file() => {
            Content::Withheld(Withheld::Unreadable { reason: "it is not a file".to_owned() })
        }
        Ok(meta) if meta.len() > MAX_FILE_BYTES => {
            Content::Withheld(Withheld::TooLarge { size_bytes: meta.len() })
        }
        Ok(_) => fs::read(path).map_or_else(unreadable, Content::of_bytes),
        Err(e) => unreadable(e),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_files_count_and_ignored_ones_do_not() {
        let dir = tempfile::tempdir().expect("temp folder");
        for (path, text) in [
            (".github/workflows/ci.yml", "on: push"),
            (".gitignore", "dist/\n"),
            ("dist/x.js", "1"),
            ("Dockerfile", "FROM x"),
        ] {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().expect("has one")).expect("writable");
            fs::write(path, text).expect("writable");
        }
        std::os::unix::fs::symlink("/etc/passwd", dir.path().join("link")).expect("writable");
        let tree = read_tree(dir.path(), |p| p == "Dockerfile").expect("readable");
        let paths: Vec<&str> = tree.entries.keys().map(String::as_str).collect();
        assert_eq!(paths, [".github/workflows/ci.yml", ".gitignore", "Dockerfile", "link"]);
        assert_eq!(tree.text("Dockerfile").map(|t| &**t), Some("FROM x"));
        assert_eq!(tree.entries["link"].content, Content::Withheld(Withheld::Symlink));
    }
}
