//! Which files does a checkout hold, and which of them differ from what Git has stored?
//!
//! `git status` would say so, but runs the filters of `.git/config` over changed files. Here
//! those are switched off by name first.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;

use super::Checkout;
use super::command::LISTING;
use super::error::GitError;
use crate::domain::ids::Sha;

/// A file that Git tracks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tracked {
    /// Where it lies, relative to the folder; its path is this with what is not UTF-8 replaced.
    pub place: PathBuf,
    /// What is stored.
    pub blob: Sha,
    /// A commit of another repository instead of a file.
    pub submodule: bool,
    /// Left out of the folder by a sparse checkout.
    pub sparse: bool,
}

/// What Git says of a folder's files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WorkTree {
    /// Files in the index, by path.
    pub tracked: BTreeMap<String, Tracked>,
    /// Files that are neither tracked nor ignored: where they lie, by path.
    pub untracked: BTreeMap<String, PathBuf>,
}

/// Filters whose programs are switched off one by one; more are a trick.
const MOST_FILTERS: usize = 200;

impl Checkout {
    /// Lists the folder: what is tracked, and what would be if it were added.
    pub async fn work_tree(&self) -> Result<WorkTree, GitError> {
        let (staged, others) = tokio::try_join!(
            self.git.bytes(&["ls-files", "-z", "-t", "--stage"], LISTING),
            self.git.bytes(&["ls-files", "-z", "--others", "--exclude-standard"], LISTING),
        )?;
        let mut work_tree = WorkTree::default();
        for record in records(&staged) {
            let (path, tracked) = parse_staged(record)
                .ok_or_else(|| GitError::failed("ls-files", "an entry cannot be understood"))?;
            work_tree.tracked.insert(path, tracked);
        }
        // A name that ends in a slash is another repository inside this one.
        let files = records(&others).filter(|r| r.last() != Some(&b'/'));
        work_tree.untracked = files.map(named).collect();
        Ok(work_tree)
    }

    /// Tracked files whose content may differ from the index; all others are as Git stored them,
    /// whatever filters and line end settings made of them on disk. `None`: cannot be said.
    pub async fn changed(&self) -> Result<Option<BTreeSet<String>>, GitError> {
        let names = ["config", "-z", "--name-only", "--get-regexp", r"^filter\."];
        let names = self.git.maybe(&names).await?.unwrap_or_default();
        let filters: BTreeSet<String> = records(&names).filter_map(filter_of).collect();
        if filters.len() > MOST_FILTERS {
            return Ok(None);
        }
        let off = |filter: String| {
            [("clean", ""), ("smudge", ""), ("process", ""), ("required", "false")]
                .map(|(key, value)| (format!("filter.{filter}.{key}"), value.to_owned()))
        };
        let git = self.git.with(filters.into_iter().flat_map(off).collect());
        let arguments = [
            "diff-files",
            "-z",
            "--name-only",
            "--relative",
            "--no-renames",
            "--ignore-submodules=all",
            "--no-ext-diff",
            "--no-textconv",
        ];
        let changed = git.bytes(&arguments, LISTING).await?;
        Ok(Some(records(&changed).map(|r| String::from_utf8_lossy(r).into_owned()).collect()))
    }
}

fn records(listing: &[u8]) -> impl Iterator<Item = &[u8]> {
    listing.split(|b| *b == 0).filter(|r| !r.is_empty())
}

/// `H 100644 ce01362… 0<TAB>path`. Of a file in conflict the last stage stays.
fn parse_staged(record: &[u8]) -> Option<(String, Tracked)> {
    let tab = record.iter().position(|b| *b == b'\t')?;
    let head = std::str::from_utf8(&record[..tab]).ok()?;
    let mut words = head.split_ascii_whitespace();
    let (tag, mode, blob) = (words.next()?, words.next()?, words.next()?);
    let blob = Sha::parse(blob).ok()?;
    let (path, place) = named(&record[tab + 1..]);
    Some((path, Tracked { place, blob, submodule: mode == "160000", sparse: tag == "S" }))
}

fn named(name: &[u8]) -> (String, PathBuf) {
    (String::from_utf8_lossy(name).into_owned(), PathBuf::from(OsStr::from_bytes(name)))
}

/// `filter.lfs.clean` → `lfs`.
fn filter_of(name: &[u8]) -> Option<String> {
    let name = std::str::from_utf8(name).ok()?.strip_prefix("filter.")?;
    name.rsplit_once('.').map(|(filter, _)| filter.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_index_is_read() {
        let sha = "ce013625030ba8dba906f756967f9e9ca394464a";
        let record = [format!("S 100644 {sha} 0\ta\tb").as_bytes(), b"\xff"].concat();
        let (path, tracked) = parse_staged(&record).expect("well-formed");
        assert_eq!(
            (path.as_str(), tracked.sparse, tracked.submodule),
            ("a\tb\u{fffd}", true, false)
        );
        assert_eq!(tracked.place.as_os_str().as_bytes(), b"a\tb\xff");
        assert_eq!(filter_of(b"filter.a.b=c.clean").as_deref(), Some("a.b=c"));
    }
}
