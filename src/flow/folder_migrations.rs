//! What do the migrations do that a change in a clone brings? Those that it adds, and what it adds to
//! those that are run again.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::ddl::{is_migration, is_read_when_touched, may_be_marked};
use crate::domain::ids::Sha;
use crate::domain::risk::change::{FileChange, Kind};
use crate::domain::risk::condition::{Class, Condition, Source, of_migrations, read_sources};
use crate::domain::risk::coverage::{Span, added_lines};
use crate::edge::git::{Checkout, GitError};

/// Touched files whose new lines are asked for; of what is beyond them nothing is said.
const MOST_TOUCHED: usize = 500;

/// Says it of the files that were touched between `fork` and `head`.
pub(super) async fn migrations(
    checkout: &Checkout,
    fork: &Sha,
    head: &Sha,
    files: &[FileChange],
) -> Result<(Option<Class>, Vec<Condition>), GitError> {
    let may_be = |path: &str| is_migration(path) || may_be_marked(path);
    let there = files.iter().filter(|file| file.kind != Kind::Removed && may_be(&file.path));
    let paths: BTreeSet<&str> = there.clone().map(|file| file.path.as_str()).collect();
    if paths.is_empty() {
        return Ok((None, Vec::new()));
    }
    let tree = checkout.tree(head, |path| paths.contains(path)).await?;
    // Of each migration the lines that are new; of one that is new itself all.
    let mut brought: BTreeMap<&str, Option<Vec<Span>>> = BTreeMap::new();
    let grown = |file: &&FileChange| file.kind != Kind::Added && file.added > 0;
    for file in there.clone().filter(grown).take(MOST_TOUCHED) {
        let patch = checkout.patch(fork, head, file).await?;
        let gains = patch.lines().filter_map(|line| line.strip_prefix('+'));
        if is_read_when_touched(&file.path, false, gains) {
            brought.insert(&file.path, Some(added_lines(&patch)));
        }
    }
    for file in there.filter(|file| file.kind == Kind::Added) {
        let lines = tree.text(&file.path).map(|text| text.lines());
        if is_read_when_touched(&file.path, true, lines.into_iter().flatten()) {
            brought.insert(&file.path, None);
        }
    }
    let found = read_sources(brought.iter().map(|(path, lines)| {
        let text = tree.text(path).map(|text| &**text);
        Source { path, text, lines: lines.as_deref() }
    }));
    let is_code =
        |file: &FileChange| !is_migration(&file.path) && !brought.contains_key(file.path.as_str());
    Ok(of_migrations(&found, files.iter().any(is_code)))
}
