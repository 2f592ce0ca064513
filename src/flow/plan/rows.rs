//! What events show, as the store keeps it.

use crate::domain::event::{PullSeen, RepoSeen};
use crate::domain::ids::RepoId;
use crate::edge::store::{PullRow, PullState, RepoRow};

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
