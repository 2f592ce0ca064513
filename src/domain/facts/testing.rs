//! Trees for tests.

use std::collections::BTreeSet;

use crate::domain::tree::{Content, Entry, SourceTree};

use super::{Extracted, FactKind, RepoFacts, extract};

/// `acme/shop` on `main`.
pub(super) fn repo() -> RepoFacts {
    RepoFacts {
        owner: "acme".to_owned(),
        name: "shop".to_owned(),
        full_name: "acme/shop".to_owned(),
        default_branch: Some("main".to_owned()),
        ..RepoFacts::default()
    }
}

/// A tree of text files.
pub(super) fn tree(files: &[(&str, &str)]) -> SourceTree {
    let entry = |text: &str| Entry::loose(Content::Text(text.into()));
    SourceTree {
        excluded: Default::default(),
        entries: files.iter().map(|(path, text)| ((*path).to_owned(), entry(text))).collect(),
        ..SourceTree::default()
    }
}

/// The facts of such a tree.
pub(super) fn extract_from(
    files: &[(&str, &str)],
    repo: &RepoFacts,
    needs: &BTreeSet<FactKind>,
) -> Extracted {
    extract(&tree(files), repo, needs)
}
