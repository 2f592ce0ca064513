//! Somebody's tests have run: which lines did they run through? Kept, and told where it matters.

use crate::domain::event::RepoSeen;
use crate::domain::ids::{InstallationId, RepoName, Sha};
use crate::domain::job::Job;
use crate::domain::risk::coverage::{self, CoverageReport, is_coverage};
use crate::edge::store::{CoverageRow, PutCoverage, StoreError};

use super::App;
use super::fate::Fate;
use super::sighted::last_good;

/// A report that was read.
#[derive(Debug, Clone, Copy)]
pub struct CoverageUpload<'a> {
    /// Whose code.
    pub repository: &'a RepoName,
    /// The commit that was tested. Nobody asks GitHub whether it exists: of one that does not, nothing
    /// is ever said.
    pub commit: &'a Sha,
    /// Which suite: `unit`.
    pub name: &'a str,
    /// What was measured.
    pub report: &'a CoverageReport,
}

/// Why a report is not kept.
#[derive(Debug, thiserror::Error)]
pub enum NotKept {
    /// The App is not installed there, or has not heard of it.
    #[error("no such repository is known here")]
    UnknownRepository,
    /// It is too large.
    #[error("the report is too large to be kept")]
    TooLarge,
    /// The commit has as many suites as may be.
    #[error("the commit has 20 reports under other names already")]
    TooMany,
    /// The store does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl App {
    /// Notes what a service says of a commit, and looks anew at the pull request whose head it is. Of
    /// runs of no service that is known, what the organisation's expressions find.
    pub(super) async fn covered(
        &self,
        installation: InstallationId,
        repo: &RepoSeen,
        sha: &Sha,
        told: CoverageRow,
    ) -> Result<Vec<Job>, Fate> {
        let rows = if is_coverage(&told.context) {
            vec![told]
        } else {
            let rules = last_good(&self.store, installation).await?.risk.coverage;
            let found = coverage::told(&rules, &told.context, &told.said).into_iter();
            let row = |(context, said)| CoverageRow { context, state: told.state.clone(), said };
            found.map(row).collect()
        };
        if rows.is_empty() {
            return Ok(Vec::new());
        }
        self.note_repo(installation, repo).await?;
        for row in &rows {
            self.store.note_risk_coverage(repo.id, sha, row, self.clock.now()).await?;
        }
        Ok(self.risk_of_head(repo.id, sha).await?)
    }

    /// Keeps a report in place of an earlier one of that name, and looks anew at the pull request
    /// whose head it is of. Where that changes nothing, nothing is posted.
    pub async fn keep_coverage(&self, upload: CoverageUpload<'_>) -> Result<(), NotKept> {
        let CoverageUpload { repository, commit, name, report } = upload;
        let found = self.store.repo_of_name(repository).await?;
        let Some(found) = found else { return Err(NotKept::UnknownRepository) };
        let (repo, now) = (found.repo.id, self.clock.now());
        match self.store.put_coverage_report(repo, commit, name, report, now).await {
            Ok(PutCoverage::Stored) => {}
            Ok(PutCoverage::TooLarge) => return Err(NotKept::TooLarge),
            Ok(PutCoverage::TooMany) => return Err(NotKept::TooMany),
            Err(StoreError::Unknown(_)) => return Err(NotKept::UnknownRepository),
            Err(error) => return Err(error.into()),
        }
        let jobs = self.risk_of_head(repo, commit).await?;
        if !jobs.is_empty() {
            self.store.enqueue(&jobs, now).await?;
            self.wake.notify_one();
        }
        Ok(())
    }
}
