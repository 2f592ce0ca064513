//! Under which names did a file live before? Renames are followed back in time.
//!
//! Rows may come in any order and in several loads (the store asks in rounds): a name counts only
//! until the moment at which another file took it over, and a walk always goes back in time, so
//! that names which are swapped do not make a circle. To know the names, the touches that renamed
//! are enough: the store loads no others and counts the rest where it lies.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::time::Timestamp;

use super::past::Earlier;

/// Renames that are followed of one file.
const MAX_RENAMES: usize = 20;

/// One touch of one path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Touch<K> {
    /// The change, as the file sees it.
    pub earlier: Earlier,
    /// The path before, when this change renamed the file.
    pub was: Option<K>,
}

/// A moment of history: changes of one millisecond have an order, too.
pub type Moment = (Timestamp, i64);

/// A stretch of time in which a path held one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stretch<K> {
    /// Where the file lay.
    pub path: K,
    /// The touch that brought it there, which belongs to it; `None`: whatever is the first.
    pub from: Option<Moment>,
    /// From here on the path no longer counts.
    pub until: Moment,
}

impl<K: PartialEq> Stretch<K> {
    /// Whether a touch of a path is one of this file.
    pub fn holds(&self, path: &K, moment: Moment) -> bool {
        self.path == *path && self.from.is_none_or(|from| from <= moment) && moment < self.until
    }
}

impl<K> Touch<K> {
    fn moment(&self) -> Moment {
        (self.earlier.at, self.earlier.change)
    }
}

/// Touches by path, as far as they were loaded. `K` is what a path is known by: itself, or the
/// digest that the store has of it.
#[derive(Debug, Clone)]
pub struct Touches<K> {
    paths: BTreeMap<K, Vec<Touch<K>>>,
    /// Whether a path that is not here was never touched.
    complete: bool,
}

impl<K> Default for Touches<K> {
    fn default() -> Self {
        Self { paths: BTreeMap::new(), complete: false }
    }
}

impl<K: Ord + Clone> Touches<K> {
    /// Nothing was touched yet, and everything that will be is told.
    pub fn complete() -> Self {
        Self { complete: true, ..Self::default() }
    }

    /// Notes that a path was looked up, even when nothing was found.
    pub fn load(&mut self, path: &K, touches: Vec<Touch<K>>) {
        let known = self.paths.entry(path.clone()).or_default();
        known.extend(touches);
        known.sort_by_key(Touch::moment);
    }

    /// Adds a touch that is younger than all others.
    pub fn push(&mut self, path: &K, touch: Touch<K>) {
        match self.paths.get_mut(path) {
            Some(known) => known.push(touch),
            None => drop(self.paths.insert(path.clone(), vec![touch])),
        }
    }

    /// Where the file lay that lies at `path` before `until`, oldest first. `Err` names the path
    /// that must be loaded first.
    pub fn stretches(&self, path: &K, until: Timestamp) -> Result<Vec<Stretch<K>>, K> {
        let mut found = Vec::new();
        let (mut path, mut until) = (path, (until, i64::MAX));
        for _ in 0..=MAX_RENAMES {
            let known = self.of(path)?;
            let before = &known[..known.partition_point(|touch| touch.moment() < until)];
            // What lay here before the file moved in is another file's past.
            let came = before.iter().rev().find_map(|t| Some((t.moment(), t.was.as_ref()?)));
            let from = came.map(|(moment, _)| moment);
            found.push(Stretch { path: path.clone(), from, until });
            let Some((moment, was)) = came else { break };
            (path, until) = (was, moment);
        }
        found.reverse();
        Ok(found)
    }

    /// The history of the file that lies at `path` before `until`: oldest first, under all its
    /// names. `Err` names the path that must be loaded first.
    pub fn lineage(&self, path: &K, until: Timestamp) -> Result<Vec<Earlier>, K> {
        let mut found = Vec::new();
        for stretch in self.stretches(path, until)? {
            let known = self.of(&stretch.path)?;
            let start = stretch.from.map_or(0, |from| known.partition_point(|t| t.moment() < from));
            let end = known.partition_point(|touch| touch.moment() < stretch.until);
            found.extend(known[start..end].iter().map(|touch| touch.earlier));
        }
        Ok(found)
    }

    fn of(&self, path: &K) -> Result<&[Touch<K>], K> {
        match self.paths.get(path) {
            Some(known) => Ok(known),
            None if self.complete => Ok(&[]),
            None => Err(path.clone()),
        }
    }

    /// Of the wanted paths and those that renames lead to, the ones not loaded yet.
    pub fn missing(&self, wanted: &[K], until: Timestamp) -> BTreeSet<K> {
        wanted.iter().filter_map(|path| self.stretches(path, until).err()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(change: i64, was: Option<&'static str>) -> Touch<&'static str> {
        let at = Timestamp(change * 10);
        let earlier = Earlier { change, at, author: None, reverted: None, repair: None };
        Touch { earlier, was }
    }

    fn changes(touches: &Touches<&'static str>, path: &'static str, until: i64) -> Vec<i64> {
        let found = touches.lineage(&path, Timestamp(until)).expect("loaded");
        found.into_iter().map(|earlier| earlier.change).collect()
    }

    #[test]
    fn a_file_is_followed_through_its_names_and_no_further() {
        let mut touches = Touches::default();
        touches.load(&"a", vec![touch(1, None), touch(2, None), touch(6, None)]);
        assert_eq!(touches.lineage(&"b", Timestamp(100)), Err("b"));
        touches.load(&"b", vec![touch(3, None), touch(5, Some("a")), touch(7, None)]);
        // Change 3 was of another `b`; change 6 of a new `a`.
        assert_eq!(changes(&touches, "b", 100), [1, 2, 5, 7]);
        assert_eq!(changes(&touches, "a", 100), [1, 2, 6]);
        assert_eq!(changes(&touches, "b", 49), [3]);
    }

    #[test]
    fn swapped_names_end() {
        let mut touches = Touches::default();
        touches.load(&"a", vec![touch(1, None), touch(3, Some("b"))]);
        touches.load(&"b", vec![touch(2, None), touch(3, Some("a"))]);
        assert_eq!(changes(&touches, "a", 100), [2, 3]);
        assert_eq!(changes(&touches, "b", 100), [1, 3]);
    }
}
