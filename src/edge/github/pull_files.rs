//! What does a pull request do to the files, and who looked at it?

use serde::Deserialize;

use super::call::{Answer, Call};
use super::error::GitHubError;
use super::installation::{Installation, in_repo};
use crate::domain::ddl::is_read_when_touched;
use crate::domain::ids::{RepoName, Sha};
use crate::domain::risk::change::{FileChange, Kind};
use crate::domain::risk::condition::{Review, Verdict};
use crate::domain::risk::coverage::{Span, added_lines};
use crate::domain::time::Timestamp;

/// A page holds up to a hundred patches.
pub(super) const MAX_PAGE: usize = 64 * 1024 * 1024;

/// GitHub shows no more files of a comparison.
pub(super) const MAX_COMPARED: usize = 300;

/// A touched file, and the blob that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullFile {
    /// What happened to it.
    pub change: FileChange,
    /// Its content now; `None` for submodules.
    pub blob: Option<Sha>,
    /// The lines that it gains; `None` when GitHub shows no patch: binary files, very long ones.
    pub added: Option<Vec<Span>>,
    /// Whether it is to be read as a migration, by its path or by the lines that it gains.
    pub migration: bool,
}

impl PullFile {
    /// The lines that are new in a file that was there before.
    pub fn grown(&self) -> Option<&[Span]> {
        self.added.as_deref().filter(|_| self.change.kind != Kind::Added)
    }
}

#[derive(Deserialize)]
pub(super) struct WireFile {
    filename: String,
    previous_filename: Option<String>,
    status: String,
    additions: u64,
    deletions: u64,
    sha: Option<Sha>,
    patch: Option<String>,
}

/// As `/compare` has it.
#[derive(Deserialize)]
struct WireComparison {
    status: String,
    #[serde(default)]
    files: Vec<WireFile>,
}

#[derive(Deserialize)]
struct WireRemark {
    user: Option<User>,
}

#[derive(Deserialize)]
struct WireReview {
    id: i64,
    user: Option<User>,
    state: String,
    commit_id: Option<Sha>,
    submitted_at: Option<String>,
}

#[derive(Deserialize)]
struct User {
    login: String,
    #[serde(default)]
    r#type: String,
}

impl Installation {
    /// The files that a pull request touches; GitHub lists at most 3,000.
    pub async fn pull_files(
        &self,
        repo: &RepoName,
        number: i64,
    ) -> Result<Vec<PullFile>, GitHubError> {
        let path = in_repo(repo, &format!("/pulls/{number}/files?per_page=100"));
        let call = Call::get("/repos/{owner}/{repo}/pulls/{pull_number}/files", path);
        self.list(call.at_most(MAX_PAGE), files).await
    }

    /// Every submitted review of a pull request, with its id, oldest first.
    pub async fn pull_reviews(
        &self,
        repo: &RepoName,
        number: i64,
    ) -> Result<Vec<(i64, Review)>, GitHubError> {
        let path = in_repo(repo, &format!("/pulls/{number}/reviews?per_page=100"));
        let call = Call::get("/repos/{owner}/{repo}/pulls/{pull_number}/reviews", path);
        self.list(call, reviews).await
    }

    /// How many comments people other than `author` wrote on the lines of a pull request.
    pub async fn pull_remarks(
        &self,
        repo: &RepoName,
        number: i64,
        author: Option<&str>,
    ) -> Result<u64, GitHubError> {
        let path = in_repo(repo, &format!("/pulls/{number}/comments?per_page=100"));
        let call = Call::get("/repos/{owner}/{repo}/pulls/{pull_number}/comments", path);
        let all: Vec<WireRemark> =
            self.list(call.at_most(MAX_PAGE), |answer, call| answer.json(call)).await?;
        let by_another = |user: &User| user.r#type != "Bot" && Some(user.login.as_str()) != author;
        let count = all.iter().filter(|remark| remark.user.as_ref().is_some_and(by_another));
        Ok(count.count() as u64)
    }

    /// What lies between two commits of one line; `None` when the second does not come after the
    /// first, or there is more than GitHub shows.
    pub async fn changed_between(
        &self,
        repo: &RepoName,
        from: &Sha,
        to: &Sha,
    ) -> Result<Option<Vec<FileChange>>, GitHubError> {
        let path = in_repo(repo, &format!("/compare/{from}...{to}?per_page=1"));
        let call = Call::get("/repos/{owner}/{repo}/compare/{basehead}", path);
        let found: WireComparison = match self.read(&call.at_most(MAX_PAGE)).await {
            Err(GitHubError::NotFound { .. }) => return Ok(None),
            other => other?,
        };
        let whole = found.status == "ahead" && found.files.len() < MAX_COMPARED;
        let files = found.files.into_iter().map(|file| PullFile::from(file).change);
        Ok(whole.then(|| files.collect()))
    }
}

fn files(answer: &Answer, call: &Call) -> Result<Vec<PullFile>, GitHubError> {
    let page: Vec<WireFile> = answer.json(call)?;
    Ok(page.into_iter().map(PullFile::from).collect())
}

fn reviews(answer: &Answer, call: &Call) -> Result<Vec<(i64, Review)>, GitHubError> {
    let page: Vec<WireReview> = answer.json(call)?;
    Ok(page.into_iter().filter_map(WireReview::read).collect())
}

impl From<WireFile> for PullFile {
    fn from(wire: WireFile) -> Self {
        let kind = match wire.status.as_str() {
            "added" | "copied" => Kind::Added,
            "removed" => Kind::Removed,
            "renamed" => Kind::Renamed,
            _ => Kind::Modified,
        };
        let was = wire.previous_filename.filter(|_| kind == Kind::Renamed);
        let (added, deleted) = (wire.additions, wire.deletions);
        let blob = wire.sha.filter(|_| kind != Kind::Removed);
        let lines = wire.patch.as_deref().map(added_lines);
        let change = FileChange { path: wire.filename, was, kind, added, deleted };
        let gains = wire.patch.iter().flat_map(|patch| patch.lines());
        let gains = gains.filter_map(|line| line.strip_prefix('+'));
        let comes = kind == Kind::Added || (kind != Kind::Removed && added > 0);
        let migration = comes && is_read_when_touched(&change.path, kind == Kind::Added, gains);
        Self { change, blob, added: lines, migration }
    }
}

impl WireReview {
    /// Those that are still being written (`PENDING`) are nobody's business.
    fn read(self) -> Option<(i64, Review)> {
        let verdict = Verdict::of(&self.state)?;
        let at = self.submitted_at.as_deref().and_then(Timestamp::parse_rfc3339)?;
        let bot = self.user.as_ref().is_some_and(|user| user.r#type == "Bot");
        let by = self.user.map(|user| user.login);
        Some((self.id, Review { by, bot, verdict, commit: self.commit_id, at }))
    }
}
