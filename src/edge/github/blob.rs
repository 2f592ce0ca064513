//! What is in these files? Blobs by object name, many at once, each proved to be what its name
//! says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use tokio::task::JoinSet;

use crate::domain::ids::{RepoName, Sha};
use crate::domain::tree::{MAX_FILE_BYTES, Withheld};

use super::call::Call;
use super::error::GitHubError;
use super::graphql::BlobSaid;
use super::installation::{Installation, in_repo};
use super::tree::TreeEntry;

/// Objects in one GraphQL question.
const BATCH_OBJECTS: usize = 100;
/// Bytes in one GraphQL answer, by the sizes that the tree told.
const BATCH_BYTES: u64 = 2 * 1024 * 1024;
/// GraphQL cuts long texts, so longer ones are not asked of it.
const GRAPHQL_MAX: u64 = 256 * 1024;
/// What a blob of unknown size is taken for.
const GUESS: u64 = 32 * 1024;
/// REST reads at a time.
const PARALLEL: usize = 8;

/// A blob that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobRef {
    /// Its object name.
    pub sha: Sha,
    /// Its size, when the tree told; larger than [`MAX_FILE_BYTES`] is not even asked for.
    pub size_bytes: Option<u64>,
}

impl From<&TreeEntry> for BlobRef {
    fn from(entry: &TreeEntry) -> Self {
        Self { sha: entry.sha.clone(), size_bytes: entry.size_bytes }
    }
}

impl From<Sha> for BlobRef {
    fn from(sha: Sha) -> Self {
        Self { sha, size_bytes: None }
    }
}

/// A blob's bytes, or why not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlobContent {
    /// The bytes; their object name has been recomputed. Text or not is for the reader to say.
    Bytes(Vec<u8>),
    /// [`Withheld::TooLarge`], or [`Withheld::Unreadable`] when GitHub does not have it or gives
    /// something else. Only the first is a property of the blob; do not keep the second.
    Withheld(Withheld),
}

impl Installation {
    /// Reads every wanted blob; the result has one entry for each name.
    ///
    /// Fails as a whole when GitHub is limited, ill, or refuses the token. Callers that keep a
    /// cache ask for some hundreds at a time, so that a failure costs little.
    pub async fn blobs(
        &self,
        repo: &RepoName,
        wanted: &[BlobRef],
    ) -> Result<BTreeMap<Sha, BlobContent>, GitHubError> {
        let mut plan = Plan::of(wanted);
        for batch in std::mem::take(&mut plan.batches) {
            let no_graphql = &self.github.inner.no_graphql;
            if no_graphql.load(Ordering::Relaxed) {
                plan.singles.extend(batch);
                continue;
            }
            let mut said = match self.ask_graphql(repo, &batch).await {
                Ok(said) => said,
                Err(GitHubError::NotFound { .. }) => {
                    no_graphql.store(true, Ordering::Relaxed);
                    BTreeMap::new()
                }
                // A question too heavy for GraphQL, or an App that may not ask it: REST may.
                Err(
                    GitHubError::Unavailable { .. }
                    | GitHubError::Rejected { .. }
                    | GitHubError::Forbidden { .. },
                ) => BTreeMap::new(),
                Err(
                    error @ (GitHubError::RateLimited { .. } | GitHubError::Credentials { .. }),
                ) => {
                    return Err(error);
                }
            };
            for sha in batch {
                match said.remove(&sha).and_then(|said| believe(&sha, said)) {
                    Some(content) => {
                        plan.found.insert(sha, content);
                    }
                    None => plan.singles.push(sha),
                }
            }
        }
        self.blobs_by_rest(repo, plan.singles, &mut plan.found).await?;
        Ok(plan.found)
    }

    async fn blobs_by_rest(
        &self,
        repo: &RepoName,
        wanted: Vec<Sha>,
        found: &mut BTreeMap<Sha, BlobContent>,
    ) -> Result<(), GitHubError> {
        let mut waiting = wanted.into_iter();
        let mut running = JoinSet::new();
        loop {
            while running.len() < PARALLEL {
                let Some(sha) = waiting.next() else { break };
                let (this, repo) = (self.clone(), repo.clone());
                running.spawn(async move {
                    let content = this.blob_by_rest(&repo, &sha).await;
                    (sha, content)
                });
            }
            // Leaving early drops the set, which stops the rest.
            match running.join_next().await {
                None => return Ok(()),
                Some(Ok((sha, content))) => found.insert(sha, content?),
                Some(Err(error)) => {
                    let what = format!("reading a blob stopped: {error}");
                    return Err(GitHubError::unavailable(&what));
                }
            };
        }
    }

    async fn blob_by_rest(&self, repo: &RepoName, sha: &Sha) -> Result<BlobContent, GitHubError> {
        #[derive(Deserialize)]
        struct Wire {
            content: String,
            encoding: String,
            #[serde(default)]
            size: Option<u64>,
        }
        let path = in_repo(repo, &format!("/git/blobs/{sha}"));
        let call =
            Call::get("/repos/{owner}/{repo}/git/blobs/{file_sha}", path).at_most(MAX_ENCODED);
        let wire: Wire = match self.read(&call).await {
            Ok(wire) => wire,
            Err(GitHubError::NotFound { message } | GitHubError::Rejected { message, .. }) => {
                return Ok(unreadable(&message));
            }
            Err(error) => return Err(error),
        };
        if let Some(size_bytes) = wire.size.filter(|size| *size > MAX_FILE_BYTES) {
            return Ok(BlobContent::Withheld(Withheld::TooLarge { size_bytes }));
        }
        let Some(bytes) = decode(&wire.encoding, wire.content) else {
            return Ok(unreadable("GitHub gave it in an unknown encoding"));
        };
        Ok(if is_named(&bytes, sha) {
            BlobContent::Bytes(bytes)
        } else {
            unreadable("GitHub gave other bytes than the object name says")
        })
    }
}

/// Base64 of a whole MiB in lines, escaped as JSON, and the fields around it.
const MAX_ENCODED: usize = (MAX_FILE_BYTES as usize / 3 + 1) * 4 * 62 / 60 + 64 * 1024;

/// Base64 in lines, as blobs and contents have it, or plain text.
pub(super) fn decode(encoding: &str, content: String) -> Option<Vec<u8>> {
    match encoding {
        "base64" => {
            let digits: Vec<u8> =
                content.into_bytes().into_iter().filter(|b| !b.is_ascii_whitespace()).collect();
            STANDARD.decode(digits).ok()
        }
        "utf-8" => Some(content.into_bytes()),
        _ => None,
    }
}

/// Whether bytes, as a Git blob, have this object name.
pub(super) fn is_named(bytes: &[u8], sha: &Sha) -> bool {
    let head = format!("blob {}\0", bytes.len());
    let name = if sha.as_str().len() == 40 {
        hex::encode(Sha1::new().chain_update(&head).chain_update(bytes).finalize())
    } else {
        hex::encode(Sha256::new().chain_update(&head).chain_update(bytes).finalize())
    };
    name == sha.as_str()
}

pub(super) fn unreadable(reason: &str) -> BlobContent {
    let reason = super::error::one_line(reason);
    BlobContent::Withheld(Withheld::Unreadable { reason })
}

/// GraphQL's word, when it can be proved. It shows texts, not bytes: a file in another encoding
/// is transcoded, a long one is cut; then the name does not fit and REST is asked.
fn believe(sha: &Sha, said: BlobSaid) -> Option<BlobContent> {
    if let Some(size_bytes) = said.byte_size.filter(|size| *size > MAX_FILE_BYTES) {
        return Some(BlobContent::Withheld(Withheld::TooLarge { size_bytes }));
    }
    if said.is_binary == Some(true) || said.is_truncated == Some(true) {
        return None;
    }
    let bytes = said.text?.into_bytes();
    is_named(&bytes, sha).then_some(BlobContent::Bytes(bytes))
}

/// Which blobs are asked for how.
struct Plan {
    found: BTreeMap<Sha, BlobContent>,
    batches: Vec<Vec<Sha>>,
    singles: Vec<Sha>,
}

impl Plan {
    fn of(wanted: &[BlobRef]) -> Self {
        let mut plan = Self { found: BTreeMap::new(), batches: Vec::new(), singles: Vec::new() };
        let mut seen = BTreeSet::new();
        let mut room = 0;
        for BlobRef { sha, size_bytes } in wanted {
            if !seen.insert(sha) {
                continue;
            }
            let size = size_bytes.unwrap_or(GUESS);
            if size > MAX_FILE_BYTES {
                let too_large = Withheld::TooLarge { size_bytes: size };
                plan.found.insert(sha.clone(), BlobContent::Withheld(too_large));
                continue;
            }
            if size > GRAPHQL_MAX {
                plan.singles.push(sha.clone());
                continue;
            }
            match plan.batches.last_mut().filter(|b| b.len() < BATCH_OBJECTS && room >= size) {
                Some(batch) => batch.push(sha.clone()),
                None => {
                    plan.batches.push(vec![sha.clone()]);
                    room = BATCH_BYTES;
                }
            }
            room -= size;
        }
        plan
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sha(n: u64) -> Sha {
        Sha::parse(&format!("{n:040x}")).expect("valid")
    }

    #[test]
    fn gits_own_names_are_recomputed() {
        // `printf 'hello\n' | git hash-object --stdin`, also with --object-format=sha256.
        let sha1 = Sha::parse("ce013625030ba8dba906f756967f9e9ca394464a").expect("valid");
        let sha256 = Sha::parse("2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4")
            .expect("valid");
        assert!(is_named(b"hello\n", &sha1) && is_named(b"hello\n", &sha256));
        assert!(!is_named(b"hello\r\n", &sha1) && !is_named(b"", &sha256));
    }

    #[test]
    fn batches_keep_to_objects_and_bytes() {
        let many: Vec<BlobRef> = (0..250).map(|n| sha(n).into()).collect();
        let plan = Plan::of(&[many.clone(), many].concat());
        let sizes: Vec<usize> = plan.batches.iter().map(Vec::len).collect();
        assert_eq!(sizes, [64, 64, 64, 58]);
        let small = |n| BlobRef { sha: sha(n), size_bytes: Some(10) };
        let plan = Plan::of(&(0..250).map(small).collect::<Vec<_>>());
        assert_eq!(plan.batches.iter().map(Vec::len).collect::<Vec<_>>(), [100, 100, 50]);
    }

    #[test]
    fn long_ones_go_alone_and_too_long_ones_nowhere() {
        let of = |n, size| BlobRef { sha: sha(n), size_bytes: Some(size) };
        let plan = Plan::of(&[of(1, GRAPHQL_MAX), of(2, GRAPHQL_MAX + 1), of(3, 1 << 60)]);
        assert_eq!((plan.batches, plan.singles), (vec![vec![sha(1)]], vec![sha(2)]));
        let too_large = Withheld::TooLarge { size_bytes: 1 << 60 };
        assert_eq!(plan.found, [(sha(3), BlobContent::Withheld(too_large))].into());
    }

    #[test]
    fn the_largest_file_fits_the_bound() {
        let content = STANDARD.encode(vec![0; MAX_FILE_BYTES as usize]);
        let lines = content.len().div_ceil(60) * 2;
        assert!(content.len() + lines + 1000 < MAX_ENCODED);
    }
}
