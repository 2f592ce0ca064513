//! What is in a folder, and what was in it before? The command line's way to source trees: from
//! disk and Git instead of GitHub.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use crate::domain::facts::{self, FactKind, RepoFacts};
use crate::domain::ids::Sha;
use crate::domain::tree::{Content, Entry, SourceTree, Withheld};
use crate::edge::disk::{self, DiskError};
use crate::edge::git::{Checkout, GitError, WorkTree};

use super::read_tree::is_wanted;

/// A folder to be looked at.
#[derive(Debug, Clone)]
pub struct Folder {
    /// The folder; it stands for a whole repository even when it is a part of one.
    pub path: PathBuf,
    /// Read this revision instead of the files as they lie there.
    pub head: Option<String>,
    /// Compare with the point where the head left this revision.
    pub base: Option<String>,
}

/// Why a folder cannot be read as asked.
#[derive(Debug, thiserror::Error)]
pub enum GatherError {
    /// The folder itself.
    #[error(transparent)]
    Disk(#[from] DiskError),
    /// Its repository.
    #[error(transparent)]
    Git(#[from] GitError),
}

/// What was found.
#[derive(Debug)]
pub struct Gathered {
    /// What is known of the repository besides its files.
    pub repo: RepoFacts,
    /// The files to be judged.
    pub head: Side,
    /// The files before the change.
    pub base: Option<Side>,
    /// Where the folder lies in its repository: `services/api`, empty at the root.
    pub prefix: String,
    /// Remarks for the reader.
    pub notes: Vec<String>,
}

/// Files at one point of history.
#[derive(Debug)]
pub struct Side {
    /// The files.
    pub tree: SourceTree,
    /// Blob of every file that policies read.
    pub blobs: BTreeMap<String, Option<Sha>>,
}

/// A verdict on nothing would read as a good one.
const NOTHING_THERE: &str =
    "Git has no file in this folder, so nothing was judged (it may be empty, or ignored)";

/// The root of the Git work tree that `folder` is in; the folder itself when it is in none.
pub async fn root_of(folder: &Path) -> PathBuf {
    let checkout = Checkout::open(folder).await;
    checkout.map_or_else(|_| folder.to_owned(), |checkout| checkout.root().to_owned())
}

/// Reads a folder as far as `needs` asks. Without revisions Git is a help, not a need: a folder
/// that is no checkout, or whose Git does not answer, is read as it lies there.
pub async fn gather_folder(
    folder: &Folder,
    needs: &BTreeSet<FactKind>,
) -> Result<Gathered, GatherError> {
    gather_with(folder, needs, |_| false).await
}

/// [`gather_folder`], and further files are read.
pub(super) async fn gather_with(
    folder: &Folder,
    needs: &BTreeSet<FactKind>,
    also: impl Fn(&str) -> bool + Copy,
) -> Result<Gathered, GatherError> {
    let wanted = |path: &str| is_wanted(needs, path) || also(path);
    let mut notes = Vec::new();
    let checkout = match Checkout::open(&folder.path).await {
        Ok(checkout) => Some(checkout),
        Err(_) if !folder.path.is_dir() => None,
        Err(error) if folder.base.is_some() || folder.head.is_some() => return Err(error.into()),
        Err(GitError::NotARepository { .. } | GitError::NotInstalled(_)) => None,
        Err(error) => {
            notes.push(format!("the folder was read without the help of Git: {error}"));
            None
        }
    };
    let Some(checkout) = checkout else {
        let tree = disk::read_tree(&folder.path, wanted)?;
        let head = Side { blobs: read_by_policies(&tree, wanted), tree };
        let (repo, prefix) = (facts_of_plain(&folder.path), String::new());
        return Ok(Gathered { repo, head, base: None, prefix, notes });
    };
    let base = match &folder.base {
        Some(base) => Some(base_tree(&checkout, folder, base, wanted, &mut notes).await?),
        None => None,
    };
    let added = |path: &str| base.as_ref().is_some_and(|base| !base.entries.contains_key(path));
    let wanted_now =
        |path: &str| wanted(path) || (facts::wanted_of_change(needs, path) && added(path));
    let tree = async {
        Ok(match &folder.head {
            Some(head) => checkout.tree(&checkout.commit(head).await?, wanted_now).await?,
            None => work_tree(&checkout, &folder.path, base.as_ref(), wanted_now).await?,
        })
    };
    // Each question is a process of its own, which mostly waits to be started.
    let (tree, repo): (_, RepoFacts) = tokio::try_join!(tree, async {
        Ok::<_, GatherError>(facts_of(&checkout, &folder.path).await?)
    })?;
    if tree.entries.is_empty() {
        notes.push(NOTHING_THERE.to_owned());
    }
    let side = |tree: SourceTree| Side { blobs: read_by_policies(&tree, wanted), tree };
    let prefix = checkout.prefix().to_owned();
    Ok(Gathered { repo, head: side(tree), base: base.map(side), prefix, notes })
}

async fn base_tree(
    checkout: &Checkout,
    folder: &Folder,
    base: &str,
    wanted: impl Fn(&str) -> bool,
    notes: &mut Vec<String>,
) -> Result<SourceTree, GitError> {
    let base = checkout.commit(base).await?;
    // Before the first commit there is no HEAD; a head that was asked for must be there.
    let head = match (checkout.commit(folder.head.as_deref().unwrap_or("HEAD")).await, &folder.head)
    {
        (Ok(head), _) => Some(head),
        (Err(error), Some(_)) => return Err(error),
        (Err(_), None) => None,
    };
    let fork_point = match head {
        Some(head) => checkout.merge_base(&base, &head).await?,
        None => None,
    };
    if fork_point.is_none() && checkout.is_shallow().await? {
        notes.push(format!(
            "this clone is shallow and does not show where the change began, so it is compared \
             with {} itself",
            base.short()
        ));
    }
    checkout.tree(&fork_point.unwrap_or(base), wanted).await
}

/// The files as they lie in the folder, with the names that Git has or would give to their blobs.
async fn work_tree(
    checkout: &Checkout,
    folder: &Path,
    base: Option<&SourceTree>,
    wanted: impl Fn(&str) -> bool,
) -> Result<SourceTree, GatherError> {
    let WorkTree { tracked, untracked } = checkout.work_tree().await?;
    let submodules = tracked.iter().filter(|(_, t)| t.submodule).map(|(path, _)| path);
    let files: BTreeMap<&str, &Path> = tracked
        .iter()
        .filter(|(_, t)| !t.submodule)
        .map(|(path, t)| (path, &t.place))
        .chain(&untracked)
        .map(|(path, place)| (path.as_str(), place.as_path()))
        .collect();
    let mut tree = disk::read_listed(folder, files, &wanted)?;
    for path in submodules {
        let content = Content::Withheld(Withheld::Submodule);
        tree.entries.insert(path.clone(), Entry::loose(content));
    }
    // What a sparse checkout left out of the folder belongs to the repository all the same.
    let left_out = tracked.iter().filter(|(path, t)| t.sparse && !tree.entries.contains_key(*path));
    let left_out: Vec<_> = left_out.map(|(path, t)| (path.clone(), t.blob.clone())).collect();
    let unseen: Vec<Sha> =
        left_out.iter().filter(|(path, _)| wanted(path)).map(|(_, blob)| blob.clone()).collect();
    let contents = checkout.blobs(&unseen).await?;
    for (path, blob) in left_out {
        let content = contents.get(&blob).filter(|_| wanted(&path)).cloned();
        let content = content.unwrap_or(Content::Withheld(Withheld::NotFetched));
        tree.entries.insert(path, Entry { blob: Some(blob), ..Entry::loose(content) });
    }
    // Only a comparison needs names.
    let Some(base) = base else { return Ok(tree) };
    let changed = checkout.changed().await?;
    for (path, entry) in tree.entries.iter_mut().filter(|(_, entry)| entry.blob.is_none()) {
        let is_changed = changed.as_ref().is_none_or(|changed| changed.contains(path));
        let stored = tracked.get(path).filter(|_| !is_changed).map(|t| t.blob.clone());
        let before = base.entries.get(path).and_then(|e| e.blob.as_ref());
        entry.blob = stored.or_else(|| match &entry.content {
            Content::Text(text) => Some(checkout.format().blob_after(text.as_bytes(), before)),
            Content::Withheld(_) => None,
        });
    }
    Ok(tree)
}

fn read_by_policies(
    tree: &SourceTree,
    wanted: impl Fn(&str) -> bool,
) -> BTreeMap<String, Option<Sha>> {
    let is_file = |content: &Content| {
        !matches!(content, Content::Withheld(Withheld::Symlink | Withheld::Submodule))
    };
    tree.entries
        .iter()
        .filter(|(path, entry)| is_file(&entry.content) && wanted(path))
        .map(|(path, entry)| (path.clone(), entry.blob.clone()))
        .collect()
}

async fn facts_of(checkout: &Checkout, folder: &Path) -> Result<RepoFacts, GitError> {
    let (default_branch, origin) = tokio::try_join!(checkout.default_branch(), checkout.origin())?;
    let named = match origin {
        Some(name) => RepoFacts {
            owner: name.owner().to_owned(),
            name: name.name().to_owned(),
            full_name: name.to_string(),
            ..RepoFacts::default()
        },
        None => facts_of_plain(folder),
    };
    Ok(RepoFacts { default_branch, ..named })
}

/// A folder is called what it is called; nobody knows whose it is.
fn facts_of_plain(folder: &Path) -> RepoFacts {
    let absolute = folder.canonicalize().unwrap_or_else(|_| folder.to_owned());
    let name = absolute.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
    RepoFacts { full_name: name.clone(), name, ..RepoFacts::default() }
}
