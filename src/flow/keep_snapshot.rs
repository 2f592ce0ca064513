//! What does the default branch look like now? Kept, so that policies can be tried on it before
//! they are in force.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::domain::adopt::LOCK;
use crate::domain::evaluate::Request;
use crate::domain::facts::RepoFacts;
use crate::domain::ids::{InstallationId, RepoId, Sha};
use crate::domain::risk::dependents::{Relation, relations};
use crate::domain::tree::{Content, SourceTree, Withheld};
use crate::domain::yaml::{Schema, load};

use super::App;
use super::fate::Fate;
use super::judge_commit::{Subject, config_of};
use super::read_tree::{Files, is_wanted};

/// A repository as it is stored: without its texts, which lie on the installation's shelf.
#[derive(Serialize, Deserialize)]
struct Kept {
    repo: RepoFacts,
    tree: SourceTree,
    /// The texts, by path.
    texts: Vec<(String, Sha)>,
}

impl App {
    /// Keeps the newest commit of a default branch. `tree` is given when it was just read. What is
    /// too large is not kept; that it failed holds nobody up.
    pub(super) async fn keep_snapshot(
        &self,
        subject: &Subject,
        head: &Sha,
        tree: Option<SourceTree>,
    ) {
        if let Err(fate) = self.try_to_keep(subject, head, tree).await {
            tracing::warn!(?fate, repo = %subject.name, "the default branch could not be kept");
        }
    }

    async fn try_to_keep(
        &self,
        subject: &Subject,
        head: &Sha,
        tree: Option<SourceTree>,
    ) -> Result<(), Fate> {
        if self.store.snapshot_sha(subject.id).await?.as_ref() == Some(head) {
            return Ok(());
        }
        let mut tree = match tree {
            Some(tree) => tree,
            None => {
                let needs = subject.evaluators(self).catalogue().needs();
                let wanted = |path: &str| is_wanted(&needs, path);
                self.read_tree(&subject.github, &subject.name, head, wanted).await?.tree
            }
        };
        self.store.note_lock(subject.id, tree.entries.contains_key(LOCK)).await?;
        self.store.put_relations(subject.id, &stated(&tree)).await?;
        let mut texts = Vec::new();
        for (path, entry) in &mut tree.entries {
            let blob = entry.blob.take();
            if let (Content::Text(_), Some(sha)) = (&entry.content, blob) {
                texts.push((path.clone(), sha));
                entry.content = Content::Withheld(Withheld::NotFetched);
            }
        }
        let kept = Kept { repo: subject.facts.clone(), tree, texts };
        let json = serde_json::to_string(&kept).map_err(|e| Fate::Hopeless(e.to_string()))?;
        self.store.put_snapshot(subject.id, head, &json, self.clock.now()).await?;
        Ok(())
    }

    /// The files of this commit, when it is the one that is kept and every text that is wanted
    /// lies on the shelf.
    pub(super) async fn kept_files(
        &self,
        subject: &Subject,
        commit: &Sha,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<Option<Files>, Fate> {
        if self.store.snapshot_sha(subject.id).await?.as_ref() != Some(commit) {
            return Ok(None);
        }
        let Some(Request { tree, .. }) = self.kept(subject.github.id(), subject.id).await? else {
            return Ok(None);
        };
        let Some(identity) = tree.sha.clone() else { return Ok(None) };
        let mut blobs = BTreeMap::new();
        for (path, entry) in tree.entries.iter().filter(|(path, _)| wanted(path)) {
            match &entry.content {
                // More is wanted than when it was kept, or it may be readable by now.
                Content::Withheld(Withheld::NotFetched | Withheld::Unreadable { .. }) => {
                    return Ok(None);
                }
                Content::Withheld(Withheld::Symlink | Withheld::Submodule) => {}
                _ => _ = blobs.insert(path.clone(), entry.blob.clone()),
            }
        }
        Ok(Some(Files { tree, identity, blobs }))
    }

    /// The text of the first of these paths that the default branch has, as it was last kept. Costs no
    /// call; `None`: it has none of them, or nobody read it.
    pub(super) async fn kept_text(
        &self,
        installation: InstallationId,
        repo: RepoId,
        paths: &[&str],
    ) -> Result<Option<String>, Fate> {
        let Some(json) = self.store.snapshot(repo).await? else { return Ok(None) };
        let Ok(kept) = serde_json::from_str::<Kept>(&json) else { return Ok(None) };
        let first = paths.iter().find(|path| kept.tree.entries.contains_key(**path));
        let blob = kept.texts.into_iter().find(|(path, _)| Some(&path.as_str()) == first);
        let Some((_, sha)) = blob else { return Ok(None) };
        let mut found = self.store.blobs(installation, std::slice::from_ref(&sha)).await?;
        Ok(found.remove(&sha).and_then(|bytes| match Content::of_bytes(bytes) {
            Content::Text(text) => Some(text.to_string()),
            Content::Withheld(_) => None,
        }))
    }

    /// A kept repository, ready to be evaluated by its own configuration; `None`: it is not kept.
    /// A text that is not on the shelf any more is withheld, so that its policies are unknown.
    pub(super) async fn kept(
        &self,
        installation: InstallationId,
        repo: RepoId,
    ) -> Result<Option<Request>, Fate> {
        let Some(json) = self.store.snapshot(repo).await? else { return Ok(None) };
        // One of another version's shape is as good as none.
        let Ok(kept) = serde_json::from_str::<Kept>(&json) else { return Ok(None) };
        let Kept { repo, mut tree, texts } = kept;
        let shas: Vec<Sha> = texts.iter().map(|(_, sha)| sha.clone()).collect();
        let found = self.store.blobs(installation, &shas).await?;
        for (path, sha) in texts {
            if let Some(entry) = tree.entries.get_mut(&path) {
                if let Some(bytes) = found.get(&sha) {
                    entry.content = Content::of_bytes(bytes.clone());
                }
                entry.blob = Some(sha);
            }
        }
        Ok(Some(Request { config: config_of(&tree), tree, repo, ..Request::default() }))
    }
}

/// What the catalog file states; a file that cannot be read states nothing.
fn stated(tree: &SourceTree) -> Vec<Relation> {
    let paths = ["catalog-info.yaml", "catalog-info.yml"];
    let text = paths.into_iter().find_map(|path| tree.text(path));
    let documents = text.map(|text| load(text, Schema::Core12).documents).unwrap_or_default();
    relations(documents.iter().map(|document| &document.value))
}
