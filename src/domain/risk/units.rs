//! What landed on a branch, one change at a time? A squash, a merge and the commits of a rebase are
//! each one change, so that every way of merging gives the same features.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::domain::ids::Sha;
use crate::domain::time::Timestamp;

use super::change::{Change, FileChange};
use super::labels::{Target, is_revert, is_short_for, number_of, targets};
use super::people::{Called, People, Person};

/// Commits that GitHub's rebase button makes follow each other this closely.
const REBASED_WITHIN_MS: i64 = 10_000;
/// Who commits when GitHub's buttons are pressed.
const GITHUB: &str = "noreply@github.com";

/// A commit, as Git tells of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// Its name.
    pub sha: Sha,
    /// Its parents, the branch's own first.
    pub parents: Vec<Sha>,
    /// When it was committed: when it landed, if a button made it.
    pub at: Timestamp,
    /// Who wrote it, after `.mailmap`.
    pub author: Called,
    /// The committer's address.
    pub committer_mail: String,
    /// First line of its message.
    pub subject: String,
    /// The rest of its message.
    pub body: String,
}

/// A change that landed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landed {
    /// The commit on the branch, when it is known; the last one of a rebase.
    pub sha: Option<Sha>,
    /// The pull request, when it is known.
    pub number: Option<i64>,
    /// When.
    pub at: Timestamp,
    /// Who wrote it; `None` when that cannot be told.
    pub author: Option<Person>,
    /// Whether a program wrote it.
    pub bot: bool,
    /// Whether it takes another change back.
    pub revert: bool,
    /// First line of what its author says.
    pub title: String,
    /// What it did to the files.
    pub files: Vec<FileChange>,
    /// When it was taken back, if it was.
    pub reverted: Option<Timestamp>,
}

impl Landed {
    /// Whether it counts: programs' changes and reverts are neither scored nor counted.
    pub fn counts(&self) -> bool {
        !self.bot && !self.revert
    }

    /// The author as the past knows them: programs know nothing.
    pub fn knower(&self) -> Option<Person> {
        self.author.filter(|_| !self.bot)
    }

    /// As it stood before it was merged.
    pub fn change(&self) -> Change {
        Change {
            title: self.title.clone(),
            author: self.author,
            at: self.at,
            files: self.files.clone(),
            total_files: None,
        }
    }
}

/// Puts commits together to changes. `line` is the branch's own line (first parents), oldest
/// first, with what each did to the files; `all` holds those and every commit merged into it.
/// `repository` is `owner/name`, when it is known.
pub fn units(
    line: Vec<(Sha, Vec<FileChange>)>,
    all: &HashMap<Sha, Commit>,
    people: &mut People,
    repository: Option<&str>,
) -> Vec<Landed> {
    let mut on_line: HashSet<&Sha> = line.iter().map(|(sha, _)| sha).collect();
    let mut landed: Vec<(Landed, Vec<Target>)> = Vec::new();
    let mut inside: HashMap<Sha, usize> = HashMap::new();
    let mut before: Option<&Commit> = None;
    for (sha, files) in &line {
        let Some(commit) = all.get(sha) else { continue };
        let merged = merged_by(commit, all, &on_line);
        let joins = before.is_some_and(|before| is_rebase(before, commit));
        before = Some(commit);
        let number = landed.len();
        if joins && let Some((last, _)) = landed.last_mut() {
            inside.insert(sha.clone(), number - 1);
            last.sha = Some(sha.clone());
            last.at = commit.at;
            join(&mut last.files, files);
            continue;
        }
        for inner in merged.iter().chain([sha]) {
            inside.insert(inner.clone(), landed.len());
        }
        on_line.extend(merged.iter().filter_map(|sha| all.get(sha)).map(|commit| &commit.sha));
        landed.push(one(
            commit,
            files,
            merged.first().and_then(|sha| all.get(sha)),
            people,
            repository,
        ));
    }
    settle(landed, &inside, people)
}

/// What a commit of the branch's line stands for. `tip` is the last commit of a merged branch:
/// whoever pressed the button did not write it.
fn one(
    commit: &Commit,
    files: &[FileChange],
    tip: Option<&Commit>,
    people: &mut People,
    repository: Option<&str>,
) -> (Landed, Vec<Target>) {
    let author = tip.map_or(&commit.author, |tip| &tip.author);
    let of_merge = merge_number(&commit.subject).filter(|_| tip.is_some());
    let first_line = commit.body.lines().map(str::trim).find(|line| !line.is_empty());
    let title = match (of_merge, first_line, tip) {
        (Some(_), Some(line), _) => line.to_owned(),
        (_, _, Some(tip)) => tip.subject.clone(),
        _ => commit.subject.clone(),
    };
    let mut takes_back = targets(&title, &commit.body, repository);
    if let Some(tip) = tip {
        takes_back.extend(targets(&tip.subject, &tip.body, repository));
    }
    let of_tip = tip.is_some_and(|tip| is_revert(&tip.subject, &tip.body, repository));
    let revert = is_revert(&title, &commit.body, repository) || of_tip;
    let landed = Landed {
        sha: Some(commit.sha.clone()),
        number: of_merge.or_else(|| number_of(&commit.subject)),
        at: commit.at,
        author: people.number(author),
        bot: author.is_bot(),
        revert,
        title,
        files: files.to_vec(),
        reverted: None,
    };
    (landed, if revert { takes_back } else { Vec::new() })
}

/// Writes down who was taken back when, and who is who by now. `landed` is in order, each with what
/// it takes back; `inside` tells in which of them a commit is.
pub fn settle(
    landed: Vec<(Landed, Vec<Target>)>,
    inside: &HashMap<Sha, usize>,
    people: &People,
) -> Vec<Landed> {
    let by_number: HashMap<i64, usize> =
        landed.iter().enumerate().filter_map(|(i, (l, _))| Some((l.number?, i))).collect();
    let mut by_title: HashMap<&str, usize> = HashMap::new();
    let mut taken_back: Vec<(usize, Timestamp)> = Vec::new();
    for (i, (change, takes_back)) in landed.iter().enumerate() {
        let find = |target: &Target| match target {
            Target::Pull(number) => by_number.get(number).copied(),
            Target::Commit(digits) => {
                let whole = Sha::parse(digits).ok().and_then(|sha| inside.get(&sha).copied());
                whole.or_else(|| {
                    inside.iter().find(|(sha, _)| is_short_for(digits, sha)).map(|(_, i)| *i)
                })
            }
            Target::Title(title) => by_title.get(title.as_str()).copied(),
        };
        // A change takes back what came before it.
        if let Some(found) = takes_back.iter().filter_map(find).find(|found| *found < i) {
            taken_back.push((found, change.at));
        }
        by_title.insert(&change.title, i);
    }
    drop(by_title);
    let mut settled: Vec<Landed> = landed.into_iter().map(|(landed, _)| landed).collect();
    for (i, at) in taken_back {
        let reverted = &mut settled[i].reverted;
        *reverted = Some(reverted.map_or(at, |before| before.min(at)));
    }
    for change in &mut settled {
        change.author = change.author.map(|person| people.resolve(person));
    }
    settled
}

/// The commits that a merge brought, the tip of its branch first; empty for other commits.
fn merged_by(commit: &Commit, all: &HashMap<Sha, Commit>, known: &HashSet<&Sha>) -> Vec<Sha> {
    let mut brought = Vec::new();
    let mut seen = HashSet::new();
    let mut next: Vec<&Sha> = commit.parents.iter().skip(1).rev().collect();
    while let Some(sha) = next.pop() {
        if known.contains(sha) || !seen.insert(sha) {
            continue;
        }
        let Some(inner) = all.get(sha) else { continue };
        brought.push(sha.clone());
        next.extend(inner.parents.iter().rev());
    }
    brought
}

/// Whether two neighbours on the branch came of one press of the rebase button.
fn is_rebase(before: &Commit, commit: &Commit) -> bool {
    let by_button = |c: &Commit| {
        c.committer_mail == GITHUB && c.parents.len() == 1 && number_of(&c.subject).is_none()
    };
    by_button(before)
        && by_button(commit)
        && before.author == commit.author
        && (commit.at.0 - before.at.0).abs() <= REBASED_WITHIN_MS
}

/// The branch's own line (first parents) that ends in `tip`, as far as it is known, oldest first.
pub fn line_of<'a>(all: &'a HashMap<Sha, Commit>, tip: &Sha) -> Vec<&'a Commit> {
    let mut line = Vec::new();
    let mut next = all.get(tip);
    // Commits cannot go round in circles, but strangers' answers can.
    while let Some(commit) = next.filter(|_| line.len() < all.len()) {
        line.push(commit);
        next = commit.parents.first().and_then(|parent| all.get(parent));
    }
    line.reverse();
    line
}

/// The pull request that GitHub's buttons name in the first line of a message.
pub fn pull_of(subject: &str) -> Option<i64> {
    merge_number(subject).or_else(|| number_of(subject))
}

/// `Merge pull request #12 from acme/topic` → 12.
fn merge_number(subject: &str) -> Option<i64> {
    let rest = subject.strip_prefix("Merge pull request #")?;
    rest.split_whitespace().next()?.parse().ok()
}

/// Two commits of one change: what the second did comes on top.
fn join(files: &mut Vec<FileChange>, more: &[FileChange]) {
    for file in more {
        let before = file.path_before();
        match files.iter_mut().find(|known| known.path == before) {
            None => files.push(file.clone()),
            Some(known) => {
                known.added += file.added;
                known.deleted += file.deleted;
                if let Some(was) = &file.was {
                    if known.existed() && known.was.is_none() {
                        known.was = Some(was.clone());
                        known.kind = file.kind;
                    }
                    known.path = file.path.clone();
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sha(n: u64) -> Sha {
        Sha::parse(&format!("{n:040x}")).expect("valid")
    }

    fn commit(n: u64, parents: &[u64], who: &str, subject: &str) -> Commit {
        Commit {
            sha: sha(n),
            parents: parents.iter().map(|n| sha(*n)).collect(),
            at: Timestamp(n as i64 * 100_000),
            author: Called { mail: Some(format!("{who}@x.example")), ..Called::default() },
            committer_mail: format!("{who}@x.example"),
            subject: subject.to_owned(),
            body: String::new(),
        }
    }

    fn put_together(line: &[(u64, &str)], commits: Vec<Commit>) -> Vec<Landed> {
        let all = commits.into_iter().map(|c| (c.sha.clone(), c)).collect();
        let line = line
            .iter()
            .map(|(n, path)| (sha(*n), vec![FileChange::modified(path, 1, 1)]))
            .collect();
        units(line, &all, &mut People::default(), None)
    }

    #[test]
    fn a_merge_belongs_to_whoever_wrote_its_branch() {
        let mut merge = commit(4, &[1, 3], "boss", "Merge pull request #7 from acme/vat");
        merge.body = "\nFix VAT\n".to_owned();
        let commits = vec![
            commit(1, &[], "ann", "Begin"),
            commit(2, &[1], "bob", "one"),
            commit(3, &[2], "bob", "two"),
            merge,
            commit(5, &[4], "ann", "Revert \"one\""),
        ];
        let mut commits = commits;
        commits[4].body = format!("This reverts commit {}.", sha(2));
        let landed = put_together(&[(1, "a"), (4, "b"), (5, "b")], commits);
        assert_eq!(landed.len(), 3);
        assert_eq!((landed[1].number, landed[1].title.as_str()), (Some(7), "Fix VAT"));
        assert_ne!(landed[1].author, landed[0].author);
        assert_eq!(landed[2].author, landed[0].author);
        // The revert names an inner commit; the whole merge counts as taken back.
        assert_eq!(landed[1].reverted, Some(landed[2].at));
        assert!(landed[2].revert && !landed[2].counts());
    }

    #[test]
    fn a_rebase_is_one_change_and_a_squash_is_named_by_its_number() {
        let mut commits = vec![
            commit(1, &[0], "ann", "Add one"),
            commit(2, &[1], "ann", "Add two"),
            commit(3, &[2], "ann", "Add three (#9)"),
            commit(4, &[3], "bob", "Revert \"Add three (#9)\" (#10)"),
        ];
        for c in &mut commits {
            c.committer_mail = GITHUB.to_owned();
        }
        commits[1].at = commits[0].at.plus_ms(1_000);
        let landed = put_together(&[(1, "a"), (2, "a"), (3, "c"), (4, "c")], commits);
        let numbers: Vec<_> = landed.iter().map(|l| l.number).collect();
        assert_eq!(numbers, [None, Some(9), Some(10)]);
        assert_eq!(landed[0].files, [FileChange::modified("a", 2, 2)]);
        assert_eq!(landed[1].reverted, Some(landed[2].at));
    }
}
