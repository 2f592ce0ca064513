//! What changed between two trees? Files with status, counts and a one-hunk patch.

use super::{Flat, Mode, Sha, Store};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileStatus {
    Added,
    Removed,
    Modified,
    /// Same content under another path.
    Renamed,
}

impl FileStatus {
    pub fn word(self) -> &'static str {
        match self {
            FileStatus::Added => "added",
            FileStatus::Removed => "removed",
            FileStatus::Modified => "modified",
            FileStatus::Renamed => "renamed",
        }
    }
}

#[derive(Clone, Debug)]
pub struct FileDiff {
    pub path: String,
    pub previous: Option<String>,
    pub status: FileStatus,
    /// Of the new content; of the old one when removed. None for a submodule, as on GitHub's wire.
    pub sha: Option<Sha>,
    pub additions: usize,
    pub deletions: usize,
    /// None for binary content and for pure renames.
    pub patch: Option<String>,
}

/// The differences in path order, exact renames detected.
pub fn diff_trees(store: &Store, old: &Flat, new: &Flat) -> Vec<FileDiff> {
    let mut gone: Vec<(&String, &(Mode, Sha))> =
        old.iter().filter(|(path, _)| !new.contains_key(*path)).collect();
    let mut out = Vec::new();
    for (path, entry) in new {
        match old.get(path) {
            Some(before) if before == entry => {}
            Some(before) => {
                out.push(one(store, path, FileStatus::Modified, Some(before), Some(entry)))
            }
            None => match gone.iter().position(|(_, before)| before.1 == entry.1) {
                Some(at) => {
                    let (previous, _) = gone.remove(at);
                    out.push(FileDiff {
                        path: path.clone(),
                        previous: Some(previous.clone()),
                        status: FileStatus::Renamed,
                        sha: Some(entry.1.clone()),
                        additions: 0,
                        deletions: 0,
                        patch: None,
                    });
                }
                None => out.push(one(store, path, FileStatus::Added, None, Some(entry))),
            },
        }
    }
    out.extend(
        gone.into_iter()
            .map(|(path, entry)| one(store, path, FileStatus::Removed, Some(entry), None)),
    );
    out.sort_by(|a, b| a.path.cmp(&b.path));
    out
}

fn one(
    store: &Store,
    path: &str,
    status: FileStatus,
    before: Option<&(Mode, Sha)>,
    after: Option<&(Mode, Sha)>,
) -> FileDiff {
    let text = |entry: Option<&(Mode, Sha)>| match entry {
        None => Some(String::new()),
        Some((Mode::Submodule, sha)) => Some(format!("Subproject commit {sha}\n")),
        Some((_, sha)) => {
            let bytes = store.blob(sha)?;
            if bytes.contains(&0) {
                None
            } else {
                Some(String::from_utf8_lossy(bytes).into_owned())
            }
        }
    };
    let (additions, deletions, patch) = match (text(before), text(after)) {
        (Some(old), Some(new)) => hunk(&old, &new),
        _ => (0, 0, None),
    };
    let sha = after.or(before).filter(|entry| entry.0 != Mode::Submodule).map(|e| e.1.clone());
    FileDiff { path: path.into(), previous: None, status, sha, additions, deletions, patch }
}

/// One hunk without context from the first to the last line that differs: coarse but a valid patch.
fn hunk(old: &str, new: &str) -> (usize, usize, Option<String>) {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let rest = old.len().min(new.len()) - head;
    let tail =
        old.iter().rev().zip(new.iter().rev()).take(rest).take_while(|(a, b)| a == b).count();
    let (minus, plus) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    if minus.is_empty() && plus.is_empty() {
        return (0, 0, None);
    }
    let start = |count: usize| if count == 0 { head } else { head + 1 };
    let mut patch = format!(
        "@@ -{},{} +{},{} @@",
        start(minus.len()),
        minus.len(),
        start(plus.len()),
        plus.len()
    );
    minus.iter().for_each(|line| patch += &format!("\n-{line}"));
    plus.iter().for_each(|line| patch += &format!("\n+{line}"));
    (plus.len(), minus.len(), Some(patch))
}
