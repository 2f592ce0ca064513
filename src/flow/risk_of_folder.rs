//! How likely is what a clone holds to be reverted? History, change and words, from Git alone.

use std::collections::BTreeSet;
use std::path::Path;

use crate::domain::ids::Sha;
use crate::domain::risk::change::Change;
use crate::domain::risk::history::{History, Step};
use crate::domain::risk::labels::is_revert;
use crate::domain::risk::model::Model;
use crate::domain::risk::observed::Observed;
use crate::domain::risk::past::Past;
use crate::domain::risk::people::People;
use crate::domain::risk::report::{Beside, RiskReport};
use crate::domain::risk::signals::Unknown;
use crate::domain::risk::units::{Landed, units};
use crate::domain::tree::{Content, Withheld};
use crate::edge::git::{Checkout, GitError};

use super::folder_migrations::migrations;
use super::risk_past::{NOT_OF_PROGRAMS, NOT_OF_REVERTS};

/// Commits of the branch's own line that are looked back on.
const MOST_COMMITS: usize = 50_000;

/// A change in a clone.
#[derive(Debug)]
pub struct FolderChange<'a> {
    /// A folder of the clone.
    pub path: &'a Path,
    /// The branch that it is to be merged into.
    pub base: &'a str,
    /// What is to be merged.
    pub head: &'a str,
    /// The title of the pull request; left out, the first line of the last commit.
    pub title: Option<String>,
}

/// Why nothing can be said.
#[derive(Debug, thiserror::Error)]
pub enum FolderRiskError {
    /// Git.
    #[error(transparent)]
    Git(#[from] GitError),
    /// There is nothing to be merged.
    #[error("`{head}` holds nothing that `{base}` does not hold already")]
    NoChange {
        /// What was to be merged.
        head: String,
        /// Into what.
        base: String,
    },
}

/// Says it.
pub async fn risk_of_folder(
    model: &Model,
    asked: FolderChange<'_>,
) -> Result<RiskReport, FolderRiskError> {
    let checkout = Checkout::open(asked.path).await?;
    let checkout = Checkout::open(checkout.root()).await?;
    let base = checkout.commit(asked.base).await?;
    let head = checkout.commit(asked.head).await?;
    let fork = checkout.merge_base(&base, &head).await?.unwrap_or_else(|| base.clone());
    let commits = checkout.commits_between(&fork, &head).await?;
    let Some(last) = commits.last() else {
        let (head, base) = (asked.head.to_owned(), asked.base.to_owned());
        return Err(FolderRiskError::NoChange { head, base });
    };
    let mut people = People::default();
    let (landed, whole) = landed(&checkout, &base, &mut people).await?;
    let author = people.number(&last.author).map(|person| people.resolve(person));
    let change = Change {
        title: asked.title.unwrap_or_else(|| last.subject.clone()),
        author,
        at: last.at,
        files: checkout.difference(&fork, &head).await?,
        total_files: None,
    };
    let mut history = History::walk(model, &landed, whole, |_| {});
    // Of a little piece of a long history nothing can be said: everybody would be a stranger.
    let enough = whole || landed.len() >= model.scale.least;
    let past = if enough { history.past(&change) } else { Past::default() };
    let scored = if last.author.is_bot() {
        Err(NOT_OF_PROGRAMS)
    } else if is_revert(&change.title, &last.body, None) {
        Err(NOT_OF_REVERTS)
    } else {
        history.score(&change, &past)
    };
    let (class, conditions) = migrations(&checkout, &fork, &head, &change.files).await?;
    let observed = Observed {
        lines_before: lines_before(&checkout, &fork, &change).await?,
        ..Observed::nothing("only GitHub knows; the check on a pull request tells")
    };
    let beside = Beside { conditions, migrations: class, personal: true, observed: Some(observed) };
    let name = |person| people.name(person).map(str::to_owned);
    Ok(RiskReport::of(model, &change, Some(&past), scored, beside, name))
}

/// Walks through a clone's history and shows every step.
pub async fn walk_folder(
    model: &Model,
    path: &Path,
    tip: &str,
    see: impl FnMut(&Step<'_>),
) -> Result<(), FolderRiskError> {
    let checkout = Checkout::open(path).await?;
    let checkout = Checkout::open(checkout.root()).await?;
    let tip = checkout.commit(tip).await?;
    let (landed, whole) = landed(&checkout, &tip, &mut People::default()).await?;
    History::walk(model, &landed, whole, see);
    Ok(())
}

async fn landed(
    checkout: &Checkout,
    tip: &Sha,
    people: &mut People,
) -> Result<(Vec<Landed>, bool), GitError> {
    let line = checkout.history(tip, MOST_COMMITS).await?;
    let repository = checkout.origin().await?.map(|name| name.to_string());
    Ok((units(line.line, &line.all, people, repository.as_deref()), line.whole))
}

/// Lines of the touched files that were there, as they were at `fork`.
async fn lines_before(
    checkout: &Checkout,
    fork: &Sha,
    change: &Change,
) -> Result<Result<u64, Unknown>, GitError> {
    let existing = change.files.iter().filter(|file| file.existed());
    let paths: BTreeSet<&str> = existing.map(|file| file.path_before()).collect();
    let tree = checkout.tree(fork, |path| paths.contains(path)).await?;
    let mut lines = 0;
    for path in paths {
        match tree.entries.get(path).map(|entry| &entry.content) {
            Some(Content::Text(text)) => lines += text.lines().count() as u64,
            // They have no lines.
            Some(Content::Withheld(Withheld::Binary | Withheld::Symlink | Withheld::Submodule)) => {
            }
            Some(Content::Withheld(_)) | None => return Ok(Err("a file could not be read whole")),
        }
    }
    Ok(Ok(lines))
}
