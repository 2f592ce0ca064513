//! Under which names did a file live before? Renames are followed back in time.
//!
//! Rows may come in any order and in several loads (the store asks in rounds): a name counts only
//! until the moment at which another file took it over, and a walk always goes back in time, so
//! that names which are swapped do not make a circle.

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
        known.sort_by_key(|touch| (touch.earlier.at, touch.earlier.change));
    }

    /// Adds a touch that is younger than all others.
    pub fn push(&mut self, path: &K, touch: Touch<K>) {
        match self.paths.get_mut(path) {
            Some(known) => known.push(touch),
            None => drop(self.paths.insert(path.clone(), vec![touch])),
        }
    }

    /// The history of the file that lies at `path` before `until`: oldest first, under all its
    /// names. `Err` names the paths that must be loaded first.
    pub fn lineage(&self, path: &K, until: Timestamp) -> Result<Vec<Earlier>, K> {
        let mut parts: Vec<&[Touch<K>]> = Vec::new();
        let (mut path, mut until) = (path, (until, i64::MAX));
        for _ in 0..=MAX_RENAMES {
            let known = match self.paths.get(path) {
                Some(known) => known.as_slice(),
                None if self.complete => &[],
                None => return Err(path.clone()),
            };
            let order = |touch: &Touch<K>| (touch.earlier.at, touch.earlier.change);
            let end = known.partition_point(|touch| order(touch) < until);
            let before = &known[..end];
            // What lay here before the file moved in is another file's past.
            match before.iter().rposition(|touch| touch.was.is_some()) {
                None => {
                    parts.push(before);
                    break;
                }
                Some(at) => {
                    parts.push(&before[at..]);
                    until = order(&before[at]);
                    path = before[at].was.as_ref().unwrap_or(path);
                }
            }
        }
        Ok(parts.into_iter().rev().flatten().map(|touch| touch.earlier).collect())
    }

    /// Of the wanted paths and those that renames lead to, the ones not loaded yet.
    pub fn missing(&self, wanted: &[K], until: Timestamp) -> BTreeSet<K> {
        wanted.iter().filter_map(|path| self.lineage(path, until).err()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn touch(change: i64, was: Option<&'static str>) -> Touch<&'static str> {
        let at = Timestamp(change * 10);
        let earlier = Earlier { change, at, author: None, reverted: None };
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
