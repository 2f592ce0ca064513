//! Somebody pressed a button: a fresh verdict, or a command that is asked on the pull request.

use crate::domain::event::RepoSeen;
use crate::domain::ids::{InstallationId, Sha};
use crate::domain::job::{Asked, Job, Occasion};
use crate::domain::time::Timestamp;
use crate::flow::App;
use crate::flow::fate::Fate;

/// A press, as its event tells it.
pub(super) struct Press {
    pub(super) installation: InstallationId,
    pub(super) repo: RepoSeen,
    pub(super) run: i64,
    pub(super) since: Timestamp,
    pub(super) head: Sha,
    pub(super) named: Vec<i64>,
    pub(super) line: &'static str,
    pub(super) by: String,
}

impl App {
    /// The command's job; none when no open pull request has the commit any more, as there is
    /// nobody left to answer.
    pub(super) async fn pressed(&self, press: Press, guid: &str) -> Result<Vec<Job>, Fate> {
        let known = self.store.open_pulls_with_head(press.repo.id, &press.head).await?;
        let numbers = known.iter().map(|known| known.pull.number).chain(press.named);
        let Some(issue) = numbers.min() else { return Ok(Vec::new()) };
        Ok(vec![Job::AnswerComment {
            installation: press.installation,
            repo: press.repo.id,
            name: press.repo.name,
            asked: Asked {
                comment: press.run,
                issue,
                on_pull: true,
                by: press.by,
                account: None,
                since: press.since,
                lines: vec![press.line.to_owned()],
                passed_over: 0,
                pressed: true,
            },
            delivery: guid.to_owned(),
        }])
    }

    /// Judges a commit afresh, wherever it belongs.
    pub(super) async fn rerun(
        &self,
        installation: InstallationId,
        repo: RepoSeen,
        head: Sha,
        branch: Option<String>,
        named: Vec<i64>,
        guid: &str,
    ) -> Result<Vec<Job>, Fate> {
        let fresh = Some(guid.to_owned());
        // Somebody hopes that what broke was bad luck.
        self.store.forget_broken_evaluations(repo.id).await?;
        let known = self.store.open_pulls_with_head(repo.id, &head).await?;
        let number = known.iter().map(|k| k.pull.number).chain(named).min();
        if let Some(number) = number {
            return Ok(vec![Job::CheckPull {
                installation,
                repo: repo.id,
                name: repo.name,
                number,
                head,
                fresh,
            }]);
        }
        let base = branch.as_deref().and_then(queue_base);
        let occasion = if base.is_some() { Occasion::MergeGroup } else { Occasion::DefaultBranch };
        let git_ref = format!("refs/heads/{}", branch.as_deref().unwrap_or(head.as_str()));
        // Without a base, the job finds out where the commit belongs.
        let (repo, name) = (repo.id, repo.name);
        Ok(vec![Job::CheckCommit {
            installation,
            repo,
            name,
            occasion,
            git_ref,
            head,
            base,
            fresh,
        }])
    }
}

/// What a merge queue merged onto: its branches end with it,
/// `gh-readonly-queue/main/pr-7-<40 digits>`.
fn queue_base(branch: &str) -> Option<Sha> {
    let (_, sha) = branch.strip_prefix("gh-readonly-queue/")?.rsplit_once('-')?;
    Sha::parse(sha).ok()
}
