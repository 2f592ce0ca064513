//! Somebody pushed: to a default branch, or to where pull requests come from.

use crate::domain::event::RepoSeen;
use crate::domain::ids::{InstallationId, Sha};
use crate::domain::job::{Job, Occasion};
use crate::edge::store::KnownPull;
use crate::flow::App;
use crate::flow::fate::Fate;

impl App {
    /// What a push to a branch asks for.
    pub(super) async fn pushed(
        &self,
        installation: InstallationId,
        repo: RepoSeen,
        git_ref: String,
        before: Option<Sha>,
        after: Option<Sha>,
    ) -> Result<Vec<Job>, Fate> {
        let Some(head) = after else { return Ok(Vec::new()) };
        let branch = git_ref.strip_prefix("refs/heads/").unwrap_or(&git_ref);
        let mut jobs = Vec::new();
        let is_default = repo.default_branch.as_deref() == Some(branch);
        let of_templates = is_default && self.is_config_repository(&repo.name);
        self.heard_of(installation, &repo.name).await?;
        // `pull_request.synchronize` may be late, lost, or (on some servers) never sent: a push
        // to the head branch of an open pull request is enough.
        // The base repository may be another one (the push was to a fork where the App is
        // installed, too): its own installation judges.
        let moved = self.store.open_pulls_with_head_ref(repo.id, branch).await?;
        for KnownPull { pull, .. } in &moved {
            if pull.head_sha != head {
                self.store.set_pull_head(pull.repo, pull.number, &head).await?;
            }
        }
        for KnownPull { installation, name, pull } in moved {
            if pull.head_sha != head {
                jobs.extend(self.left_behind(pull.repo, &pull.head_sha, |_| true).await?);
            }
            let job = self
                .check_pull_job(installation, pull.repo, &name, pull.number, head.clone(), None)
                .await?;
            jobs.push(job);
        }
        // One commit has one check: where a pull request stands for it, that one speaks.
        let spoken_for =
            |job: &Job| matches!(job, Job::CheckPull { repo: at, .. } if *at == repo.id);
        if is_default && !jobs.iter().any(spoken_for) {
            jobs.push(Job::CheckCommit {
                installation,
                repo: repo.id,
                name: repo.name,
                occasion: Occasion::DefaultBranch,
                git_ref,
                head,
                base: before,
                fresh: None,
            });
        }
        if of_templates {
            jobs.push(Job::UpgradeWave { installation });
        }
        Ok(jobs)
    }

    /// What a default branch gained without a pull request is to be learned. `pull` is the one that
    /// the newest commit's message names: when we know of it, its own event tells.
    pub(super) async fn learn_pushed(
        &self,
        installation: InstallationId,
        repo: &RepoSeen,
        git_ref: &str,
        ends: (Option<Sha>, Option<Sha>),
        pull: Option<i64>,
    ) -> Result<Option<Job>, Fate> {
        let (Some(before), Some(after)) = ends else { return Ok(None) };
        let branch = git_ref.strip_prefix("refs/heads/");
        if !self.risk || branch.is_none() || repo.default_branch.as_deref() != branch {
            return Ok(None);
        }
        if let Some(number) = pull
            && self.store.pull(repo.id, number).await?.is_some()
        {
            return Ok(None);
        }
        let name = repo.name.clone();
        Ok(Some(Job::LearnPush { installation, repo: repo.id, name, before, after }))
    }
}
