//! Does the organisation let only a team give this command? Its `waymark.yml` says so, GitHub says
//! who is in the team; where it cannot be found out, nobody is let through.

use tokio::sync::OnceCell;

use crate::domain::command::Spec;
use crate::domain::config::rollout::bare_team;
use crate::domain::report::answer::{Answer, not_in_team, team_not_known};
use crate::edge::github::{GitHubError, TokenScope};

use super::App;
use super::answer_comment::Question;
use super::fate::Fate;
use super::judge_commit::Subject;

impl App {
    /// Why whoever asks may not, although GitHub's role would do; `None`: they may.
    pub(super) async fn demanded(
        &self,
        subject: &OnceCell<Subject>,
        question: Question<'_>,
        spec: &Spec,
    ) -> Result<Option<Answer>, Fate> {
        // Help is for everybody who sees the repository, and needs no call.
        if spec.name == "help" {
            return Ok(None);
        }
        let subject = self.subject_of(subject, question).await?;
        if subject.organisation.file.is_none() {
            return Ok(None);
        }
        let rules = self.organisation_rules(subject).await?.commands;
        let Some(teams) = rules.get(spec.name).map(|rule| &rule.team).filter(|t| !t.is_empty())
        else {
            return Ok(None);
        };
        let granted = self.granted(question.installation).await?;
        if !granted.contains_key("members") {
            let why = "the App has not been granted `members: read`";
            return Ok(Some(team_not_known(spec, teams, why)));
        }
        let github = self.github.installation(question.installation, TokenScope::members());
        let account = subject.name.owner();
        let mut unknown = None;
        for team in teams {
            match github.in_team(account, &bare_team(team), &question.asked.by).await {
                Ok(true) => return Ok(None),
                Ok(false) => {}
                Err(GitHubError::Forbidden { message }) => unknown = Some(message),
                Err(GitHubError::Rejected { message, .. }) => unknown = Some(message),
                Err(other) => return Err(other.into()),
            }
        }
        Ok(Some(match unknown {
            Some(why) => team_not_known(spec, teams, &why),
            None => not_in_team(spec, teams),
        }))
    }
}
