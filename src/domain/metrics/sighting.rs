//! What does an event tell of a repository's deliveries? One sighting: a hint that is merged into
//! the records by GitHub's own ids and times, so repeats and disorder do no harm.

use super::record::Run;
use crate::domain::ids::Sha;
use crate::domain::time::Timestamp;

/// One thing that was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sighting {
    /// A deployment was made.
    Deployment(DeploymentSeen),
    /// A deployment came to an end, good or bad.
    Status {
        /// The deployment.
        deployment: DeploymentSeen,
        /// Whether it succeeded.
        success: bool,
        /// When the status was set.
        at: Timestamp,
    },
    /// A workflow run ended.
    Run(RunSeen),
    /// A release was published (or its publication edited).
    Release(ReleaseSeen),
    /// An issue changed.
    Issue(IssueSeen),
}

/// A deployment as GitHub shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeploymentSeen {
    /// GitHub's id.
    pub id: i64,
    /// The commit.
    pub sha: Sha,
    /// The environment's name.
    pub environment: String,
    /// When it was made.
    pub created: Timestamp,
}

/// A finished workflow run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunSeen {
    /// GitHub's id; a re-run keeps it.
    pub id: i64,
    /// The workflow's name; may be empty.
    pub name: String,
    /// The workflow's path in the repository.
    pub path: String,
    /// Paths of the workflows that it calls, with their repositories and refs:
    /// `acme/platform/.github/workflows/deploy.yml@refs/tags/v3`.
    pub calls: Vec<String>,
    /// What set it off: `push`, `pull_request`, `schedule`.
    pub event: String,
    /// The commit.
    pub sha: Sha,
    /// Times and result.
    pub run: Run,
}

/// A release.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseSeen {
    /// GitHub's id.
    pub id: i64,
    /// Its tag.
    pub tag: String,
    /// When it was published; `None`: it is a draft, a pre-release, or gone.
    pub published: Option<Timestamp>,
}

/// An issue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IssueSeen {
    /// Its number.
    pub number: i64,
    /// Its labels.
    pub labels: Vec<String>,
    /// A label that was just taken off it.
    pub unlabelled: Option<String>,
    /// When it was opened.
    pub opened: Timestamp,
    /// When it was closed; `None` while it is open.
    pub closed: Option<Timestamp>,
    /// GitHub's `updated_at`: orders what arrives out of order.
    pub updated: Timestamp,
    /// Deleted, moved away, closed as a duplicate or as not planned: it never was an incident here.
    pub withdrawn: bool,
}
