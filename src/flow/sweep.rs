//! What have events not told us? Every default branch's head, compared with what is known of it.
//!
//! A hundred repositories cost one call. Those that changed are queued to be judged one by one, so
//! that a bad one holds nobody up. How far the sweep is stands in the store: whatever stops it, the
//! next try goes on from there. GitHub's limits are planned where calls are made: work of this
//! urgency leaves most of them to people.

use crate::domain::facts::RepoFacts;
use crate::domain::ids::{InstallationId, RepoId};
use crate::domain::job::Job;
use crate::edge::github::{HEADS_AT_ONCE, Head, HeadAsked, Installation, TokenScope};
use crate::edge::store::{RepoRow, SweepRow, SweptRepo};

use super::App;
use super::fate::Fate;
use super::judge_branch::fingerprint;
use super::organisation::Organisation;

/// A sweep that has not ended after so long is begun anew.
const STALE_MS: i64 = 24 * 60 * 60 * 1000;
impl App {
    /// Learns which repositories there are, then compares them.
    pub(super) async fn sync_and_sweep(&self, id: InstallationId) -> Result<String, Fate> {
        let done = match self.sync_installation(id).await {
            // A server that does not list its repositories: those that events told of are swept.
            Err(Fate::Moot(reason)) => reason,
            other => other?,
        };
        if self.store.installation(id).await?.is_some_and(|row| !row.suspended) {
            self.store.enqueue(&[Job::Sweep { installation: id }], self.clock.now()).await?;
        }
        Ok(done)
    }

    /// Compares every repository of an installation, from where the last try stopped.
    pub(super) async fn sweep(&self, id: InstallationId) -> Result<String, Fate> {
        let now = self.clock.now();
        let github = self.github.installation(id, TokenScope::reading());
        let known = self.store.sweep(id).await?;
        let goes_on =
            |row: &SweepRow| row.finished.is_none() && now < row.started.plus_ms(STALE_MS);
        let mut at = match known.filter(goes_on) {
            Some(row) => row,
            None => SweepRow {
                started: now,
                finished: None,
                cursor: RepoId(0),
                total: self.store.count_to_sweep(id).await?,
                seen: 0,
                changed: 0,
                unreadable: 0,
            },
        };
        loop {
            let batch = self.store.next_to_sweep(id, at.cursor, HEADS_AT_ONCE as i64).await?;
            let Some(last) = batch.last() else { break };
            let cursor = last.repo.id;
            self.compare(id, &github, batch, &mut at).await?;
            at.cursor = cursor;
            self.store.put_sweep(id, &at).await?;
        }
        at.finished = Some(self.clock.now());
        self.store.put_sweep(id, &at).await?;
        self.store.enqueue(&[Job::Scorecard { installation: id }], self.clock.now()).await?;
        self.wake.notify_one();
        let SweepRow { seen, changed, unreadable, .. } = at;
        Ok(format!("{seen} repositories compared, {changed} to judge, {unreadable} not readable"))
    }

    async fn compare(
        &self,
        id: InstallationId,
        github: &Installation,
        batch: Vec<SweptRepo>,
        at: &mut SweepRow,
    ) -> Result<(), Fate> {
        let asked: Vec<HeadAsked> = batch.iter().map(asked).collect();
        let heads = github.heads(&asked).await?;
        let now = self.clock.now();
        // The same for all of them, but for the labels.
        let first = &batch[0].repo;
        let organisation = self.organisation_of(id, first.id, &first.name).await?;
        let mut moved = Vec::new();
        let mut jobs = Vec::new();
        for (swept, head) in batch.into_iter().zip(heads) {
            at.seen += 1;
            let Head::At { commit, name, branch, archived, etag } = head else {
                at.unreadable += 1;
                continue;
            };
            if let Some(etag) = etag.filter(|etag| told(&swept) != Some(etag.as_str())) {
                self.store.put_head_etag(swept.repo.id, &commit, &etag).await?;
            }
            let row = RepoRow {
                name,
                default_branch: branch.or(swept.repo.default_branch.clone()),
                archived: archived.or(swept.repo.archived),
                ..swept.repo.clone()
            };
            if row != swept.repo {
                moved.push(row.clone());
            }
            let current = self.fingerprint_of(&organisation, &swept, &row);
            let counts = swept.card.as_ref().is_some_and(|(sha, digest, due)| {
                *sha == commit && *digest == current && due.is_none_or(|due| now < due)
            });
            if counts || row.archived == Some(true) {
                continue;
            }
            at.changed += 1;
            let (repo, name) = (row.id, row.name);
            jobs.push(Job::JudgeBranch { installation: id, repo, name, head: Some(commit) });
        }
        self.store.upsert_repos(id, &moved).await?;
        self.store.enqueue(&jobs, now).await?;
        self.wake.notify_one();
        Ok(())
    }

    fn fingerprint_of(
        &self,
        organisation: &Organisation,
        swept: &SweptRepo,
        row: &RepoRow,
    ) -> String {
        let evaluators = organisation.evaluators.as_ref().unwrap_or(&self.evaluators);
        let library = &evaluators.catalogue().digest;
        fingerprint(library, organisation.file.as_ref(), &swept.labels, &facts_of(row))
    }
}

fn told(swept: &SweptRepo) -> Option<&str> {
    swept.etag.as_ref().map(|(_, etag)| etag.as_str())
}

fn asked(swept: &SweptRepo) -> HeadAsked {
    HeadAsked {
        id: swept.repo.id,
        name: swept.repo.name.clone(),
        branch: swept.repo.default_branch.clone(),
        etag: swept.etag.clone(),
    }
}

/// What policies are told of a repository besides its files.
pub(super) fn facts_of(row: &RepoRow) -> RepoFacts {
    RepoFacts {
        id: Some(row.id.0),
        owner: row.name.owner().to_owned(),
        name: row.name.name().to_owned(),
        full_name: row.name.to_string(),
        default_branch: row.default_branch.clone(),
        archived: row.archived.unwrap_or(false),
        private: Some(row.private),
    }
}
