//! What do we owe? Deliveries as received and the jobs that follow from them.

use serde::{Deserialize, Serialize};

use super::ids::{InstallationId, RepoId, RepoName, Sha};
use super::risk::labels::Target;
use super::time::Timestamp;

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

/// Smaller is sooner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Priority {
    /// Somebody waits: plans and pull requests.
    Interactive = 0,
    /// Nobody waits, but it should be soon: default branches.
    Background = 10,
    /// Whenever there is room.
    Sweep = 20,
    /// After the others: it sums up what they found.
    Report = 30,
}

impl Priority {
    /// Every class, the most urgent first.
    pub const ALL: [Self; 4] = [Self::Interactive, Self::Background, Self::Sweep, Self::Report];

    /// The word in metrics: `interactive`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Interactive => "interactive",
            Self::Background => "background",
            Self::Sweep => "sweep",
            Self::Report => "report",
        }
    }

    /// The class of a stored number; an unknown one is as patient as can be.
    pub fn of(number: i64) -> Self {
        let class = Self::ALL.into_iter().find(|class| *class as i64 == number);
        class.unwrap_or(Self::Report)
    }
}

impl Job {
    /// The job's kind, as stored and counted: `check_pull`.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Plan { .. } => "plan",
            Self::CheckPull { .. } => "check_pull",
            Self::CheckCommit { .. } => "check_commit",
            Self::CheckPolicies { .. } => "check_policies",
            Self::CheckRisk { .. } => "check_risk",
            Self::LearnMerge { .. } => "learn_merge",
            Self::LearnHistory { .. } => "learn_history",
            Self::AnswerComment { .. } => "answer_comment",
            Self::UpgradeWave { .. } => "upgrade_wave",
            Self::Upgrade { .. } => "upgrade",
            Self::MeasureDelivery { .. } => "measure_delivery",
            Self::MeasureInstallation { .. } => "measure_installation",
            Self::SyncInstallation { .. } => "sync_installation",
            Self::Recover => "recover",
            Self::RejudgeInstallation { .. } => "rejudge_installation",
            Self::RejudgeRepo { .. } => "rejudge_repo",
            Self::CleanUp => "clean_up",
            Self::JudgeBranch { .. } => "judge_branch",
            Self::Sweep { .. } => "sweep",
            Self::Scorecard { .. } => "scorecard",
        }
    }

    /// Jobs of one key never run at the same time, and a newer one replaces a queued older one.
    ///
    /// Each commit of a branch has its own: it is judged by what it brings, so a fault of a push
    /// that was passed over would be taken for an old one at the next.
    pub fn key(&self) -> String {
        match self {
            Self::Plan { delivery } => format!("plan:{delivery}"),
            Self::CheckPull { repo, number, .. } => format!("check:{repo}:pull:{number}"),
            Self::CheckCommit { repo, git_ref, head, .. } => {
                format!("check:{repo}:{git_ref}@{head}")
            }
            Self::CheckPolicies { repo, head, .. } => format!("policies:{repo}:{head}"),
            Self::CheckRisk { repo, number, .. } => format!("risk:{repo}:pull:{number}"),
            Self::LearnMerge { repo, merged, .. } => format!("learn:{repo}:pull:{}", merged.number),
            Self::LearnHistory { repo, .. } => format!("learn:{repo}:history"),
            // An edit that arrives meanwhile asks for something else.
            Self::AnswerComment { repo, asked, delivery, .. } => {
                format!("answer:{repo}:{}:{delivery}", asked.comment)
            }
            Self::UpgradeWave { installation } => format!("upgrades:{installation}"),
            Self::Upgrade { repo, .. } => format!("upgrade:{repo}"),
            Self::MeasureDelivery { repo, .. } => format!("measure:{repo}"),
            Self::MeasureInstallation { installation } => format!("measure:all:{installation}"),
            Self::SyncInstallation { installation } => format!("sync:{installation}"),
            Self::Recover => "recover".to_owned(),
            Self::RejudgeInstallation { installation } => format!("rejudge:{installation}"),
            Self::RejudgeRepo { repo, .. } => format!("rejudge:repo:{repo}"),
            Self::CleanUp => "clean_up".to_owned(),
            Self::JudgeBranch { repo, .. } => format!("judge:{repo}"),
            Self::Sweep { installation } => format!("sweep:{installation}"),
            Self::Scorecard { installation } => format!("scorecard:{installation}"),
        }
    }

    /// How urgent it is.
    pub fn priority(&self) -> Priority {
        match self {
            Self::Plan { .. } | Self::CheckPull { .. } | Self::AnswerComment { .. } => {
                Priority::Interactive
            }
            Self::CheckCommit { occasion: Occasion::MergeGroup, .. } => Priority::Interactive,
            Self::CheckCommit { .. }
            | Self::CheckPolicies { .. }
            | Self::CheckRisk { .. }
            | Self::LearnMerge { .. }
            // What was missed is late already.
            | Self::Recover => Priority::Background,
            Self::Scorecard { .. } => Priority::Report,
            Self::LearnHistory { .. }
            | Self::Sweep { .. }
            | Self::JudgeBranch { .. }
            | Self::UpgradeWave { .. }
            | Self::Upgrade { .. }
            | Self::MeasureDelivery { .. }
            | Self::MeasureInstallation { .. }
            | Self::SyncInstallation { .. }
            | Self::RejudgeInstallation { .. }
            | Self::RejudgeRepo { .. }
            | Self::CleanUp => Priority::Sweep,
        }
    }

    /// The repository that it is about; plans and syncs are about none.
    pub fn repo(&self) -> Option<RepoId> {
        match self {
            Self::Plan { .. }
            | Self::SyncInstallation { .. }
            | Self::RejudgeInstallation { .. }
            | Self::Recover
            | Self::CleanUp
            | Self::Sweep { .. }
            | Self::Scorecard { .. }
            | Self::UpgradeWave { .. }
            | Self::MeasureInstallation { .. } => None,
            Self::CheckPull { repo, .. }
            | Self::CheckCommit { repo, .. }
            | Self::CheckPolicies { repo, .. }
            | Self::CheckRisk { repo, .. }
            | Self::LearnMerge { repo, .. }
            | Self::LearnHistory { repo, .. }
            | Self::AnswerComment { repo, .. }
            | Self::RejudgeRepo { repo, .. }
            | Self::JudgeBranch { repo, .. }
            | Self::Upgrade { repo, .. }
            | Self::MeasureDelivery { repo, .. } => Some(*repo),
        }
    }

    /// The installation it belongs to; a plan's is not known before its delivery is read.
    pub fn installation(&self) -> Option<InstallationId> {
        match self {
            Self::Plan { .. } | Self::Recover | Self::CleanUp => None,
            Self::CheckPull { installation, .. }
            | Self::CheckCommit { installation, .. }
            | Self::CheckPolicies { installation, .. }
            | Self::CheckRisk { installation, .. }
            | Self::LearnMerge { installation, .. }
            | Self::LearnHistory { installation, .. }
            | Self::AnswerComment { installation, .. }
            | Self::JudgeBranch { installation, .. }
            | Self::Sweep { installation }
            | Self::Scorecard { installation }
            | Self::UpgradeWave { installation }
            | Self::Upgrade { installation, .. }
            | Self::MeasureDelivery { installation, .. }
            | Self::MeasureInstallation { installation }
            | Self::RejudgeInstallation { installation }
            | Self::RejudgeRepo { installation, .. }
            | Self::SyncInstallation { installation } => Some(*installation),
        }
    }
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
