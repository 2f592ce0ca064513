//! What events show, as the store keeps it.

use crate::domain::event::{PullSeen, RepoSeen};
use crate::domain::ids::{InstallationId, RepoId};
use crate::domain::job::{Job, MergedSeen};
use crate::edge::store::{PullRow, PullState, RepoRow, RiskPull};

pub(super) fn row(repo: &RepoSeen) -> RepoRow {
    RepoRow {
        id: repo.id,
        name: repo.name.clone(),
        default_branch: repo.default_branch.clone(),
        // Events about installations do not tell; they lack the default branch, too.
        archived: repo.default_branch.is_some().then_some(repo.archived),
        private: repo.private,
    }
}

pub(super) fn pull_row(repo: RepoId, pull: PullSeen) -> PullRow {
    PullRow {
        repo,
        number: pull.number,
        head_sha: pull.head_sha,
        head_ref: pull.head_ref,
        head_repo: pull.head_repo,
        base_sha: pull.base_sha,
        base_ref: pull.base_ref,
        draft: pull.draft,
        state: if pull.open { PullState::Open } else { PullState::Closed },
        updated: pull.updated,
    }
}

/// What becomes history, when this is a merge into the default branch.
pub(super) fn learned(
    installation: InstallationId,
    repo: &RepoSeen,
    pull: &PullSeen,
) -> Option<Job> {
    let landed = pull.landed.as_ref()?;
    (repo.default_branch.as_deref() == Some(pull.base_ref.as_str())).then(|| Job::LearnMerge {
        installation,
        repo: repo.id,
        name: repo.name.clone(),
        merged: MergedSeen {
            number: pull.number,
            sha: landed.sha.clone(),
            at: landed.at,
            title: pull.title.clone(),
            author: pull.author.clone(),
            bot: pull.by_bot,
            merged_by: landed.by.clone(),
            revert: landed.revert,
            takes_back: landed.takes_back.clone(),
        },
    })
}

pub(super) fn risk_pull(pull: &PullSeen) -> RiskPull {
    RiskPull {
        number: pull.number,
        head: pull.head_sha.clone(),
        title: pull.title.clone(),
        revert: pull.revert,
        author: pull.author.clone(),
        bot: pull.by_bot,
        files: pull.files,
        reviews_known: pull.opened,
        remarks: pull.opened.then_some(0),
        draft: pull.draft,
        ready: pull.ready,
    }
}
