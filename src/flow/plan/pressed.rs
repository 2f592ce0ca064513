//! Somebody pressed a button that stands for a command: it is asked on the pull request.

use crate::domain::event::RepoSeen;
use crate::domain::ids::{InstallationId, Sha};
use crate::domain::job::{Asked, Job};
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
                since: press.since,
                lines: vec![press.line.to_owned()],
                passed_over: 0,
                pressed: true,
            },
            delivery: guid.to_owned(),
        }])
    }
}
