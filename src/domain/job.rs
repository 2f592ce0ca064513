//! What do we owe? Deliveries as received and the jobs that follow from them.

mod facets;
mod priority;

use serde::{Deserialize, Serialize};

use super::gate::request::Deployment;
use super::ids::{InstallationId, RepoId, RepoName, Sha};
use super::risk::labels::Target;
use super::time::Timestamp;

pub use priority::Priority;

/// A webhook as received, after its signature was found good.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// `X-GitHub-Delivery`: GitHub's GUID, the same on redelivery, so it is the inbox key.
    pub guid: String,
    /// `X-GitHub-Event`.
    pub event: String,
    /// When we received it.
    pub received: Timestamp,
    /// The raw body, byte for byte.
    pub body: Vec<u8>,
}

/// The delivery that a job follows from: for logs, and for how long somebody has waited.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cause {
    /// Its GUID.
    pub delivery: String,
    /// When we received it.
    pub received: Timestamp,
}

/// Why a commit is judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// A push to the default branch.
    DefaultBranch,
    /// A merge queue asks for the merged tree.
    MergeGroup,
}

/// Commands as somebody wrote them into a comment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// The comment.
    pub comment: i64,
    /// Its issue or pull request.
    pub issue: i64,
    /// Whether that is a pull request.
    pub on_pull: bool,
    /// The login of whoever asks.
    pub by: String,
    /// GitHub's number of that account, where the event told it.
    #[serde(default)]
    pub account: Option<i64>,
    /// When the comment was first written.
    pub since: Timestamp,
    /// The command lines.
    pub lines: Vec<String>,
    /// How many more the comment holds than are answered.
    pub passed_over: usize,
    /// Whether a button of a check run said it: then `comment` is that run, and the answer is a
    /// comment of its own on the pull request.
    #[serde(default)]
    pub pressed: bool,
}

/// A merged pull request, as its event told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MergedSeen {
    /// Its number.
    pub number: i64,
    /// The commit that it became, when the event said so.
    pub sha: Option<Sha>,
    /// When.
    pub at: Timestamp,
    /// Text of its author.
    pub title: String,
    /// Login of its author.
    pub author: Option<String>,
    /// Whether that is a program.
    pub bot: bool,
    /// Login of whoever merged it.
    #[serde(default)]
    pub merged_by: Option<String>,
    /// Whether it takes another change back.
    pub revert: bool,
    /// What it takes back.
    pub takes_back: Vec<Target>,
}

/// Work that we owe: small, serializable, with its own de-duplication key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Job {
    /// Read a stored delivery and enqueue what it asks for.
    Plan {
        /// The delivery's GUID.
        delivery: String,
    },
    /// Judge an open pull request at its head and post the check run.
    CheckPull {
        /// Whose token to use.
        installation: InstallationId,
        /// The base repository, where the check run goes.
        repo: RepoId,
        /// Its name when the job was made; GitHub redirects when it has moved.
        name: RepoName,
        /// The pull request. Several with one head share the key of the lowest number.
        number: i64,
        /// The head that the event told of: a hint, re-read before judging.
        head: Sha,
        /// Set when somebody asked for a fresh run: posts even when nothing has changed. Holds
        /// the delivery that asked, so that a repeat of it asks for nothing new.
        fresh: Option<String>,
    },
    /// Judge a commit that no pull request stands for.
    CheckCommit {
        /// Whose token to use.
        installation: InstallationId,
        /// The repository.
        repo: RepoId,
        /// Its name when the job was made.
        name: RepoName,
        /// Why.
        occasion: Occasion,
        /// The full ref: `refs/heads/main`, `refs/heads/gh-readonly-queue/main/…`.
        git_ref: String,
        /// The commit to judge.
        head: Sha,
        /// The commit whose findings are *existing*; `None` when there is no such commit.
        base: Option<Sha>,
        /// As for pull requests.
        fresh: Option<String>,
    },
    /// Judge the policies that a commit of a configuration repository holds, and post the check.
    CheckPolicies {
        /// Whose token to use.
        installation: InstallationId,
        /// The configuration repository.
        repo: RepoId,
        /// Its name when the job was made.
        name: RepoName,
        /// The commit to judge.
        head: Sha,
        /// The commit whose policies are in force; `None`: the default branch's newest.
        base: Option<Sha>,
        /// As for pull requests.
        fresh: Option<String>,
    },
    /// Say how risky an open pull request is, and post the check run.
    CheckRisk {
        /// Whose token to use.
        installation: InstallationId,
        /// The base repository.
        repo: RepoId,
        /// Its name when the job was made.
        name: RepoName,
        /// The pull request.
        number: i64,
        /// The head that the event told of.
        head: Sha,
        /// As for pull requests.
        fresh: Option<String>,
    },
    /// Learn what a merged pull request did to the files.
    LearnMerge {
        /// Whose token to use.
        installation: InstallationId,
        /// The base repository.
        repo: RepoId,
        /// Its name when the job was made.
        name: RepoName,
        /// What was merged.
        merged: MergedSeen,
    },
    /// Learn what a push brought to the default branch without a pull request.
    LearnPush {
        /// Whose token to use.
        installation: InstallationId,
        /// The repository.
        repo: RepoId,
        /// Its name when the job was made.
        name: RepoName,
        /// The branch's commit before.
        before: Sha,
        /// And after.
        after: Sha,
    },
    /// Learn what was merged before we came.
    LearnHistory {
        /// Whose token to use.
        installation: InstallationId,
        /// The repository.
        repo: RepoId,
        /// Its name when the job was made.
        name: RepoName,
    },
    /// Answer the commands of a comment.
    AnswerComment {
        /// Whose token to use.
        installation: InstallationId,
        /// The repository.
        repo: RepoId,
        /// Its name when the job was made.
        name: RepoName,
        /// Where and by whom it was asked.
        asked: Asked,
        /// The delivery that asked: a repeat of it asks for nothing new.
        delivery: String,
    },
    /// Start the next wave of upgrades to the newest versions of golden paths.
    UpgradeWave {
        /// Of whose repositories.
        installation: InstallationId,
    },
    /// Offer one repository the newest version of the golden path that it adopted.
    Upgrade {
        /// Whose token to use.
        installation: InstallationId,
        /// The repository.
        repo: RepoId,
        /// Its name when the job was made.
        name: RepoName,
    },
    /// Decide whether a deployment may go ahead, and answer it.
    Gate {
        /// Whose token to use.
        installation: InstallationId,
        /// The repository.
        repo: RepoId,
        /// Its name when the job was made.
        name: RepoName,
        /// Where to.
        environment: String,
        /// What is deployed, as it was named: `refs/heads/main`.
        git_ref: String,
        /// The commit.
        head: Sha,
        /// What waits.
        deployment: Deployment,
    },
    /// Look for deployments of an installation that still owe an answer, and ask them again.
    OverdueGates {
        /// Which.
        installation: InstallationId,
    },
    /// Learn what a repository delivered: its past, once, and what its deployments ship.
    MeasureDelivery {
        /// Whose token to use.
        installation: InstallationId,
        /// The repository.
        repo: RepoId,
        /// Its name when the job was made.
        name: RepoName,
    },
    /// Judge the newest commit of a default branch and keep what it says; nothing is posted.
    JudgeBranch {
        /// Whose token to use.
        installation: InstallationId,
        /// The repository.
        repo: RepoId,
        /// Its name when the job was made.
        name: RepoName,
        /// The commit; `None`: it must be asked for.
        head: Option<Sha>,
    },
    /// Compare every default branch with what is known of it.
    Sweep {
        /// Which.
        installation: InstallationId,
    },
    /// Count the cards and bring the scorecard's issues up to date.
    Scorecard {
        /// Which.
        installation: InstallationId,
    },
    /// Find repositories whose past nobody has read.
    MeasureInstallation {
        /// Which.
        installation: InstallationId,
    },
    /// Learn which repositories an installation holds and what it may do.
    SyncInstallation {
        /// Which.
        installation: InstallationId,
    },
    /// Compare GitHub's list of deliveries with the inbox and take in what was missed.
    Recover,
    /// Judge every open pull request of an installation once more: too much was missed for too
    /// long.
    RejudgeInstallation {
        /// Which.
        installation: InstallationId,
    },
    /// The same for one repository.
    RejudgeRepo {
        /// Whose token to use.
        installation: InstallationId,
        /// Which.
        repo: RepoId,
        /// Its name when the job was made.
        name: RepoName,
    },
    /// Delete what is older than the settings keep.
    CleanUp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_survives_its_row() {
        let job = Job::CheckPull {
            installation: InstallationId(1),
            repo: RepoId(2),
            name: RepoName::parse("acme/api").expect("valid"),
            number: 3,
            head: Sha::parse(&"a".repeat(40)).expect("valid"),
            fresh: None,
        };
        let row = serde_json::to_string(&job).expect("serializable");
        assert_eq!(serde_json::from_str::<Job>(&row).expect("readable"), job);
        assert_eq!(job.key(), "check:2:pull:3");
    }
}
