//! What is said of the same file is said together, each thing once.

use std::collections::BTreeMap;

use crate::domain::finding::Finding;

/// What is said of one file.
pub(super) struct Group<'f> {
    /// The file; `None` for the repository as a whole.
    pub(super) path: Option<&'f str>,
    /// What is said, with the policies that it is said of and how often.
    pub(super) said: Vec<(&'f str, Vec<&'f str>, usize)>,
}

/// In the order in which files first come up.
pub(super) fn grouped<'f>(all: impl Iterator<Item = (&'f Finding, &'f str)>) -> Vec<Group<'f>> {
    let mut groups: Vec<Group<'f>> = Vec::new();
    let mut places: BTreeMap<Option<&str>, usize> = BTreeMap::new();
    for (finding, words) in all {
        let path = finding.place.path.as_deref();
        let at = *places.entry(path).or_insert(groups.len());
        if at == groups.len() {
            groups.push(Group { path, said: Vec::new() });
        }
        let policy = finding.policy.as_str();
        match groups[at].said.iter_mut().find(|(known, ..)| *known == words) {
            Some((_, policies, count)) => {
                *count += 1;
                if !policies.contains(&policy) {
                    policies.push(policy);
                }
            }
            None => groups[at].said.push((words, vec![policy], 1)),
        }
    }
    groups
}
