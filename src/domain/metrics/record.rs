//! What is known of a repository's deliveries? Plain records, as the store keeps them.

use serde::{Deserialize, Serialize};

use super::message::Reverted;
use crate::domain::ids::Sha;
use crate::domain::time::Timestamp;

/// What told of a deployment. Of one repository only the best source counts, see
/// [`History::deployments`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Source {
    /// GitHub's deployments and their statuses.
    Deployment,
    /// Runs of the workflow that deploys, on the default branch.
    WorkflowRun,
    /// Published releases.
    Release,
}

impl Source {
    /// All, the best first.
    pub const ALL: [Self; 3] = [Self::Deployment, Self::WorkflowRun, Self::Release];

    /// The word for it: `workflow_run`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deployment => "deployment",
            Self::WorkflowRun => "workflow_run",
            Self::Release => "release",
        }
    }

    /// Reads [`Source::as_str`].
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|source| source.as_str() == word)
    }
}

/// How a deployed commit stands to the one that was live before it, as GitHub's comparison says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Relation {
    /// It adds commits.
    Ahead,
    /// It takes commits away: an older commit.
    Behind,
    /// It is the same.
    Identical,
    /// It adds some and takes away others: another branch.
    Diverged,
    /// GitHub does not know one of them any more, or could not be asked.
    Unknown,
}

impl Relation {
    /// GitHub's `status` of a comparison.
    pub fn of_status(word: &str) -> Self {
        match word {
            "ahead" => Self::Ahead,
            "behind" => Self::Behind,
            "identical" => Self::Identical,
            "diverged" => Self::Diverged,
            _ => Self::Unknown,
        }
    }
}

/// A commit that a deployment brought.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Commit {
    /// Its name.
    pub sha: Sha,
    /// When it was committed (the committer's date, which a rebase or a squash renews).
    pub committed: Timestamp,
    /// Whether it joins two or more parents: it carries no change of its own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub merge: bool,
    /// The pull request that its subject names: `Add x (#12)`, `Merge pull request #12 from …`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pull: Option<i64>,
    /// What it takes back, when its message says so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverts: Option<Reverted>,
}

/// What lies between a deployment and the one before it in the same environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compared {
    /// The commit that was live before.
    pub with: Sha,
    /// How the deployed one stands to it.
    pub relation: Relation,
    /// What the deployed one adds.
    pub commits: Vec<Commit>,
    /// Whether there are more commits than were read.
    pub partial: bool,
}

/// One deployment to one environment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployment {
    /// What told of it.
    pub source: Source,
    /// GitHub's id of the deployment, run or release.
    pub id: i64,
    /// The environment's name; empty for sources that have none.
    pub environment: String,
    /// The commit deployed.
    pub sha: Sha,
    /// When it began.
    pub created: Timestamp,
    /// When it first succeeded.
    pub succeeded: Option<Timestamp>,
    /// When it first failed, if it never succeeded: it reached nobody.
    pub failed: Option<Timestamp>,
    /// What it ships; `None`: not asked yet, or it is the first.
    pub compared: Option<Compared>,
}

/// An issue with the incident label.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Incident {
    /// The number.
    pub number: i64,
    /// When it was opened: service began to suffer.
    pub opened: Timestamp,
    /// When it was closed: service was restored; `None` while it is open.
    pub closed: Option<Timestamp>,
}

/// A finished workflow run for a push to the default branch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Run {
    /// When its last attempt began.
    pub started: Timestamp,
    /// When it ended.
    pub finished: Timestamp,
    /// `Some(true)`: success; `Some(false)`: failure or timeout; `None`: cancelled, skipped and
    /// the like, which say nothing.
    pub success: Option<bool>,
}

/// Everything known of one repository. Order does not matter: events come as they like.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// When the repository was created.
    pub created: Option<Timestamp>,
    /// From when on deployments are known; earlier ones may have been missed.
    pub known_from: Option<Timestamp>,
    /// Whether `known_from` goes back to the repository's creation.
    pub whole: bool,
    /// Deployments to production, of any source.
    pub deployments: Vec<Deployment>,
    /// Incidents.
    pub incidents: Vec<Incident>,
    /// Workflow runs.
    pub runs: Vec<Run>,
    /// The earliest production deployment that is known, also when its row is gone.
    pub first_production: Option<Timestamp>,
}

impl History {
    /// The deployments of the best source that has any success: counting one release as a
    /// deployment, a run and a release would count it three times.
    pub fn deployments(&self) -> Vec<&Deployment> {
        let of = |source: Source| self.deployments.iter().filter(move |d| d.source == source);
        let best = Source::ALL.into_iter().find(|s| of(*s).any(|d| d.succeeded.is_some()));
        best.or(self.deployments.iter().map(|d| d.source).min())
            .map(|source| of(source).collect())
            .unwrap_or_default()
    }
}
