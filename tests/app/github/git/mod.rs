//! What does Git hold? Real objects: hashes are computed as Git computes them, so that a client may
//! verify each byte it is given.

mod diff;
mod graph;
mod objects;

pub use diff::{FileDiff, FileStatus, diff_trees};
pub use objects::{Commit, Flat, Mode, Object, Sha, Store, TreeEntry, hash_object};

/// What a user does to one path. Text turns into `Put` by itself.
#[derive(Clone, Debug)]
pub enum Change {
    Put(Vec<u8>),
    /// Mode 100755.
    PutExecutable(Vec<u8>),
    /// Mode 120000; the text is the target.
    Symlink(String),
    /// Mode 160000; the text is a commit of another repository.
    Submodule(Sha),
    Delete,
}

impl From<&str> for Change {
    fn from(text: &str) -> Self {
        Change::Put(text.as_bytes().to_vec())
    }
}
impl From<String> for Change {
    fn from(text: String) -> Self {
        Change::Put(text.into_bytes())
    }
}
impl From<Vec<u8>> for Change {
    fn from(bytes: Vec<u8>) -> Self {
        Change::Put(bytes)
    }
}

impl Store {
    /// `flat` with `changes` applied; new contents become blobs of this store.
    pub fn apply(&mut self, mut flat: Flat, changes: &[(String, Change)]) -> Flat {
        for (path, change) in changes {
            let entry = match change {
                Change::Put(bytes) => (Mode::File, self.put_blob(bytes)),
                Change::PutExecutable(bytes) => (Mode::Executable, self.put_blob(bytes)),
                Change::Symlink(target) => (Mode::Symlink, self.put_blob(target.as_bytes())),
                Change::Submodule(sha) => (Mode::Submodule, sha.clone()),
                Change::Delete => {
                    flat.remove(path);
                    continue;
                }
            };
            flat.insert(path.clone(), entry);
        }
        flat
    }
}
