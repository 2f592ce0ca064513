//! What events show of the things that they tell of.

use crate::domain::config::Labels;
use crate::domain::ids::{RepoId, RepoName, Sha};
use crate::domain::risk::labels::Target;
use crate::domain::time::Timestamp;

/// A repository as an event names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoSeen {
    /// Its id.
    pub id: RepoId,
    /// Its name at that moment.
    pub name: RepoName,
    /// Its default branch; events about installations leave it out.
    pub default_branch: Option<String>,
    /// Whether it is archived (read-only), when the event says so.
    pub archived: bool,
    /// Whether it is private.
    pub private: bool,
    /// Its topics and custom properties, as far as the event tells.
    pub labels: Labels,
}

/// A pull request as an event shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullSeen {
    /// Its number in the base repository.
    pub number: i64,
    /// The head commit.
    pub head_sha: Sha,
    /// The head branch, without `refs/heads/`.
    pub head_ref: String,
    /// Where the head branch lives; `None` when the fork is gone.
    pub head_repo: Option<RepoId>,
    /// The base branch's commit as GitHub noted it.
    pub base_sha: Sha,
    /// The base branch, without `refs/heads/`.
    pub base_ref: String,
    /// Whether it is a draft.
    pub draft: bool,
    /// Whether it is open.
    pub open: bool,
    /// GitHub's `updated_at`; orders events that arrive out of order.
    pub updated: Timestamp,
    /// Text of its author.
    pub title: String,
    /// Whether it takes another change back, by its title or body.
    pub revert: bool,
    /// Whether this event is about another title.
    pub retitled: bool,
    /// Login of its author; `None` when the account is gone.
    pub author: Option<String>,
    /// Whether that is a program.
    pub by_bot: bool,
    /// How many files it touches, when the event says so.
    pub files: Option<i64>,
    /// Whether this event is its beginning: nobody can have reviewed it.
    pub opened: bool,
    /// Set when this event is the moment from which it can be reviewed.
    pub ready: Option<Timestamp>,
    /// Set when this event is its merge.
    pub landed: Option<Landing>,
}

/// The merge of a pull request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landing {
    /// The commit that it became, when the event says so.
    pub sha: Option<Sha>,
    /// When.
    pub at: Timestamp,
    /// Login of whoever merged it.
    pub by: Option<String>,
    /// Whether it takes another change back.
    pub revert: bool,
    /// What it takes back.
    pub takes_back: Vec<Target>,
}

/// A comment as an event shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommentSeen {
    /// Its id.
    pub id: i64,
    /// The issue or pull request that it belongs to.
    pub issue: i64,
    /// Whether that is a pull request.
    pub on_pull: bool,
    /// Who wrote these words: the author, or whoever edited them in.
    pub by: String,
    /// GitHub's number of that account, where the event told it.
    pub account: Option<i64>,
    /// When the comment was first written.
    pub created: Timestamp,
}

/// A deployment that waits, as an event shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentSeen {
    /// GitHub's id; 0 when the event tells none.
    pub id: i64,
    /// Where to.
    pub environment: String,
    /// What was named: a branch, a tag, a commit.
    pub git_ref: String,
    /// The commit.
    pub head: Sha,
    /// What set the workflow going.
    pub event: String,
    /// Login of who set it going.
    pub creator: Option<String>,
    /// Pull requests that GitHub names.
    pub pulls: Vec<i64>,
    /// Where the answer is to go; not believed before it was looked at.
    pub callback: String,
}
