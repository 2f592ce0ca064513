//! What does one file say at a ref? For configuration, where a whole tree is not needed.

use serde::Deserialize;

use crate::domain::ids::{RepoName, Sha};
use crate::domain::tree::{MAX_FILE_BYTES, Withheld};

use super::blob::{BlobContent, decode, is_named, unreadable};
use super::call::Call;
use super::error::GitHubError;
use super::installation::{Installation, in_repo};
use crate::domain::percent::escape;

/// A file at a ref.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoFile {
    /// Its blob's object name.
    pub sha: Sha,
    /// Its bytes, or why not.
    pub content: BlobContent,
}

#[derive(Deserialize)]
struct Wire {
    r#type: String,
    sha: Sha,
    #[serde(default)]
    size: u64,
    #[serde(default)]
    encoding: Option<String>,
    #[serde(default)]
    content: Option<String>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum FileOrDirectory {
    File(Box<Wire>),
    Directory(#[allow(dead_code, reason = "only its shape is read")] Vec<serde::de::IgnoredAny>),
}

impl Installation {
    /// The file at a path and ref (SHA, branch or tag); `None` when there is nothing, or a
    /// directory. Links and submodules are withheld.
    pub async fn file(
        &self,
        repo: &RepoName,
        path: &str,
        git_ref: &str,
    ) -> Result<Option<RepoFile>, GitHubError> {
        let segments: Vec<String> = path.split('/').map(escape).collect();
        let path = format!("/contents/{}?ref={}", segments.join("/"), escape(git_ref));
        let call = Call::get("/repos/{owner}/{repo}/contents/{path}", in_repo(repo, &path));
        match self.read(&call).await {
            Ok(FileOrDirectory::File(wire)) => Ok(Some(file(*wire))),
            Ok(FileOrDirectory::Directory(_)) | Err(GitHubError::NotFound { .. }) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

fn file(wire: Wire) -> RepoFile {
    let bytes = || decode(wire.encoding.as_deref()?, wire.content?);
    let content = match wire.r#type.as_str() {
        "symlink" => BlobContent::Withheld(Withheld::Symlink),
        "submodule" => BlobContent::Withheld(Withheld::Submodule),
        _ if wire.size > MAX_FILE_BYTES => {
            BlobContent::Withheld(Withheld::TooLarge { size_bytes: wire.size })
        }
        _ => match bytes() {
            Some(bytes) if is_named(&bytes, &wire.sha) => BlobContent::Bytes(bytes),
            Some(_) => unreadable("GitHub gave other bytes than the object name says"),
            None => unreadable("GitHub gave it in an unknown encoding"),
        },
    };
    RepoFile { sha: wire.sha, content }
}
