//! What is in a commit? One listing, then the wanted blobs through one `git cat-file`.

use std::collections::BTreeMap;

use super::Checkout;
use super::command::{LISTING, SMALL};
use super::error::GitError;
use crate::domain::ids::Sha;
use crate::domain::tree::{Content, Entry, MAX_FILE_BYTES, MAX_TREE_BYTES, SourceTree, Withheld};

/// A blob's header in the stream, and the line break behind it.
const PER_BLOB: u64 = 128;

impl Checkout {
    /// The folder's files in `commit`; the bytes of those that are `wanted`. A commit that does
    /// not have the folder gives an empty tree.
    pub async fn tree(
        &self,
        commit: &Sha,
        wanted: impl Fn(&str) -> bool,
    ) -> Result<SourceTree, GitError> {
        let Some(tree) = self.folder_in(commit).await? else { return Ok(SourceTree::default()) };
        let arguments = ["ls-tree", "-r", "-z", "-l", "--full-tree", tree.as_str()];
        let listing = self.git.bytes(&arguments, LISTING).await?;
        let mut found = SourceTree { sha: Some(tree), ..SourceTree::default() };
        let mut asked = Vec::new();
        let mut room = MAX_TREE_BYTES;
        for record in listing.split(|b| *b == 0).filter(|r| !r.is_empty()) {
            let listed = Listed::parse(record)
                .ok_or_else(|| GitError::failed("ls-tree", "an entry cannot be understood"))?;
            let withheld = match listed.mode.as_str() {
                "120000" => Withheld::Symlink,
                "160000" => Withheld::Submodule,
                _ if !wanted(&listed.path) => Withheld::NotFetched,
                _ => match listed.size_bytes {
                    Some(size_bytes) if size_bytes > MAX_FILE_BYTES => {
                        Withheld::TooLarge { size_bytes }
                    }
                    Some(size_bytes) if size_bytes > room => Withheld::OverBudget,
                    size_bytes => {
                        room -= size_bytes.unwrap_or(0);
                        asked.push((listed.path.clone(), listed.blob.clone()));
                        Withheld::NotFetched
                    }
                },
            };
            let content = Content::Withheld(withheld);
            let executable = listed.mode == "100755";
            found
                .entries
                .insert(listed.path, Entry { blob: Some(listed.blob), content, executable });
        }
        let blobs: Vec<Sha> = asked.iter().map(|(_, blob)| blob.clone()).collect();
        let mut contents = self.blobs(&blobs).await?;
        for (path, blob) in asked {
            if let Some(entry) = found.entries.get_mut(&path) {
                let gone = "the object is not in this clone".to_owned();
                entry.content = contents
                    .get_mut(&blob)
                    .map(|content| content.clone())
                    .unwrap_or(Content::Withheld(Withheld::Unreadable { reason: gone }));
            }
        }
        Ok(found)
    }

    /// Reads blobs through one process; those that are not there are left out. The caller sees
    /// to it that together they hold at most [`MAX_TREE_BYTES`].
    pub async fn blobs(&self, wanted: &[Sha]) -> Result<BTreeMap<Sha, Content>, GitError> {
        let mut distinct = wanted.to_vec();
        distinct.sort();
        distinct.dedup();
        if distinct.is_empty() {
            return Ok(BTreeMap::new());
        }
        let input: String = distinct.iter().map(|sha| format!("{sha}\n")).collect();
        let limit = MAX_TREE_BYTES + PER_BLOB * distinct.len() as u64;
        let arguments = ["cat-file", "--batch"];
        let output = self.git.run(&arguments, input.into_bytes(), limit).await?;
        if output.code != Some(0) {
            return Err(self.git.complaint(&arguments, &output));
        }
        read_stream(&output.stdout)
            .ok_or_else(|| GitError::failed("cat-file", "its answer cannot be understood"))
    }

    /// The folder's tree in a commit.
    async fn folder_in(&self, commit: &Sha) -> Result<Option<Sha>, GitError> {
        let name = match self.prefix.as_str() {
            "" => format!("{commit}^{{tree}}"),
            prefix => format!("{commit}:{prefix}"),
        };
        let arguments = ["rev-parse", "--verify", "--quiet", &name];
        let output = self.git.run(&arguments, Vec::new(), SMALL).await?;
        if output.code != Some(0) {
            return Ok(None);
        }
        let tree = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let kind = self.git.text(&["cat-file", "-t", &tree]).await?;
        Ok(Sha::parse(&tree).ok().filter(|_| kind == "tree"))
    }
}

/// `100644 blob ce01362…       6<TAB>path`; the size is `-` for submodules and `BAD` for objects
/// that are not there.
struct Listed {
    mode: String,
    blob: Sha,
    size_bytes: Option<u64>,
    path: String,
}

impl Listed {
    fn parse(record: &[u8]) -> Option<Self> {
        let tab = record.iter().position(|b| *b == b'\t')?;
        let head = std::str::from_utf8(&record[..tab]).ok()?;
        let mut words = head.split_ascii_whitespace();
        let (mode, _kind, blob, size) =
            (words.next()?, words.next()?, words.next()?, words.next()?);
        Some(Self {
            mode: mode.to_owned(),
            blob: Sha::parse(blob).ok()?,
            size_bytes: size.parse().ok(),
            path: String::from_utf8_lossy(&record[tab + 1..]).into_owned(),
        })
    }
}

/// `ce01362… blob 6<LF>hello<LF><LF>`, `ce01362… missing<LF>`.
fn read_stream(mut stream: &[u8]) -> Option<BTreeMap<Sha, Content>> {
    let mut contents = BTreeMap::new();
    while !stream.is_empty() {
        let end = stream.iter().position(|b| *b == b'\n')?;
        let head = std::str::from_utf8(&stream[..end]).ok()?;
        stream = &stream[end + 1..];
        let mut words = head.split(' ');
        let sha = Sha::parse(words.next()?).ok()?;
        if words.next()? != "blob" {
            continue;
        }
        let size: usize = words.next()?.parse().ok()?;
        let bytes = stream.get(..size)?;
        contents.insert(sha, Content::of_bytes(bytes.to_vec()));
        stream = stream.get(size + 1..)?;
    }
    Some(contents)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHA: &str = "ce013625030ba8dba906f756967f9e9ca394464a";

    #[test]
    fn a_path_may_hold_anything_but_nul() {
        let record = format!("100644 blob {SHA}       6\ta\n\tb`c");
        let listed = Listed::parse(record.as_bytes()).expect("well-formed");
        assert_eq!((listed.path.as_str(), listed.size_bytes), ("a\n\tb`c", Some(6)));
        assert!(Listed::parse(b"100644 blob").is_none());
    }

    #[test]
    fn blobs_are_cut_by_their_size() {
        let stream = format!("{SHA} blob 6\nhello\n\n{} missing\n", "b".repeat(40));
        let contents = read_stream(stream.as_bytes()).expect("well-formed");
        assert_eq!(contents.len(), 1);
        assert_eq!(contents.values().next(), Some(&Content::Text("hello\n".into())));
        assert!(read_stream(format!("{SHA} blob 7000000\nhello").as_bytes()).is_none());
    }
}
