//! More pushes to one branch than we can judge one by one: they are judged together.
//!
//! Each commit of a branch has its own job, because it is judged by what it brings. When too many
//! wait, the newest of them makes way for the next: that one is then judged by what both bring.
//! So the queue of a branch has a bound, no fault passes unseen, and only commits that a newer one
//! has overtaken go without a check of their own.

use crate::domain::job::{Job, Occasion};

use super::App;
use super::fate::Fate;

/// Jobs of one branch that may wait.
const MOST: usize = 20;

impl App {
    /// Widens the job of a push when its branch has a backlog; tells the keys of the jobs whose
    /// place it takes, to be cancelled once it is queued.
    pub(super) async fn overtake(&self, jobs: &mut [Job]) -> Result<Vec<String>, Fate> {
        let mut overtaken = Vec::new();
        for job in jobs {
            let Job::CheckCommit {
                installation,
                repo,
                occasion: Occasion::DefaultBranch,
                git_ref,
                base,
                fresh: None,
                ..
            } = job
            else {
                continue;
            };
            let (waiting, newest) =
                self.store.branch_backlog(*installation, *repo, git_ref, MOST).await?;
            let Some(newest) = newest.filter(|_| waiting >= MOST) else { continue };
            let key = newest.key();
            if let Job::CheckCommit { head: before, base: from, fresh: None, .. } = newest
                // Else it is no continuation: out of order, or forced.
                && base.as_ref() == Some(&before)
            {
                *base = from;
                overtaken.push(key);
            }
        }
        Ok(overtaken)
    }
}
