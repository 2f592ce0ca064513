//! Which paths does a tree hold? In one call, or level by level where GitHub cuts the list short.

use std::sync::Arc;
use std::time::Duration;

use moka::future::Cache;
use serde::Deserialize;

use crate::domain::ids::{InstallationId, RepoName, Sha};

use super::call::Call;
use super::error::GitHubError;
use super::git::absent;
use super::installation::{Installation, in_repo};

/// GitHub stops at 100,000 entries; with the addresses that it adds, each is some 300 bytes.
const MAX_TREE: usize = 40 * 1024 * 1024;

/// A tree's entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeListing {
    /// The tree's object name (a commit's may have been asked for).
    pub sha: Sha,
    /// As GitHub lists them; recursive listings hold directories, too.
    pub entries: Vec<TreeEntry>,
    /// GitHub stopped early: a path that is not here is *unknown*, never *missing*.
    pub truncated: bool,
}

/// One entry.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct TreeEntry {
    /// Relative to the listed tree; may hold any character but NUL.
    pub path: String,
    /// What it is.
    #[serde(rename = "mode")]
    pub kind: EntryKind,
    /// Of the blob, the tree, or the submodule's commit.
    pub sha: Sha,
    /// In bytes; blobs only.
    #[serde(rename = "size", default)]
    pub size_bytes: Option<u64>,
}

/// What an entry is, by Git's mode.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(from = "String")]
pub enum EntryKind {
    /// A plain file. Modes that Git no longer writes, such as `100664`, count as this.
    File,
    /// A file that may be executed.
    Executable,
    /// A symbolic link; its blob is the target.
    Symlink,
    /// Another repository's commit.
    Submodule,
    /// A directory.
    Directory,
}

impl From<String> for EntryKind {
    fn from(mode: String) -> Self {
        match mode.as_str() {
            "100755" => Self::Executable,
            "120000" => Self::Symlink,
            "160000" => Self::Submodule,
            "040000" | "40000" => Self::Directory,
            _ => Self::File,
        }
    }
}

#[derive(Deserialize)]
struct Wire {
    sha: Sha,
    #[serde(default)]
    tree: Vec<TreeEntry>,
    #[serde(default)]
    truncated: bool,
}

/// What a job has read it may ask for again, and the commit that a change starts from is that of
/// many changes: listings never change, so they are kept for a while, within this many bytes
/// (the longest list, of 100,000 entries, takes about half).
const KEPT_BYTES: u32 = 32 * 1024 * 1024;
/// As long as nobody asks for one.
const KEPT_FOR: Duration = Duration::from_secs(600);

/// Whole listings by tenant, repository and object: what one tenant may read never serves another.
pub(super) type Listings = Cache<(InstallationId, String, Sha), Arc<TreeListing>>;

/// Room for listings.
pub(super) fn listings() -> Listings {
    let weigh = |_: &_, listing: &Arc<TreeListing>| {
        let bytes = listing.entries.iter().map(|e| size_of::<TreeEntry>() + 40 + e.path.len());
        u32::try_from(bytes.sum::<usize>()).unwrap_or(u32::MAX).saturating_add(300)
    };
    Cache::builder().max_capacity(KEPT_BYTES.into()).weigher(weigh).time_to_idle(KEPT_FOR).build()
}

impl Installation {
    /// Everything below a tree (a commit's SHA works, too), paths from its root. An empty
    /// repository is [`GitHubError::NotFound`].
    pub async fn tree(&self, repo: &RepoName, sha: &Sha) -> Result<Arc<TreeListing>, GitHubError> {
        let key = (self.id(), repo.to_string(), sha.clone());
        let kept = &self.github.inner.listings;
        if let Some(known) = kept.get(&key).await {
            return Ok(known);
        }
        let listing = Arc::new(self.list_tree(repo, sha, "?recursive=1").await?);
        // One that was cut off may be whole another time.
        if !listing.truncated {
            kept.insert(key, listing.clone()).await;
        }
        Ok(listing)
    }

    /// One level of a tree: for walking to a few paths after [`TreeListing::truncated`].
    pub async fn tree_level(&self, repo: &RepoName, sha: &Sha) -> Result<TreeListing, GitHubError> {
        self.list_tree(repo, sha, "").await
    }

    async fn list_tree(
        &self,
        repo: &RepoName,
        sha: &Sha,
        query: &str,
    ) -> Result<TreeListing, GitHubError> {
        let path = in_repo(repo, &format!("/git/trees/{sha}{query}"));
        let call = Call::get("/repos/{owner}/{repo}/git/trees/{tree_sha}", path).at_most(MAX_TREE);
        let wire: Wire = self.read(&call).await.map_err(absent)?;
        Ok(TreeListing { sha: wire.sha, entries: wire.tree, truncated: wire.truncated })
    }
}
