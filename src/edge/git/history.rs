//! What landed on a branch, and what did each commit do to the files?

use std::collections::HashMap;

use super::Checkout;
use super::command::LISTING;
use super::error::GitError;
use crate::domain::ids::Sha;
use crate::domain::risk::change::{FileChange, Kind};
use crate::domain::risk::people::Called;
use crate::domain::risk::units::Commit;
use crate::domain::time::Timestamp;

/// Sets a commit's record apart; no path and no message holds it.
const RECORD: char = '\u{1e}';
/// Fields of a commit: name, parents, commit time, author (after `.mailmap`), committer, message.
const COMMIT: &str = "--format=%x1e%H%x00%P%x00%ct%x00%aN%x00%aE%x00%cE%x00%B%x00";

/// The changes of a branch, and everything that was merged into it.
#[derive(Debug, Default)]
pub struct Line {
    /// The branch's own commits with what they did to the files, oldest first.
    pub line: Vec<(Sha, Vec<FileChange>)>,
    /// These and all commits merged into them.
    pub all: HashMap<Sha, Commit>,
    /// Whether the first of `line` has no parent: nothing is missing before it.
    pub whole: bool,
}

impl Checkout {
    /// The history that ends in `tip`: at most `most` commits of its own line.
    pub async fn history(&self, tip: &Sha, most: usize) -> Result<Line, GitError> {
        let most = format!("--max-count={most}");
        let mut line = self.changes_of(&["--first-parent", &most, tip.as_str()]).await?;
        let arguments = ["log", "-z", PLAIN[0], PLAIN[1], COMMIT, tip.as_str(), "--"];
        let text = self.git.bytes(&arguments, LISTING).await?;
        let all: HashMap<Sha, Commit> = String::from_utf8_lossy(&text)
            .split(RECORD)
            .filter_map(read_commit)
            .map(|commit| (commit.sha.clone(), commit))
            .collect();
        let first = line.first().and_then(|(sha, _)| all.get(sha));
        let whole = first.is_some_and(|commit| commit.parents.is_empty());
        let shallow = whole && self.is_shallow().await?;
        if shallow {
            // Git shows the commit at which a clone was cut off as one that made every file.
            line.remove(0);
        }
        Ok(Line { line, all, whole: whole && !shallow })
    }

    /// What lies between two commits, renames followed.
    pub async fn difference(&self, from: &Sha, to: &Sha) -> Result<Vec<FileChange>, GitError> {
        let mut arguments = vec!["diff"];
        arguments.extend(DIFF);
        arguments.extend([from.as_str(), to.as_str(), "--"]);
        Ok(read_files(&self.git.bytes(&arguments, LISTING).await?))
    }

    /// The lines that a file gains and loses between two commits, as a patch from its first `@@` on.
    pub async fn patch(&self, from: &Sha, to: &Sha, file: &FileChange) -> Result<String, GitError> {
        // Taken literally: the environment sees to that.
        let paths = [file.path_before(), file.path.as_str()];
        let mut arguments = vec!["diff", "-U0", "-M50%", "--no-color"];
        arguments.extend(["--no-ext-diff", "--no-textconv"]);
        arguments.extend([from.as_str(), to.as_str(), "--", paths[0], paths[1]]);
        let text = self.git.bytes(&arguments, LISTING).await?;
        let text = String::from_utf8_lossy(&text);
        Ok(text.find("\n@@").map(|at| text[at + 1..].to_owned()).unwrap_or_default())
    }

    /// The commits of `to` that `from` does not have, oldest first.
    pub async fn commits_between(&self, from: &Sha, to: &Sha) -> Result<Vec<Commit>, GitError> {
        let range = format!("{from}..{to}");
        let arguments = ["log", "-z", PLAIN[0], PLAIN[1], COMMIT, &range, "--"];
        let text = self.git.bytes(&arguments, LISTING).await?;
        let text = String::from_utf8_lossy(&text);
        let mut commits: Vec<Commit> = text.split(RECORD).filter_map(read_commit).collect();
        commits.reverse();
        Ok(commits)
    }

    async fn changes_of(&self, of: &[&str]) -> Result<Vec<(Sha, Vec<FileChange>)>, GitError> {
        let mut arguments = vec!["log", "--format=%x1e%H%x00", "--diff-merges=first-parent"];
        arguments.extend(PLAIN);
        arguments.extend(DIFF);
        arguments.extend(of);
        arguments.push("--");
        let text = self.git.bytes(&arguments, LISTING).await?;
        let records = text.split(|b| *b == RECORD as u8).filter(|r| !r.is_empty());
        let mut line: Vec<_> = records.filter_map(read_record).collect();
        line.reverse();
        Ok(line)
    }
}

/// A repository's configuration may ask for signatures to be checked, by a program of its choice.
const PLAIN: [&str; 2] = ["--no-show-signature", "--no-color"];

/// Both lists of one diff: what happened (`--raw`) and how many lines (`--numstat`). Nothing that
/// a repository's own configuration names is run, and its own limits of rename detection do not
/// count.
const DIFF: [&str; 8] = [
    "-z",
    "--raw",
    "--numstat",
    "-M50%",
    "-l2000",
    "--no-ext-diff",
    "--no-textconv",
    "--ignore-submodules=none",
];

/// `<sha>\0\0` and the lists.
fn read_record(record: &[u8]) -> Option<(Sha, Vec<FileChange>)> {
    let end = record.iter().position(|b| *b == 0)?;
    let sha = Sha::parse(std::str::from_utf8(&record[..end]).ok()?.trim()).ok()?;
    Some((sha, read_files(&record[end + 1..])))
}

/// `:100644 100644 a b R90\0old\0new\0` and so on, then `3\t1\t\0old\0new\0`, `-\t-\tpicture\0`.
fn read_files(text: &[u8]) -> Vec<FileChange> {
    let mut words = text.split(|b| *b == 0).map(|word| String::from_utf8_lossy(word).into_owned());
    let mut files: Vec<FileChange> = Vec::new();
    let mut by_path: HashMap<String, usize> = HashMap::new();
    while let Some(word) = words.next() {
        let word = word.trim_start_matches('\n');
        if let Some(raw) = word.strip_prefix(':') {
            let status = raw.rsplit(' ').next().and_then(|s| s.chars().next());
            let kind = match status {
                Some('A' | 'C') => Kind::Added,
                Some('D') => Kind::Removed,
                Some('R') => Kind::Renamed,
                _ => Kind::Modified,
            };
            let first = words.next().unwrap_or_default();
            let moved = matches!(status, Some('R' | 'C'));
            let path = if moved { words.next().unwrap_or_default() } else { first.clone() };
            let was = (kind == Kind::Renamed).then_some(first);
            by_path.insert(path.clone(), files.len());
            files.push(FileChange { path, was, kind, added: 0, deleted: 0 });
        } else if let Some((added, deleted, path)) = numbers(word) {
            let path = if path.is_empty() {
                // The old name comes first.
                drop(words.next());
                words.next().unwrap_or_default()
            } else {
                path.to_owned()
            };
            if let Some(file) = by_path.get(&path).and_then(|at| files.get_mut(*at)) {
                (file.added, file.deleted) = (added, deleted);
            }
        }
    }
    files
}

/// `3\t1\tpath`; binary files have `-` for both numbers.
fn numbers(word: &str) -> Option<(u64, u64, &str)> {
    let mut parts = word.splitn(3, '\t');
    let (added, deleted, path) = (parts.next()?, parts.next()?, parts.next()?);
    let count = |text: &str| if text == "-" { Some(0) } else { text.parse().ok() };
    Some((count(added)?, count(deleted)?, path))
}

fn read_commit(record: &str) -> Option<Commit> {
    let mut fields = record.split('\0');
    let mut next = || fields.next().unwrap_or_default();
    let sha = Sha::parse(next().trim()).ok()?;
    let parents = next().split_whitespace().filter_map(|p| Sha::parse(p).ok()).collect();
    let at = Timestamp::from_secs(next().parse().ok()?);
    let some = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
    let (name, mail) = (some(next()), some(next()));
    let committer_mail = next().to_owned();
    // As GitHub tells it: Git's own subject goes on until the first empty line.
    let message = next();
    let (subject, body) = message.split_once('\n').unwrap_or((message, ""));
    let (subject, body) = (subject.trim().to_owned(), body.to_owned());
    let author = Called { login: None, mail, name };
    Some(Commit { sha, parents, at, author, committer_mail, subject, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_lists_are_joined() {
        let text = b"\0:100644 100644 a b M\0src/a.rs\0:100644 000000 a 0 D\0gone\0\
            :100644 100644 a b R090\0old.rs\0new.rs\0:000000 100644 0 b A\0logo.png\0\
            3\t1\tsrc/a.rs\x000\t9\tgone\x002\t2\t\0old.rs\0new.rs\0-\t-\tlogo.png\0";
        let files = read_files(text);
        let told: Vec<_> = files
            .iter()
            .map(|f| (f.path.as_str(), f.was.as_deref(), f.kind, f.added, f.deleted))
            .collect();
        assert_eq!(
            told,
            [
                ("src/a.rs", None, Kind::Modified, 3, 1),
                ("gone", None, Kind::Removed, 0, 9),
                ("new.rs", Some("old.rs"), Kind::Renamed, 2, 2),
                ("logo.png", None, Kind::Added, 0, 0),
            ]
        );
    }
}
