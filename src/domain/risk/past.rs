//! What does history say of the files that a change touches?

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::time::Timestamp;

use super::DAY_MS;
use super::change::Change;
use super::people::Person;

/// How long a revert speaks against the files that it brought back.
pub const REVERT_DAYS: i64 = 180;

/// One earlier change of a file, seen from the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Earlier {
    /// Which change; the same number is the same change, in whichever file.
    pub change: i64,
    /// When it was merged.
    pub at: Timestamp,
    /// Who wrote it; `None` for programs and accounts that are gone.
    pub author: Option<Person>,
    /// When it was reverted, if it was.
    pub reverted: Option<Timestamp>,
}

/// The earlier changes of each touched file, renames followed, oldest first.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// By the file's present path. A file without an entry has no known past.
    pub files: BTreeMap<String, Vec<Earlier>>,
    /// The author's earlier changes anywhere in the repository: moment and subsystems touched.
    /// `None` where that is not looked up.
    pub own: Option<Vec<(Timestamp, BTreeSet<String>)>>,
    /// Where history begins to be known, and how many changes it holds.
    pub known: Option<Known>,
}

/// How far history is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Known {
    /// The first change that is known.
    pub since: Timestamp,
    /// Changes known, programs' included.
    pub changes: u64,
    /// Whether the repository began there, so that nothing is missing before it.
    pub whole: bool,
}

impl Past {
    /// A past in which each named file was changed by these people, one change each, all at
    /// different times. For examples and tests.
    pub fn of(files: &[(&str, &[Person])]) -> Self {
        let mut number = 0;
        let mut past = Self::default();
        for (path, people) in files {
            let earlier = people.iter().map(|author| {
                number += 1;
                let at = Timestamp(number * DAY_MS);
                Earlier { change: number, at, author: Some(*author), reverted: None }
            });
            past.files.insert((*path).to_owned(), earlier.collect());
        }
        let since = Timestamp(DAY_MS);
        past.known = Some(Known { since, changes: number.unsigned_abs(), whole: true });
        past
    }

    /// The earlier changes of one file.
    pub fn of_file(&self, path: &str) -> &[Earlier] {
        self.files.get(path).map_or(&[], Vec::as_slice)
    }

    /// Every earlier change of every touched file: the path and the change.
    pub fn touched<'a>(
        &'a self,
        change: &'a Change,
    ) -> impl Iterator<Item = (&'a str, &'a Earlier)> {
        change.files.iter().flat_map(|file| {
            self.of_file(&file.path).iter().map(|earlier| (file.path.as_str(), earlier))
        })
    }

    /// Everybody who changed one of the touched files before.
    pub fn authors(&self, change: &Change) -> BTreeSet<Person> {
        self.touched(change).filter_map(|(_, earlier)| earlier.author).collect()
    }

    /// Whether somebody changed a file before.
    pub fn knows(&self, person: Person, path: &str) -> bool {
        self.of_file(path).iter().any(|earlier| earlier.author == Some(person))
    }

    /// The share of the touched files that were there before which somebody changed before; `None`
    /// when all are new.
    pub fn known_share(&self, person: Person, change: &Change) -> Option<f64> {
        let existing: Vec<_> = change.files.iter().filter(|file| file.existed()).collect();
        let known = existing.iter().filter(|file| self.knows(person, &file.path)).count();
        (!existing.is_empty()).then(|| known as f64 / existing.len() as f64)
    }

    /// Who knows the touched files best, besides the author: people by the number of touched
    /// files that they changed, then by how lately. At most `most`.
    pub fn knowers(&self, change: &Change, most: usize) -> Vec<Knower> {
        let mut found: BTreeMap<Person, Knower> = BTreeMap::new();
        for file in &change.files {
            let mut seen = BTreeSet::new();
            for earlier in self.of_file(&file.path) {
                let Some(person) = earlier.author.filter(|p| Some(*p) != change.author) else {
                    continue;
                };
                let knower =
                    found.entry(person).or_insert(Knower { person, files: 0, last: earlier.at });
                knower.files += u64::from(seen.insert(person));
                knower.last = knower.last.max(earlier.at);
            }
        }
        let mut all: Vec<Knower> = found.into_values().collect();
        all.sort_by(|a, b| (b.files, b.last, a.person).cmp(&(a.files, a.last, b.person)));
        all.truncate(most);
        all
    }
}

/// Somebody who changed touched files before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Knower {
    /// Who.
    pub person: Person,
    /// How many of the touched files.
    pub files: u64,
    /// When last.
    pub last: Timestamp,
}
