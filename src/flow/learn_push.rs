//! What was pushed to the default branch without a pull request becomes history, too.

use std::collections::HashMap;

use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::job::Job;
use crate::domain::risk::mailmap::Mailmap;
use crate::domain::risk::units::{Commit, line_of, pull_of};
use crate::edge::github::{BlobContent, Installation, TokenScope};

use super::App;
use super::fate::Fate;
use super::learn::Past;

/// Commits of one push that are looked at, two calls each; more are read with the past.
const MOST: usize = 50;
/// By whom else somebody is known.
const MAILMAP: &str = ".mailmap";

impl App {
    /// Notes what a push brought that no pull request did, with its features as they were.
    pub(super) async fn learn_push(
        &self,
        installation: InstallationId,
        repo: RepoId,
        name: &RepoName,
        (before, after): (&Sha, &Sha),
    ) -> Result<String, Fate> {
        if self.store.knows_risk_change(repo, after).await? {
            return Ok(format!("{} is known already", after.short()));
        }
        let known = self.store.repo(repo).await?;
        let branch = known.and_then(|known| known.repo.default_branch);
        let github = self.github.installation(installation, TokenScope::checking(repo));
        let Some(pushed) = github.pushed(name, before, after).await? else {
            return self.learn_anew(installation, repo, name, "the branch was rewritten").await;
        };
        if !pushed.whole {
            let why = "it brought more commits than GitHub lists";
            return self.learn_anew(installation, repo, name, why).await;
        }
        let all = named(&github, name, pushed.commits, after.as_str()).await?;
        let line = line_of(&all, after);
        if line.len() > MOST {
            let why = format!("it brought more than {MOST} changes at once");
            return self.learn_anew(installation, repo, name, &why).await;
        }
        let mut direct = Vec::new();
        for commit in &line {
            if self.of_pull(&github, repo, name, commit, branch.as_deref()).await? {
                continue;
            }
            let files = match &pushed.files {
                Some(files) if line.len() == 1 => files.clone(),
                _ => github.commit_files(name, &commit.sha).await?,
            };
            direct.push((commit.sha.clone(), files));
        }
        let landed = Past::of_commits(direct, &all, name);
        let found = landed.len();
        for one in landed {
            self.note_landed(repo, one).await?;
        }
        Ok(format!("learned {found} changes without a pull request of {name}"))
    }

    /// What is not learned one by one leaves a hole: the past is read once more, behind everything that
    /// somebody waits for, and is not said to be whole until then.
    pub(super) async fn learn_anew(
        &self,
        installation: InstallationId,
        repo: RepoId,
        name: &RepoName,
        why: &str,
    ) -> Result<String, Fate> {
        let Some(from) = self.store.reopen_risk_history(repo).await? else {
            return Err(Fate::Moot(format!("{why}; the past is not read yet")));
        };
        let now = self.clock.now();
        let job = Job::LearnHistory { installation, repo, name: name.clone() };
        self.store.enqueue_later(&[job], from.max(now), now).await?;
        self.wake.notify_one();
        Ok(format!("{why}: the past of {name} is to be read anew"))
    }

    /// Whether a pull request brought a commit: then its own event tells of it.
    async fn of_pull(
        &self,
        github: &Installation,
        repo: RepoId,
        name: &RepoName,
        commit: &Commit,
        branch: Option<&str>,
    ) -> Result<bool, Fate> {
        if let Some(number) = pull_of(&commit.subject)
            && self.store.pull(repo, number).await?.is_some()
        {
            return Ok(true);
        }
        let pulls = github.pulls_of_commit(name, &commit.sha).await?;
        let into = |pull: &str| branch.is_none_or(|branch| branch == pull);
        Ok(pulls.iter().any(|pull| (pull.merged || pull.open) && into(&pull.base.branch)))
    }
}

/// Commits by name, their authors called as `.mailmap` has it. That is asked for only where an address
/// belongs to no account.
pub(super) async fn named(
    github: &Installation,
    name: &RepoName,
    commits: Vec<Commit>,
    at: &str,
) -> Result<HashMap<Sha, Commit>, Fate> {
    let mut map = Mailmap::default();
    if commits.iter().any(|commit| commit.author.login.is_none()) {
        let found = github.file(name, MAILMAP, at).await?;
        if let Some(BlobContent::Bytes(bytes)) = found.map(|file| file.content) {
            map = Mailmap::parse(&String::from_utf8_lossy(&bytes));
        }
    }
    let called = |commit: Commit| {
        let author = match commit.author.login {
            Some(_) => commit.author,
            None => map.call(commit.author),
        };
        (commit.sha.clone(), Commit { author, ..commit })
    };
    Ok(commits.into_iter().map(called).collect())
}
