//! A folder as a source tree: the files that somebody listed, or all that Git would track.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

use ignore::WalkBuilder;

use crate::domain::tree::{Content, Entry, MAX_FILE_BYTES, MAX_TREE_BYTES, SourceTree, Withheld};

/// Why a folder could not be read.
#[derive(Debug, thiserror::Error)]
pub enum DiskError {
    /// No such folder, or it is a file.
    #[error("`{0}` is not a folder")]
    NotAFolder(String),
    /// A file cannot be written.
    #[error("cannot write `{path}`: {reason}")]
    Unwritable {
        /// The file.
        path: String,
        /// Why not.
        reason: String,
    },
    /// A file that was named is not there, or is no text.
    #[error("cannot read `{path}`: {reason}")]
    Unreadable {
        /// The file.
        path: String,
        /// Why not.
        reason: String,
    },
}

/// Files of a folder that are listed; more are the home folder by mistake.
const MOST_FILES: usize = 300_000;

/// Reads a folder that is no Git checkout. `wanted` decides which files' bytes are read; all are
/// listed. Files that `.gitignore` names are left out, hidden ones are not; links are never
/// followed; other repositories inside are not entered.
pub fn read_tree(root: &Path, wanted: impl Fn(&str) -> bool) -> Result<SourceTree, DiskError> {
    check_folder(root)?;
    let mut paths = BTreeMap::new();
    let mut truncated = None;
    let walk = WalkBuilder::new(root)
        .hidden(false)
        .ignore(false)
        .git_global(false)
        .require_git(false)
        .follow_links(false)
        .filter_entry(|entry| {
            let nested = || entry.depth() > 0 && entry.path().join(".git").exists();
            entry.file_name() != ".git" && !nested()
        })
        .build();
    for entry in walk {
        let entry = match entry {
            Ok(entry) => entry,
            Err(e) => {
                truncated = Some(format!("a folder could not be read: {e}"));
                continue;
            }
        };
        if entry.file_type().is_none_or(|kind| kind.is_dir()) {
            continue;
        }
        if paths.len() >= MOST_FILES {
            truncated = Some(format!("the folder holds more than {MOST_FILES} files"));
            break;
        }
        let Ok(relative) = entry.path().strip_prefix(root) else { continue };
        let path = relative.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
        paths.insert(path, entry.into_path());
    }
    let mut tree = SourceTree { truncated, ..SourceTree::default() };
    let mut room = MAX_TREE_BYTES;
    for (path, place) in paths {
        if let Some(content) = read(&place, wanted(&path), &mut room) {
            tree.entries.insert(path, Entry::loose(content));
        }
    }
    Ok(tree)
}

/// Reads the listed files of a folder: path, and where it lies in the folder. Those that are not
/// there are left out. No link is followed, not even one on the way to a file, and no place leads
/// out of the folder.
pub fn read_listed<'p>(
    root: &Path,
    listed: impl IntoIterator<Item = (&'p str, &'p Path)>,
    wanted: impl Fn(&str) -> bool,
) -> Result<SourceTree, DiskError> {
    check_folder(root)?;
    let mut tree = SourceTree::default();
    let mut folders = BTreeSet::new();
    let mut room = MAX_TREE_BYTES;
    for (path, place) in listed {
        let plain = |part| matches!(part, Component::Normal(name) if name != ".git");
        if !place.components().all(plain) || !is_really_below(root, place, &mut folders) {
            continue;
        }
        if let Some(content) = read(&root.join(place), wanted(path), &mut room) {
            tree.entries.insert(path.to_owned(), Entry::loose(content));
        }
    }
    Ok(tree)
}

/// Reads one small text that the user named.
pub fn read_text(path: &Path) -> Result<String, DiskError> {
    let fail = |reason| DiskError::Unreadable { path: path.display().to_string(), reason };
    match content(path, &mut MAX_FILE_BYTES.clone()) {
        Content::Text(text) => Ok(text.to_string()),
        Content::Withheld(Withheld::Unreadable { reason }) => Err(fail(reason)),
        Content::Withheld(why) => Err(fail(format!("it {}", why.reason()))),
    }
}

fn check_folder(root: &Path) -> Result<(), DiskError> {
    if root.is_dir() { Ok(()) } else { Err(DiskError::NotAFolder(root.display().to_string())) }
}

/// Whether every folder on the way to `place` is a folder; `known` remembers those that are.
fn is_really_below(root: &Path, place: &Path, known: &mut BTreeSet<PathBuf>) -> bool {
    let mut folder = root.to_owned();
    place.parent().into_iter().flat_map(Path::components).all(|part| {
        folder.push(part);
        known.contains(&folder)
            || (fs::symlink_metadata(&folder).is_ok_and(|meta| meta.is_dir())
                && known.insert(folder.clone()))
    })
}

/// `None` when there is nothing at `place`, or a folder.
fn read(place: &Path, wanted: bool, room: &mut u64) -> Option<Content> {
    let kind = match fs::symlink_metadata(place) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => return None,
        Err(e) => return Some(unreadable(&e)),
        Ok(meta) => meta.file_type(),
    };
    if kind.is_dir() {
        None
    } else if kind.is_symlink() {
        Some(Content::Withheld(Withheld::Symlink))
    } else if wanted {
        Some(content(place, room))
    } else {
        Some(Content::Withheld(Withheld::NotFetched))
    }
}

fn content(path: &Path, room: &mut u64) -> Content {
    match fs::metadata(path) {
        Ok(meta) if !meta.is_file() => {
            Content::Withheld(Withheld::Unreadable { reason: "it is not a file".to_owned() })
        }
        Ok(meta) if meta.len() > MAX_FILE_BYTES => {
            Content::Withheld(Withheld::TooLarge { size_bytes: meta.len() })
        }
        Ok(meta) if meta.len() > *room => Content::Withheld(Withheld::OverBudget),
        Ok(meta) => {
            *room -= meta.len();
            fs::read(path).map_or_else(|e| unreadable(&e), Content::of_bytes)
        }
        Err(e) => unreadable(&e),
    }
}

fn unreadable(error: &io::Error) -> Content {
    Content::Withheld(Withheld::Unreadable { reason: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("temp folder");
        for (path, text) in files {
            let path = dir.path().join(path);
            fs::create_dir_all(path.parent().expect("has one")).expect("writable");
            fs::write(path, text).expect("writable");
        }
        dir
    }

    fn paths(tree: &SourceTree) -> Vec<&str> {
        tree.entries.keys().map(String::as_str).collect()
    }

    #[test]
    fn hidden_files_count_and_ignored_ones_do_not() {
        let dir = folder(&[
            (".github/workflows/ci.yml", "on: push"),
            (".gitignore", "dist/\n"),
            ("dist/x.js", "1"),
            ("Dockerfile", "FROM x"),
            ("other/.git/config", ""),
            ("other/Dockerfile", "FROM y"),
        ]);
        std::os::unix::fs::symlink("/etc/passwd", dir.path().join("link")).expect("writable");
        let tree = read_tree(dir.path(), |p| p == "Dockerfile").expect("readable");
        assert_eq!(paths(&tree), [".github/workflows/ci.yml", ".gitignore", "Dockerfile", "link"]);
        assert_eq!(tree.text("Dockerfile").map(|t| &**t), Some("FROM x"));
        assert_eq!(tree.entries["link"].content, Content::Withheld(Withheld::Symlink));
    }

    #[test]
    fn a_listing_leads_neither_through_links_nor_out_of_the_folder() {
        let dir = folder(&[("in/here/a", "1"), ("out/b", "2")]);
        std::os::unix::fs::symlink("../../out", dir.path().join("in/here/link")).expect("writable");
        let root = dir.path().join("in");
        let listed =
            ["../out/b", "/etc/passwd", "gone", "here", "here/a", "here/link", "here/link/b"];
        let tree = read_listed(&root, listed.map(|path| (path, Path::new(path))), |_| true)
            .expect("readable");
        assert_eq!(paths(&tree), ["here/a", "here/link"]);
        assert_eq!(tree.entries["here/link"].content, Content::Withheld(Withheld::Symlink));
    }

    #[test]
    fn one_evaluation_reads_so_much_and_no_more() {
        let dir = folder(&[("a", "12"), ("b", "123"), ("c", "1")]);
        let mut room = 3;
        let read = |name: &str, room: &mut u64| read(&dir.path().join(name), true, room);
        assert_eq!(read("a", &mut room), Some(Content::Text("12".into())));
        assert_eq!(read("b", &mut room), Some(Content::Withheld(Withheld::OverBudget)));
        assert_eq!(read("c", &mut room), Some(Content::Text("1".into())));
    }
}
