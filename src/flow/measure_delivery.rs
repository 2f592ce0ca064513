//! What do a repository's deployments ship? Each is compared with the one that was live before it
//! in its environment; when a late event puts another one in between, both are compared again.

use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::job::Job;
use crate::domain::metrics::measure::DAY_MS;
use crate::domain::metrics::{History, Source};
use crate::edge::github::{Access, GitHubError, Installation, Permission, TokenScope};
use crate::edge::store::{DeploymentRow, PastRead, StoreError};

use super::App;
use super::dora::{REACH_MS, history_of};
use super::fate::Fate;
use super::sighted::metrics_rules;

/// Comparisons and tags that one run of the job asks for; the rest has its turn next.
const QUESTIONS: usize = 40;
/// Repositories whose past is read each hour: some 1,200 calls of an installation's 5,000.
const PASTS: i64 = 100;
/// Rows are kept so long.
const KEPT_MS: i64 = 400 * DAY_MS;
/// After so long, a past that could not be read is tried again: somebody may have granted it.
const AGAIN_MS: i64 = DAY_MS;

impl App {
    /// Reads a repository's past, once, then asks what its deployments ship.
    pub(super) async fn measure_delivery(
        &self,
        installation: InstallationId,
        repo: RepoId,
        name: &RepoName,
    ) -> Result<String, Fate> {
        if self.store.organisation_file(installation).await?.is_none() {
            self.organisation_of(installation, repo, name).await?;
        }
        let scope = [Permission::Actions, Permission::Deployments, Permission::Issues]
            .into_iter()
            .fold(TokenScope::of(repo), |scope, permission| scope.with(permission, Access::Read))
            .with(Permission::Contents, Access::Read);
        let github = self.github.installation(installation, scope);
        match self.try_to_measure(&github, repo, name).await {
            // No permission: said once a day, and no dead letter.
            Err(Refused::NotAllowed(problem)) => {
                let at = self.clock.now();
                let known = self.store.past(repo, at).await?.repo.read;
                let read = match known {
                    Some(read) => PastRead { problem: Some(problem.clone()), ..read },
                    None => PastRead {
                        at,
                        first_production: None,
                        known_from: Some(at),
                        whole: false,
                        problem: Some(problem.clone()),
                    },
                };
                self.store.put_past_read(repo, &read).await?;
                Ok(format!("not measured: {problem}"))
            }
            Err(Refused::Fate(fate)) => Err(fate),
            Ok((asked, more)) => {
                if more {
                    let name = name.clone();
                    let job = Job::MeasureDelivery { installation, repo, name };
                    self.store.enqueue(&[job], self.clock.now()).await?;
                }
                Ok(format!("{asked} deployments compared"))
            }
        }
    }

    async fn try_to_measure(
        &self,
        github: &Installation,
        repo: RepoId,
        name: &RepoName,
    ) -> Result<(usize, bool), Refused> {
        let now = self.clock.now();
        let rules = metrics_rules(&self.store, github.id()).await?;
        let past = self.store.past(repo, now.plus_ms(-REACH_MS)).await?;
        let again = |read: &PastRead| read.problem.is_some() && read.at.plus_ms(AGAIN_MS) <= now;
        if past.repo.read.as_ref().is_none_or(again) {
            self.read_past(github, repo, name, &rules).await?;
        }
        let mut questions = QUESTIONS;
        let mut past = self.store.past(repo, now.plus_ms(-REACH_MS)).await?;
        if source_of(&past.deployments) == Some(Source::Release) {
            self.look_up_tags(github, repo, name, &past.deployments, &mut questions).await?;
            past = self.store.past(repo, now.plus_ms(-REACH_MS)).await?;
        }
        let history = history_of(past, &rules);
        let before = questions;
        let owed = owed(&history);
        for (with, source, id, sha) in owed.iter().take(questions) {
            let compared = github.shipped(name, with, sha).await?;
            self.store.put_comparison(repo, (*source, *id), &compared).await?;
            questions -= 1;
        }
        Ok((before - questions, questions == 0 && owed.len() > before))
    }

    async fn look_up_tags(
        &self,
        github: &Installation,
        repo: RepoId,
        name: &RepoName,
        rows: &[DeploymentRow],
        questions: &mut usize,
    ) -> Result<(), Refused> {
        let open = rows.iter().rev().filter(|row| row.sha.is_none());
        for row in open.take(*questions) {
            let Some(tag) = &row.git_ref else { continue };
            *questions -= 1;
            match github.commit(name, &format!("refs/tags/{tag}")).await {
                Ok(commit) => {
                    let sha = Some(commit.sha);
                    let row = DeploymentRow { sha, ..row.clone() };
                    self.store.note_deployment(repo, &row).await?;
                }
                // A release whose tag is gone.
                Err(GitHubError::NotFound { .. }) => {
                    self.store.forget_deployment(repo, row.source, row.id).await?;
                }
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Queues repositories whose past nobody has read, and forgets what is too old for any report.
    pub(super) async fn measure_installation(
        &self,
        installation: InstallationId,
    ) -> Result<String, Fate> {
        let now = self.clock.now();
        self.store.forget_pasts(now.plus_ms(-KEPT_MS)).await?;
        let again = now.plus_ms(-AGAIN_MS);
        let unread = self.store.unread_pasts(installation, again, PASTS).await?;
        let jobs: Vec<Job> = unread
            .into_iter()
            .map(|(repo, name)| Job::MeasureDelivery { installation, repo, name })
            .collect();
        self.store.enqueue(&jobs, now).await?;
        Ok(format!("{} repositories to be read", jobs.len()))
    }
}

/// Why a repository cannot be measured.
pub(super) enum Refused {
    /// The installation lacks a permission.
    NotAllowed(String),
    /// Something else.
    Fate(Fate),
}

impl From<GitHubError> for Refused {
    fn from(error: GitHubError) -> Self {
        match error {
            GitHubError::Forbidden { ref message } if !error.is_suspended() => {
                Self::NotAllowed(message.clone())
            }
            other => Self::Fate(other.into()),
        }
    }
}

impl From<StoreError> for Refused {
    fn from(error: StoreError) -> Self {
        Self::Fate(error.into())
    }
}

/// The source that counts, over rows of every kind.
fn source_of(rows: &[DeploymentRow]) -> Option<Source> {
    rows.iter().filter(|row| row.succeeded.is_some()).map(|row| row.source).min()
}

/// Deployments that are to be compared, newest first: (with what, source, id, commit).
fn owed(history: &History) -> Vec<(Sha, Source, i64, Sha)> {
    let mut successes: Vec<_> =
        history.deployments().into_iter().filter_map(|d| Some((d.succeeded?, d))).collect();
    successes.sort_by_key(|(at, d)| (d.environment.as_str(), *at, d.created, d.id));
    let mut owed: Vec<_> = successes
        .windows(2)
        .filter_map(|pair| {
            let [(_, live), (at, next)] = pair else { return None };
            let same_place = live.environment == next.environment;
            let known = next.compared.as_ref().is_some_and(|c| c.with == live.sha);
            (same_place && !known && live.sha != next.sha)
                .then(|| (*at, (live.sha.clone(), next.source, next.id, next.sha.clone())))
        })
        .collect();
    owed.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
    owed.into_iter().map(|(_, question)| question).collect()
}
