//! What the queue asks of every kind of job: its name, its key, how urgent it is, whose it is.

use super::{Job, Occasion, Priority};
use crate::domain::gate::request::Deployment;
use crate::domain::ids::{InstallationId, RepoId};

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
            Self::LearnPush { .. } => "learn_push",
            Self::LearnHistory { .. } => "learn_history",
            Self::AnswerComment { .. } => "answer_comment",
            Self::UpgradeWave { .. } => "upgrade_wave",
            Self::Upgrade { .. } => "upgrade",
            Self::Gate { .. } => "gate",
            Self::OverdueGates { .. } => "overdue_gates",
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
            Self::LearnPush { repo, after, .. } => format!("learn:{repo}:push:{after}"),
            Self::LearnHistory { repo, .. } => format!("learn:{repo}:history"),
            // An edit that arrives meanwhile asks for something else.
            Self::AnswerComment { repo, asked, delivery, .. } => {
                format!("answer:{repo}:{}:{delivery}", asked.comment)
            }
            Self::UpgradeWave { installation } => format!("upgrades:{installation}"),
            Self::Upgrade { repo, .. } => format!("upgrade:{repo}"),
            Self::Gate { repo, environment, deployment: Deployment { id, run, .. }, .. } => {
                format!("gate:{repo}:{run}:{id}:{environment}")
            }
            Self::OverdueGates { installation } => format!("gates:{installation}"),
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
            Self::CheckCommit { occasion: Occasion::MergeGroup, .. } | Self::Gate { .. } => {
                Priority::Interactive
            }
            Self::CheckCommit { .. }
            | Self::CheckPolicies { .. }
            | Self::CheckRisk { .. }
            | Self::LearnMerge { .. }
            | Self::LearnPush { .. }
            // What was missed is late already.
            | Self::Recover => Priority::Background,
            Self::Scorecard { .. } => Priority::Report,
            Self::LearnHistory { .. } => Priority::Past,
            Self::Sweep { .. }
            | Self::JudgeBranch { .. }
            | Self::UpgradeWave { .. }
            | Self::Upgrade { .. }
            | Self::MeasureDelivery { .. }
            | Self::MeasureInstallation { .. }
            | Self::OverdueGates { .. }
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
            | Self::OverdueGates { .. }
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
            | Self::LearnPush { repo, .. }
            | Self::LearnHistory { repo, .. }
            | Self::AnswerComment { repo, .. }
            | Self::Gate { repo, .. }
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
            | Self::LearnPush { installation, .. }
            | Self::LearnHistory { installation, .. }
            | Self::AnswerComment { installation, .. }
            | Self::Gate { installation, .. }
            | Self::OverdueGates { installation }
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
