//! What does history say of the files that a change touches?

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::time::Timestamp;

use super::DAY_MS;
use super::change::Change;
use super::people::Person;

/// How far back changes of a file count as churn.
pub const BURST_DAYS: i64 = 7;
/// How long a revert speaks against the files that it brought back.
pub const REVERT_DAYS: i64 = 180;

/// How long a repair of a file is remembered.
pub const REPAIR_DAYS: i64 = 180;

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
    /// Whether it counts as a repair: a person's change, no revert, whose title speaks of one. `None`:
    /// that was not noted.
    pub repair: Option<bool>,
}

/// What somebody did to a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Times {
    /// How often they changed it.
    pub changes: u64,
    /// When last.
    pub last: Timestamp,
}

/// The earlier changes of one file, renames followed: by people, and only those one by one that
/// are asked for one by one. Of a file that ten thousand changes touched the store tells who
/// touched it, not every touch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilePast {
    /// Who changed it; programs and accounts that are gone are left out.
    pub people: BTreeMap<Person, Times>,
    /// The last change, those of the last [`BURST_DAYS`] days and those that were reverted in the
    /// last [`REVERT_DAYS`]; there may be others among them. Oldest first.
    pub single: Vec<Earlier>,
    /// Repairs of the last [`REPAIR_DAYS`]; `None`: of some changes of that time it was not noted
    /// whether they are.
    pub repairs: Option<u64>,
}

impl Default for FilePast {
    fn default() -> Self {
        Self { people: BTreeMap::new(), single: Vec::new(), repairs: Some(0) }
    }
}

impl FilePast {
    /// Of every change before `now`, oldest first.
    pub fn of(earlier: Vec<Earlier>, now: Timestamp) -> Self {
        let mut past = Self::default();
        for one in &earlier {
            past.extend(one.author.map(|author| (author, Times { changes: 1, last: one.at })));
        }
        let since = now.plus_ms(-REPAIR_DAYS * DAY_MS);
        let lately = earlier.iter().filter(|one| since <= one.at);
        past.repairs = lately.map(|one| one.repair.map(u64::from)).sum();
        past.single = earlier;
        past
    }

    /// The last change.
    pub fn last(&self) -> Option<&Earlier> {
        self.single.last()
    }
}

/// More that people did to it.
impl Extend<(Person, Times)> for FilePast {
    fn extend<T: IntoIterator<Item = (Person, Times)>>(&mut self, more: T) {
        for (person, times) in more {
            let known = self.people.entry(person).or_insert(Times { changes: 0, last: times.last });
            known.changes += times.changes;
            known.last = known.last.max(times.last);
        }
    }
}

/// The past of each touched file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// By the file's present path. A file without an entry has no known past.
    pub files: BTreeMap<String, FilePast>,
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
                let author = Some(*author);
                Earlier { change: number, at, author, reverted: None, repair: Some(false) }
            });
            let earlier: Vec<Earlier> = earlier.collect();
            let now = Timestamp(number * DAY_MS).plus_ms(1);
            past.files.insert((*path).to_owned(), FilePast::of(earlier, now));
        }
        let since = Timestamp(DAY_MS);
        past.known = Some(Known { since, changes: number.unsigned_abs(), whole: true });
        past
    }

    /// The past of one file, if it has one.
    pub fn of_file(&self, path: &str) -> Option<&FilePast> {
        self.files.get(path)
    }

    /// The past of every touched file that has one.
    pub fn touched<'a>(&'a self, change: &'a Change) -> impl Iterator<Item = &'a FilePast> {
        change.files.iter().filter_map(|file| self.of_file(&file.path))
    }

    /// Earlier changes of the touched files that are looked at one by one, file by file.
    pub fn single<'a>(&'a self, change: &'a Change) -> impl Iterator<Item = &'a Earlier> {
        self.touched(change).flat_map(|file| &file.single)
    }

    /// Everybody who changed one of the touched files before.
    pub fn authors(&self, change: &Change) -> BTreeSet<Person> {
        self.touched(change).flat_map(|file| file.people.keys().copied()).collect()
    }

    /// Whether somebody changed a file before.
    pub fn knows(&self, person: Person, path: &str) -> bool {
        self.of_file(path).is_some_and(|file| file.people.contains_key(&person))
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
        for (person, times) in self.touched(change).flat_map(|file| &file.people) {
            if Some(*person) == change.author {
                continue;
            }
            let (person, last) = (*person, times.last);
            let knower = found.entry(person).or_insert(Knower { person, files: 0, last });
            knower.files += 1;
            knower.last = knower.last.max(last);
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
