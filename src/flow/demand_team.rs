//! Does the organisation let only a team give this command? Its `waymark.yml` says so, GitHub says
//! who is in the team; where it cannot be found out, nobody is let through.

use tokio::sync::OnceCell;

use crate::domain::command::Spec;
use crate::domain::report::answer::{Answer, not_in_team, team_not_known};

use super::App;
use super::answer_comment::Question;
use super::fate::Fate;
use super::judge_commit::Subject;
use super::membership::Membership;

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
        let (account, by) = (subject.name.owner(), &question.asked.by);
        let known = self.membership(question.installation, account, teams, by).await?;
        Ok(match known {
            Membership::Member => None,
            Membership::Stranger => Some(not_in_team(spec, teams)),
            Membership::Unknown(why) => Some(team_not_known(spec, teams, &why)),
        })
    }
}
