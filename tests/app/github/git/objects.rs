//! How are blobs, trees and commits named and kept? By the SHA-1 of Git's own encoding.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use sha1::{Digest, Sha1};

/// 40 lower-case hexadecimal digits.
pub type Sha = String;
/// Every file of a tree by its full path.
pub type Flat = BTreeMap<String, (Mode, Sha)>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    File,
    Executable,
    Symlink,
    Submodule,
    Directory,
}

impl Mode {
    /// As the API writes it (six digits).
    pub fn digits(self) -> &'static str {
        match self {
            Mode::File => "100644",
            Mode::Executable => "100755",
            Mode::Symlink => "120000",
            Mode::Submodule => "160000",
            Mode::Directory => "040000",
        }
    }

    /// The kind of object that the entry names.
    pub fn kind(self) -> &'static str {
        match self {
            Mode::Directory => "tree",
            Mode::Submodule => "commit",
            _ => "blob",
        }
    }
}

#[derive(Clone, Debug)]
pub struct TreeEntry {
    pub name: String,
    pub mode: Mode,
    pub sha: Sha,
}

#[derive(Clone, Debug)]
pub struct Commit {
    pub sha: Sha,
    pub tree: Sha,
    pub parents: Vec<Sha>,
    /// Login of the author; the e-mail address is derived from it.
    pub author: String,
    /// Unix seconds.
    pub when: i64,
    pub message: String,
    /// GitHub itself committed it: a squash, a rebase.
    pub by_button: bool,
}

impl Commit {
    pub fn email(&self) -> String {
        match self.author.contains('@') {
            true => self.author.clone(),
            false => format!("{}@example.com", self.author),
        }
    }
}

#[derive(Clone, Debug)]
pub enum Object {
    Blob(Arc<[u8]>),
    Tree(Arc<[TreeEntry]>),
    Commit(Commit),
}

/// The objects of one fork network: GitHub too lets a base repository read the commits of its forks.
#[derive(Debug, Default)]
pub struct Store {
    objects: HashMap<Sha, Object>,
}

impl Store {
    pub fn get(&self, sha: &str) -> Option<&Object> {
        self.objects.get(sha)
    }

    pub fn blob(&self, sha: &str) -> Option<&Arc<[u8]>> {
        match self.get(sha)? {
            Object::Blob(bytes) => Some(bytes),
            _ => None,
        }
    }

    pub fn tree(&self, sha: &str) -> Option<&Arc<[TreeEntry]>> {
        match self.get(sha)? {
            Object::Tree(entries) => Some(entries),
            _ => None,
        }
    }

    pub fn commit(&self, sha: &str) -> Option<&Commit> {
        match self.get(sha)? {
            Object::Commit(commit) => Some(commit),
            _ => None,
        }
    }

    pub fn put_blob(&mut self, bytes: &[u8]) -> Sha {
        let sha = hash_object("blob", bytes);
        self.objects.entry(sha.clone()).or_insert_with(|| Object::Blob(bytes.into()));
        sha
    }

    /// Writes the nested trees of `flat`, returns the root's name.
    pub fn put_tree(&mut self, flat: &Flat) -> Sha {
        let mut entries: Vec<TreeEntry> = Vec::new();
        let mut folders: BTreeMap<&str, Flat> = BTreeMap::new();
        for (path, (mode, sha)) in flat {
            match path.split_once('/') {
                Some((folder, rest)) => {
                    folders.entry(folder).or_default().insert(rest.into(), (*mode, sha.clone()));
                }
                None => {
                    entries.push(TreeEntry { name: path.clone(), mode: *mode, sha: sha.clone() })
                }
            }
        }
        for (name, below) in folders {
            let sha = self.put_tree(&below);
            entries.push(TreeEntry { name: name.into(), mode: Mode::Directory, sha });
        }
        // Git sorts a folder as if its name ended in a slash.
        entries.sort_by_key(|entry| match entry.mode {
            Mode::Directory => format!("{}/", entry.name),
            _ => entry.name.clone(),
        });
        let mut encoded = Vec::new();
        for entry in &entries {
            let mode = entry.mode.digits().trim_start_matches('0');
            encoded.extend_from_slice(format!("{mode} {}\0", entry.name).as_bytes());
            encoded.extend(hex::decode(&entry.sha).expect("object names are hexadecimal"));
        }
        let sha = hash_object("tree", &encoded);
        self.objects.insert(sha.clone(), Object::Tree(entries.into()));
        sha
    }

    pub fn put_commit(
        &mut self,
        tree: &str,
        parents: &[Sha],
        author: &str,
        when: i64,
        message: &str,
    ) -> Sha {
        let mut text = format!("tree {tree}\n");
        for parent in parents {
            text += &format!("parent {parent}\n");
        }
        text += &format!("author {author} <{author}@example.com> {when} +0000\n");
        text += &format!("committer {author} <{author}@example.com> {when} +0000\n\n{message}");
        let sha = hash_object("commit", text.as_bytes());
        let commit = Commit {
            sha: sha.clone(),
            tree: tree.into(),
            parents: parents.to_vec(),
            author: author.into(),
            when,
            message: message.into(),
            by_button: false,
        };
        self.objects.insert(sha.clone(), Object::Commit(commit));
        sha
    }

    /// It was made by one of GitHub's own buttons.
    pub fn by_button(&mut self, sha: &str) {
        if let Some(Object::Commit(commit)) = self.objects.get_mut(sha) {
            commit.by_button = true;
        }
    }

    /// Every file below the tree `sha`.
    pub fn flat(&self, sha: &str) -> Flat {
        let mut out = Flat::new();
        self.walk(sha, &mut |path, entry| {
            if entry.mode != Mode::Directory {
                out.insert(path.into(), (entry.mode, entry.sha.clone()));
            }
        });
        out
    }

    /// Visits all entries, folders before their contents, in Git's order.
    pub fn walk(&self, sha: &str, visit: &mut dyn FnMut(&str, &TreeEntry)) {
        self.walk_below(sha, "", visit);
    }

    fn walk_below(&self, sha: &str, prefix: &str, visit: &mut dyn FnMut(&str, &TreeEntry)) {
        for entry in self.tree(sha).expect("trees refer to stored trees").iter() {
            let path = format!("{prefix}{}", entry.name);
            visit(&path, entry);
            if entry.mode == Mode::Directory {
                self.walk_below(&entry.sha, &format!("{path}/"), visit);
            }
        }
    }

    /// The entry at `path` below the tree `root`.
    pub fn entry_at(&self, root: &str, path: &str) -> Option<TreeEntry> {
        let mut found = TreeEntry { name: String::new(), mode: Mode::Directory, sha: root.into() };
        for part in path.split('/').filter(|part| !part.is_empty()) {
            found = self.tree(&found.sha)?.iter().find(|entry| entry.name == part)?.clone();
        }
        Some(found)
    }
}

/// `git hash-object -t kind`.
pub fn hash_object(kind: &str, content: &[u8]) -> Sha {
    let mut hasher = Sha1::new();
    hasher.update(format!("{kind} {}\0", content.len()).as_bytes());
    hasher.update(content);
    hex::encode(hasher.finalize())
}
