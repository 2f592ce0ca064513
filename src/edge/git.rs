//! What does Git know of a folder? The only room that runs `git`, and only to look.
//!
//! A checkout may be hostile: its `.git/config` names programs for file system monitors, hooks,
//! filters, differs and transports. So nothing is run that needs one of them, what might start one
//! is switched off ([`command`]), and nothing is fetched. Answers are bounded in time and size.

mod command;
mod error;
mod history;
mod object;
mod origin;
mod revision;
mod tree;
mod work_tree;

use std::path::{Path, PathBuf};

use command::{Git, SMALL};
pub use error::GitError;
pub use history::Line;
pub use object::ObjectFormat;
pub use work_tree::{Tracked, WorkTree};

/// A folder inside a Git work tree. All paths that it gives are relative to the folder.
#[derive(Debug, Clone)]
pub struct Checkout {
    git: Git,
    root: PathBuf,
    prefix: String,
    format: ObjectFormat,
}

impl Checkout {
    /// Asks Git about `folder`. Fails with [`GitError::NotARepository`] outside of a work tree.
    pub async fn open(folder: &Path) -> Result<Self, GitError> {
        let git = Git::in_folder(folder)?;
        // Side by side, not in one: a folder's name may hold line breaks.
        let (answer, root, prefix) = tokio::join!(
            git.text(&["rev-parse", "--is-inside-work-tree", "--show-object-format"]),
            git.bytes(&["rev-parse", "--show-toplevel"], SMALL),
            git.bytes(&["rev-parse", "--show-prefix"], SMALL),
        );
        let answer = answer?;
        let mut lines = answer.lines();
        if lines.next() != Some("true") {
            return Err(GitError::NotARepository { folder: folder.display().to_string() });
        }
        let format = match lines.next() {
            Some("sha256") => ObjectFormat::Sha256,
            _ => ObjectFormat::Sha1,
        };
        let (root, prefix) = (root?, prefix?);
        let word = |bytes: &[u8]| {
            let text = String::from_utf8_lossy(bytes);
            text.strip_suffix('\n').unwrap_or(&text).to_owned()
        };
        let prefix = word(&prefix).trim_end_matches('/').to_owned();
        Ok(Self { root: PathBuf::from(word(&root)), prefix, format, git })
    }

    /// The work tree's root; the folder itself or one above it.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where the folder lies in the work tree: `services/api`, empty at the root.
    pub fn prefix(&self) -> &str {
        &self.prefix
    }

    /// How this repository names its objects.
    pub fn format(&self) -> ObjectFormat {
        self.format
    }
}
