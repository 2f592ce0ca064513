//! Too much was missed for too long: every open pull request is judged again, when there is room.

use std::collections::HashSet;

use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::job::{Job, Priority};
use crate::edge::github::{GitHubError, TokenScope};

use super::App;
use super::fate::Fate;

/// An open pull request, as it stands.
pub(super) struct Open {
    pub(super) repo: RepoId,
    pub(super) name: RepoName,
    pub(super) number: i64,
    pub(super) head: Sha,
}

impl App {
    /// Learns the installation's repositories and queues a job for each.
    pub(super) async fn rejudge_installation(&self, id: InstallationId) -> Result<String, Fate> {
        self.sync_installation(id).await?;
        let repos = self.store.repos(id).await?;
        let jobs: Vec<Job> = repos
            .into_iter()
            .filter(|repo| repo.archived != Some(true))
            .map(|repo| Job::RejudgeRepo { installation: id, repo: repo.id, name: repo.name })
            .collect();
        self.store.enqueue(&jobs, self.clock.now()).await?;
        Ok(format!("{} repositories are looked at", jobs.len()))
    }

    /// Notes the repository's open pull requests and queues a check for each. One whose verdict
    /// stands already gets no new run.
    pub(super) async fn rejudge_repo(
        &self,
        installation: InstallationId,
        repo: RepoId,
        name: &RepoName,
    ) -> Result<String, Fate> {
        let github = self.github.installation(installation, TokenScope::checking(repo));
        let open = match github.open_pulls(name, None).await {
            Err(GitHubError::NotFound { message }) => return Err(Fate::Moot(message)),
            other => other?,
        };
        let listed: HashSet<i64> = open.iter().map(|pull| pull.number).collect();
        for known in self.store.open_pulls(repo).await? {
            if !listed.contains(&known.pull.number) {
                self.store.close_pull(repo, known.pull.number).await?;
            }
        }
        let mut open = open;
        open.sort_by_key(|pull| pull.number);
        let mut unheard = Vec::new();
        for pull in &open {
            if self.note_pull(repo, pull, &pull.head.sha).await? && self.risk {
                // Of those whose event arrived, the event had the risk looked at.
                let (number, head, name) = (pull.number, pull.head.sha.clone(), name.clone());
                let fresh = None;
                unheard.push(Job::CheckRisk { installation, repo, name, number, head, fresh });
            }
        }
        self.store.enqueue_as(Priority::Sweep, &unheard, self.clock.now()).await?;
        let open = open.into_iter().map(|pull| Open {
            repo,
            name: name.clone(),
            number: pull.number,
            head: pull.head.sha,
        });
        let queued = self.rejudge_pulls(installation, open).await?;
        Ok(format!("{queued} open pull requests are judged again"))
    }

    /// Queues a check for each of these, when there is room; by number, because those that share a
    /// head share the job of the first. Tells how many jobs that makes.
    pub(super) async fn rejudge_pulls(
        &self,
        installation: InstallationId,
        open: impl Iterator<Item = Open>,
    ) -> Result<usize, Fate> {
        let mut heads = HashSet::new();
        let mut jobs = Vec::new();
        for Open { repo, name, number, head } in open {
            if heads.insert((repo, head.clone())) {
                jobs.push(Job::CheckPull { installation, repo, name, number, head, fresh: None });
            }
        }
        self.store.enqueue_as(Priority::Sweep, &jobs, self.clock.now()).await?;
        Ok(jobs.len())
    }
}
