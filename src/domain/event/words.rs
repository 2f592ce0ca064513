//! What does an intent ask for, in words for the operator?

use super::Intent;

impl Intent {
    /// One phrase: `judge acme/api#3 at 1a2b3c4`. Names are GitHub's; print them escaped.
    pub fn words(&self) -> String {
        match self {
            Self::Pull { repo, pull, judge, .. } => {
                let verb = if *judge { "judge" } else { "note" };
                format!("{verb} {}#{} at {}", repo.name, pull.number, pull.head_sha.short())
            }
            Self::Push { repo, git_ref, after, .. } => match after {
                Some(after) => format!("{} {git_ref} moved to {}", repo.name, after.short()),
                None => format!("{} {git_ref} was deleted", repo.name),
            },
            Self::MergeGroup { repo, head_sha, .. } => {
                format!("judge the merge queue of {} at {}", repo.name, head_sha.short())
            }
            Self::Rerun { repo, head_sha, .. } => {
                format!("judge {} at {} afresh", repo.name, head_sha.short())
            }
            Self::Commands { repo, comment, scan, .. } => {
                format!("answer {} commands on {}#{}", scan.lines.len(), repo.name, comment.issue)
            }
            Self::Pressed { repo, run, line, .. } => {
                format!("{line}, pressed on check run {run} of {}", repo.name)
            }
            Self::Installed { installation, account, .. } => {
                format!("note installation {installation} of {account}")
            }
            Self::Uninstalled { installation } => format!("forget installation {installation}"),
            Self::ReposChanged { installation, added, removed } => format!(
                "installation {installation}: {} repositories joined, {} left",
                added.len(),
                removed.len()
            ),
            Self::Reviewed { repo, number, .. } => {
                format!("note a review of {}#{number}", repo.name)
            }
            Self::Covered { repo, sha, .. } => {
                format!("note the coverage of {} at {}", repo.name, sha.short())
            }
            Self::Sighted { repo, .. } => format!("measure {}", repo.name),
            Self::RepoChanged { repo, .. } => format!("note {}", repo.name),
        }
    }
}
