//! What does a webhook tell us? Slim readers over the stored raw body.
//!
//! GitHub's JSON travels no further than this room: each reader turns a body into
//! [`Intent`]s. A field that we do not need is not read, so a payload that grows never fails.
//! Events are hints: they may be late, repeated or out of order, so an intent says what to look
//! at, not what is true. Adding an event = one file and one line in [`READERS`].

mod check_run;
mod check_suite;
mod delivered;
mod deployment;
mod deployment_protection_rule;
mod deployment_status;
mod installation;
mod installation_repositories;
mod issue_comment;
mod issues;
mod merge_group;
mod payload;
mod pull_request;
mod pull_request_review;
mod push;
mod release;
mod repository;
mod seen;
mod status;
mod words;
mod workflow_run;

use crate::domain::command::Scan;
use crate::domain::ids::{InstallationId, RepoId, Sha};
use crate::domain::metrics::Sighting;
use crate::domain::risk::condition::Review;
use crate::domain::time::Timestamp;

pub use seen::{CommentSeen, DeploymentSeen, Landing, PullSeen, RepoSeen};

/// What an event asks us to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Intent {
    /// Remember this pull request and, when `judge` is set, judge it.
    Pull {
        /// Whose.
        installation: InstallationId,
        /// The base repository.
        repo: RepoSeen,
        /// The pull request.
        pull: PullSeen,
        /// Whether the event can have changed the verdict.
        judge: bool,
    },
    /// Somebody reviewed a pull request, or a review was dismissed.
    Reviewed {
        /// Whose.
        installation: InstallationId,
        /// The base repository.
        repo: RepoSeen,
        /// The pull request.
        number: i64,
        /// The review's id.
        id: i64,
        /// What it says.
        review: Review,
    },
    /// A coverage service says something of a commit.
    Covered {
        /// Whose.
        installation: InstallationId,
        /// The repository.
        repo: RepoSeen,
        /// The commit.
        sha: Sha,
        /// Which service and what about: `codecov/patch`.
        context: String,
        /// `success`, `failure`, `pending`, `error`.
        state: String,
        /// In its words.
        said: String,
    },
    /// A branch moved.
    Push {
        /// Whose.
        installation: InstallationId,
        /// The repository pushed to.
        repo: RepoSeen,
        /// The full ref: `refs/heads/main`.
        git_ref: String,
        /// The commit before; `None` when the branch is new.
        before: Option<Sha>,
        /// Whether history was rewritten.
        forced: bool,
        /// The pull request that the newest commit's message names, as GitHub's buttons write it.
        pull: Option<i64>,
        /// The commit after; `None` when the branch was deleted.
        after: Option<Sha>,
    },
    /// A merge queue asks for a verdict on the merged tree.
    MergeGroup {
        /// Whose.
        installation: InstallationId,
        /// The repository.
        repo: RepoSeen,
        /// The queue's branch.
        head_ref: String,
        /// The merged commit: the check run goes here.
        head_sha: Sha,
        /// What it was merged onto.
        base_sha: Sha,
    },
    /// Somebody asked for a fresh verdict on a commit.
    Rerun {
        /// Whose.
        installation: InstallationId,
        /// The repository.
        repo: RepoSeen,
        /// The commit.
        head_sha: Sha,
        /// The branch, when GitHub knows it (not for forks).
        head_branch: Option<String>,
        /// Open pull requests that GitHub names (empty for forks).
        pulls: Vec<i64>,
        /// `None` for any of our checks, else the name of the one to repeat.
        check: Option<String>,
    },
    /// Somebody wrote commands into a comment.
    Commands {
        /// Whose.
        installation: InstallationId,
        /// The repository.
        repo: RepoSeen,
        /// Where and by whom.
        comment: CommentSeen,
        /// What is asked for.
        scan: Scan,
    },
    /// Somebody pressed a button of the golden path's check run that stands for a command.
    Pressed {
        /// Whose.
        installation: InstallationId,
        /// The repository.
        repo: RepoSeen,
        /// The check run.
        run: i64,
        /// When it was made: no answer to it is older.
        since: Timestamp,
        /// Its commit.
        head_sha: Sha,
        /// Open pull requests that GitHub names (empty for forks).
        pulls: Vec<i64>,
        /// The command that the button stands for.
        line: &'static str,
        /// The login of whoever pressed it.
        by: String,
    },
    /// A deployment waits for our answer.
    Deployment {
        /// Whose.
        installation: InstallationId,
        /// The repository.
        repo: RepoSeen,
        /// What waits.
        deployment: DeploymentSeen,
    },
    /// The App was installed, or its permissions or suspension changed.
    Installed {
        /// Which.
        installation: InstallationId,
        /// The account it belongs to.
        account: String,
        /// Granted permissions as GitHub lists them, as JSON text.
        permissions: String,
        /// Subscribed events, as JSON text.
        events: String,
        /// Whether an owner suspended it.
        suspended: bool,
        /// The repositories that the event names.
        repos: Vec<RepoSeen>,
    },
    /// The App was removed: everything of this tenant is forgotten.
    Uninstalled {
        /// Which.
        installation: InstallationId,
    },
    /// Repositories joined or left an installation.
    ReposChanged {
        /// Which.
        installation: InstallationId,
        /// Joined.
        added: Vec<RepoSeen>,
        /// Left.
        removed: Vec<RepoId>,
    },
    /// A repository was renamed, archived or given another default branch.
    RepoChanged {
        /// Whose.
        installation: InstallationId,
        /// How it is now.
        repo: RepoSeen,
    },
    /// A deployment, a run, a release or an issue: what deliveries are measured by.
    Sighted {
        /// Whose.
        installation: InstallationId,
        /// The repository.
        repo: RepoSeen,
        /// When the repository was created, when the event tells.
        created: Option<Timestamp>,
        /// What was seen.
        sighting: Box<Sighting>,
    },
}

/// Why a body could not be read.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the `{event}` payload: {reason}")]
pub struct EventError {
    /// The event's name.
    pub event: String,
    /// What is wrong, with line and column.
    pub reason: String,
}

/// Reads one event's body.
pub type Reader = fn(&[u8]) -> Result<Vec<Intent>, serde_json::Error>;

/// Every event that we read. Those with `subscribed: false` come unasked: the first two to every
/// App, the next (re-runs) to every App that may write checks, as do re-runs and buttons of
/// `check_run`; what other Apps' runs say must be subscribed to. The manifest lists
/// the others; `tests/manifest.rs` compares.
pub const READERS: &[EventReader] = &[
    EventReader { event: "installation", subscribed: false, read: installation::read },
    EventReader {
        event: "installation_repositories",
        subscribed: false,
        read: installation_repositories::read,
    },
    EventReader { event: "check_suite", subscribed: false, read: check_suite::read },
    EventReader { event: "check_run", subscribed: true, read: check_run::read },
    EventReader {
        event: "deployment_protection_rule",
        subscribed: true,
        read: deployment_protection_rule::read,
    },
    EventReader { event: "deployment", subscribed: true, read: deployment::read },
    EventReader { event: "deployment_status", subscribed: true, read: deployment_status::read },
    EventReader { event: "issue_comment", subscribed: true, read: issue_comment::read },
    EventReader { event: "issues", subscribed: true, read: issues::read },
    EventReader { event: "merge_group", subscribed: true, read: merge_group::read },
    EventReader { event: "pull_request", subscribed: true, read: pull_request::read },
    EventReader { event: "pull_request_review", subscribed: true, read: pull_request_review::read },
    EventReader { event: "push", subscribed: true, read: push::read },
    EventReader { event: "release", subscribed: true, read: release::read },
    EventReader { event: "repository", subscribed: true, read: repository::read },
    EventReader { event: "workflow_run", subscribed: true, read: workflow_run::read },
    EventReader { event: "status", subscribed: true, read: status::read },
];

/// One line of [`READERS`].
pub struct EventReader {
    /// GitHub's name of the event.
    pub event: &'static str,
    /// Whether the App must subscribe to it.
    pub subscribed: bool,
    /// How to read it.
    pub read: Reader,
}

/// Whose an event is, as far as its body tells: for logs, before anybody has read what it asks for.
pub fn about(body: &[u8]) -> (Option<InstallationId>, Option<RepoId>) {
    let about: payload::About = serde_json::from_slice(body).unwrap_or_default();
    (about.installation.map(|i| i.id), about.repository.map(|r| r.id))
}

/// What a delivery asks for; nothing when the event is one that we do not read.
pub fn read(event: &str, body: &[u8]) -> Result<Vec<Intent>, EventError> {
    match READERS.iter().find(|r| r.event == event) {
        None => Ok(Vec::new()),
        Some(reader) => (reader.read)(body)
            .map_err(|e| EventError { event: event.to_owned(), reason: e.to_string() }),
    }
}
