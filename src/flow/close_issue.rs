//! An issue of ours that is needed no more, or is kept elsewhere from now on, is closed.

use std::sync::Arc;

use crate::domain::report::scorecard::{Farewell, farewell};
use crate::edge::github::{GitHubError, IssueEdit};
use crate::edge::store::KeptIssue;

use super::App;
use super::fate::Fate;
use super::keep_issue::{Home, is_here};

/// The key of an issue that is kept elsewhere from now on begins with it; its repository's id and the key
/// that it had follow.
const MOVED: &str = "moved:";

impl App {
    /// Closes an issue that is needed no more; `why` is told in it.
    pub(super) async fn close_issue(
        &self,
        home: &Home,
        row: &KeptIssue,
        why: Option<Farewell<'_>>,
    ) -> Result<(), Fate> {
        let Some(number) = row.number else { return Ok(()) };
        match self.try_to_close(home, number, why).await {
            Ok(()) | Err(GitHubError::NotFound { .. }) => {}
            // Tried at its next time, not before: no storm of refused calls.
            Err(error @ (GitHubError::Rejected { .. } | GitHubError::Forbidden { .. }))
                if !error.is_suspended() =>
            {
                tracing::warn!(home = %home.name, number, %error, "an issue cannot be closed");
                return Ok(());
            }
            Err(error) => return Err(error.into()),
        }
        // Another digest: should it be needed again, it is written and opened.
        let row = KeptIssue { digest: String::new(), problem: None, ..row.clone() };
        Ok(self.store.put_kept_issue(home.installation, &row).await?)
    }

    async fn try_to_close(
        &self,
        home: &Home,
        number: i64,
        why: Option<Farewell<'_>>,
    ) -> Result<(), GitHubError> {
        let github = self.github.installation(home.installation, home.scope());
        let mut body = None;
        if let Some(why) = why {
            let issue = github.issue(&home.name, number).await?;
            // Whoever took it elsewhere may keep it there.
            if !is_here(&issue, home) {
                return Ok(());
            }
            body = farewell(&issue.body, &why, self.clock.now().date());
            if body.is_none() && !issue.open {
                return Ok(());
            }
        }
        let edit = IssueEdit { title: None, body: body.as_deref(), state: Some("closed") };
        github.edit_issue(&home.name, number, &edit).await.map(drop)
    }

    /// Issues that were kept in another repository are noted under another key, so that new ones
    /// are opened here: closed they are once those are there to be pointed at, whatever comes
    /// between.
    pub(super) async fn set_aside(&self, home: &Home, ours: fn(&str) -> bool) -> Result<(), Fate> {
        for row in self.store.kept_issues(home.installation).await? {
            let stands = row.number.is_some() && !row.digest.is_empty();
            if row.repo == home.repo || !stands || row.key.starts_with(MOVED) || !ours(&row.key) {
                continue;
            }
            let key = format!("{MOVED}{}:{}", row.repo, row.key);
            let aside = KeptIssue { key, ..row.clone() };
            self.store.put_kept_issue(home.installation, &aside).await?;
            self.store.forget_kept_issue(home.installation, &row.key).await?;
        }
        Ok(())
    }

    /// Closes those that were set aside, each with the address of the one that follows it.
    pub(super) async fn close_moved(&self, home: &Home) -> Result<(), Fate> {
        let rows = self.store.kept_issues(home.installation).await?;
        for row in &rows {
            let Some((_, key)) = row.key.strip_prefix(MOVED).and_then(|rest| rest.split_once(':'))
            else {
                continue;
            };
            let follower = rows.iter().find(|row| row.key == key && row.repo == home.repo);
            // Where there can be none, the old one is better than nothing.
            if follower.is_some_and(|row| row.problem.is_some()) {
                continue;
            }
            if let Some(old) = self.store.repo(row.repo).await?
                && old.installation == home.installation
                && row.repo != home.repo
            {
                // Who reads the old one need not know of a private repository.
                let told = old.repo.private || !home.private;
                let url = follower.and_then(|row| row.url.as_deref()).filter(|_| told);
                let (repo, name, private) = (row.repo, old.repo.name, old.repo.private);
                let written = Arc::default();
                let old = Home { repo, name, private, written, ..home.clone() };
                self.close_issue(&old, row, Some(Farewell::Moved(url))).await?;
            }
            // Where it could not be closed, too: an archived repository stays one.
            self.store.forget_kept_issue(home.installation, &row.key).await?;
        }
        Ok(())
    }
}
