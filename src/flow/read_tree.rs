//! What is in a commit? One listing, then only the blobs that some policy needs, from the cache
//! first.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use crate::domain::config::{CONFIG_PATHS, ORGANISATION_PATHS};
use crate::domain::facts::{self, FactKind};
use crate::domain::ids::{RepoName, Sha};
use crate::domain::tree::{Content, Entry, MAX_TREE_BYTES, SourceTree, Withheld};
use crate::edge::github::{BlobContent, BlobRef, EntryKind, Installation, TreeEntry};

use super::App;
use super::fate::Fate;

/// Blobs asked of GitHub at a time: what arrived is stored before the next ones are asked for,
/// so that a limit or an outage in between costs little.
const CHUNK: usize = 300;
/// Folders whose own listing is read when the recursive one was cut off.
const FOLDERS: [&str; 2] = [".github", ".github/workflows"];

/// A commit's files.
pub(super) struct Files {
    /// As policies see them.
    pub(super) tree: SourceTree,
    /// What equal content is remembered by: the tree's object name.
    pub(super) identity: Sha,
    /// Blob of every file that policies read.
    pub(super) blobs: BTreeMap<String, Option<Sha>>,
}

impl App {
    /// Reads a commit: its listing, and the text of every file that is wanted.
    pub(super) async fn read_tree(
        &self,
        github: &Installation,
        repo: &RepoName,
        commit: &Sha,
        wanted_path: impl Fn(&str) -> bool,
    ) -> Result<Files, Fate> {
        let listing = github.tree(repo, commit).await?;
        let (mut truncated, mut more) = (None, Vec::new());
        if listing.truncated {
            truncated = Some(
                "the repository has more files than GitHub lists (100,000 or 7 MB); \
                 what was not listed is unknown"
                    .to_owned(),
            );
            more = listed_folders(github, repo, commit).await?;
        }
        let mut tree =
            SourceTree { sha: Some(listing.sha.clone()), truncated, ..Default::default() };
        let mut wanted: BTreeMap<Sha, (Option<u64>, Vec<String>)> = BTreeMap::new();
        let mut blobs = BTreeMap::new();
        let mut room = MAX_TREE_BYTES;
        for TreeEntry { path, kind, sha, size_bytes } in listing.entries.iter().chain(&more) {
            let withheld = match kind {
                EntryKind::Directory => continue,
                EntryKind::Symlink => Withheld::Symlink,
                EntryKind::Submodule => Withheld::Submodule,
                EntryKind::File | EntryKind::Executable if wanted_path(path) => {
                    blobs.insert(path.clone(), Some(sha.clone()));
                    match room.checked_sub(size_bytes.unwrap_or(0)) {
                        None => Withheld::OverBudget,
                        Some(left) => {
                            room = left;
                            let asked = wanted.entry(sha.clone()).or_default();
                            asked.0 = *size_bytes;
                            asked.1.push(path.clone());
                            Withheld::NotFetched
                        }
                    }
                }
                EntryKind::File | EntryKind::Executable => Withheld::NotFetched,
            };
            let content = Content::Withheld(withheld);
            let executable = *kind == EntryKind::Executable;
            tree.entries
                .insert(path.clone(), Entry { blob: Some(sha.clone()), content, executable });
        }
        let refs: Vec<BlobRef> = wanted
            .iter()
            .map(|(sha, (size_bytes, _))| BlobRef { sha: sha.clone(), size_bytes: *size_bytes })
            .collect();
        let mut contents = self.blobs(github, repo, refs).await?;
        for (sha, (_, paths)) in wanted {
            let content = contents.remove(&sha).unwrap_or_else(|| {
                let reason = "GitHub did not send it".to_owned();
                Content::Withheld(Withheld::Unreadable { reason })
            });
            for path in paths {
                if let Some(entry) = tree.entries.get_mut(&path) {
                    entry.content = content.clone();
                }
            }
        }
        Ok(Files { tree, identity: listing.sha.clone(), blobs })
    }

    /// Texts by blob, from the shelf first.
    pub(super) async fn blobs(
        &self,
        github: &Installation,
        repo: &RepoName,
        wanted: Vec<BlobRef>,
    ) -> Result<HashMap<Sha, Content>, Fate> {
        let shas: Vec<Sha> = wanted.iter().map(|b| b.sha.clone()).collect();
        let known = self.store.blobs(github.id(), &shas).await?;
        let mut contents: HashMap<Sha, Content> =
            known.into_iter().map(|(sha, bytes)| (sha, Content::of_bytes(bytes))).collect();
        let missing: Vec<BlobRef> =
            wanted.into_iter().filter(|b| !contents.contains_key(&b.sha)).collect();
        for chunk in missing.chunks(CHUNK) {
            let mut fresh = Vec::new();
            for (sha, content) in github.blobs(repo, chunk).await? {
                let content = match content {
                    BlobContent::Withheld(why) => Content::Withheld(why),
                    BlobContent::Bytes(bytes) => {
                        fresh.push((sha.clone(), bytes.clone()));
                        Content::of_bytes(bytes)
                    }
                };
                contents.insert(sha, content);
            }
            self.store.put_blobs(github.id(), &fresh, self.clock.now()).await?;
        }
        Ok(contents)
    }
}

/// Whether a file's text is read: some policy asks for it, or it configures us.
pub(super) fn is_wanted(needs: &BTreeSet<FactKind>, path: &str) -> bool {
    CONFIG_PATHS.contains(&path) || ORGANISATION_PATHS.contains(&path) || facts::wanted(needs, path)
}

/// The root's own listing and that of a few folders that policies name: so that what lies there
/// is found although the recursive listing was cut off before it.
async fn listed_folders(
    github: &Installation,
    repo: &RepoName,
    commit: &Sha,
) -> Result<Vec<TreeEntry>, Fate> {
    let mut entries = github.tree_level(repo, commit).await?.entries;
    for folder in FOLDERS {
        let found = entries.iter().find(|e| e.path == folder && e.kind == EntryKind::Directory);
        let Some(sha) = found.map(|e| e.sha.clone()) else { continue };
        for mut entry in github.tree_level(repo, &sha).await?.entries {
            entry.path = format!("{folder}/{}", entry.path);
            entries.push(entry);
        }
    }
    Ok(entries)
}
