//! How are commits related? Ancestors, the merge base, and a three-way merge by path.

use std::collections::{BTreeSet, HashSet};

use super::{Flat, Sha, Store};

impl Store {
    /// `sha` and everything reachable from it.
    pub fn ancestors(&self, sha: &str) -> HashSet<Sha> {
        let mut seen = HashSet::new();
        let mut todo = vec![sha.to_string()];
        while let Some(next) = todo.pop() {
            if let Some(commit) = self.commit(&next)
                && seen.insert(next)
            {
                todo.extend(commit.parents.iter().cloned());
            }
        }
        seen
    }

    /// The newest common ancestor that no other common ancestor descends to.
    pub fn merge_base(&self, one: &str, other: &str) -> Option<Sha> {
        let ours = self.ancestors(one);
        let common: Vec<Sha> =
            self.ancestors(other).into_iter().filter(|sha| ours.contains(sha)).collect();
        let mut covered = HashSet::new();
        for sha in &common {
            for parent in &self.commit(sha)?.parents {
                covered.insert(parent.clone());
            }
        }
        common
            .into_iter()
            .filter(|sha| !covered.contains(sha))
            .max_by_key(|sha| (self.commit(sha).map_or(0, |commit| commit.when), sha.clone()))
    }

    /// Commits of `head` that `base` does not have, parents before children, as compare lists them.
    pub fn commits_between(&self, base: &str, head: &str) -> Vec<Sha> {
        let known = self.ancestors(base);
        let mut out = Vec::new();
        self.parents_first(head, &known, &mut HashSet::new(), &mut out);
        out
    }

    fn parents_first(
        &self,
        sha: &str,
        known: &HashSet<Sha>,
        seen: &mut HashSet<Sha>,
        out: &mut Vec<Sha>,
    ) {
        if known.contains(sha) || !seen.insert(sha.into()) {
            return;
        }
        if let Some(commit) = self.commit(sha) {
            for parent in &commit.parents {
                self.parents_first(parent, known, seen, out);
            }
            out.push(sha.into());
        }
    }

    /// The files of merging `head` into `base`; paths changed differently on both sides are the error.
    pub fn merge_files(&self, base: &str, head: &str) -> Result<Flat, Vec<String>> {
        let files =
            |sha: &str| self.commit(sha).map(|commit| self.flat(&commit.tree)).unwrap_or_default();
        let ancestor = self.merge_base(base, head).map(|sha| files(&sha)).unwrap_or_default();
        let (ours, theirs) = (files(base), files(head));
        let paths: BTreeSet<&String> =
            ancestor.keys().chain(ours.keys()).chain(theirs.keys()).collect();
        let (mut merged, mut conflicts) = (Flat::new(), Vec::new());
        for path in paths {
            let (was, our, their) = (ancestor.get(path), ours.get(path), theirs.get(path));
            let pick = match () {
                () if our == their || was == their => our,
                () if was == our => their,
                () => {
                    conflicts.push(path.clone());
                    continue;
                }
            };
            if let Some(entry) = pick {
                merged.insert(path.clone(), entry.clone());
            }
        }
        if conflicts.is_empty() { Ok(merged) } else { Err(conflicts) }
    }
}
