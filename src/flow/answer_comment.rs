//! Commands in a comment are answered: a reaction at once, then one reply per command, found
//! again by its hidden mark, so that repeating the job edits instead of talking twice.

use sha2::{Digest, Sha256};
use tokio::sync::OnceCell;

use crate::domain::command::{Needs, Spec, read};
use crate::domain::ids::{InstallationId, RepoId, RepoName};
use crate::domain::job::Asked;
use crate::domain::report::answer::{Answer, misuse, no_permission, reply, too_many};
use crate::edge::github::{
    Access, CommentRef, GitHubError, Installation, Permission, Reaction, Standing, TokenScope,
};

use super::App;
use super::fate::Fate;

/// What somebody asked, as its job names it.
#[derive(Clone, Copy)]
pub(super) struct Question<'a> {
    pub(super) installation: InstallationId,
    pub(super) repo: RepoId,
    pub(super) name: &'a RepoName,
    pub(super) asked: &'a Asked,
    /// The delivery that brought it.
    pub(super) delivery: &'a str,
}

impl App {
    /// Answers every command of a comment; tells how many.
    pub(super) async fn answer_comment(&self, question: Question<'_>) -> Result<String, Fate> {
        let Question { name, asked, .. } = question;
        let voice = self.voice(&question);
        if !asked.pressed {
            voice.react(name, asked.comment, Reaction::Eyes).await?;
        }
        let mut answers = Vec::new();
        let mut standing = None;
        let subject = OnceCell::new();
        for line in &asked.lines {
            let answer = match read(line) {
                Err(mistake) => misuse(&mistake),
                Ok((spec, command)) => {
                    if standing.is_none() {
                        standing = Some(standing_of(&voice, name, &asked.by).await?);
                    }
                    match standing.as_ref().filter(|standing| !may(standing, spec)) {
                        Some(standing) => no_permission(spec, &standing.role_name),
                        None => match self.demanded(&subject, question, spec).await? {
                            Some(refusal) => refusal,
                            None => self.carry_out(&subject, question, spec, command, line).await?,
                        },
                    }
                }
            };
            answers.push((line, answer));
        }
        if let (Some((_, last)), true) = (answers.last_mut(), asked.passed_over > 0) {
            last.markdown += &format!("\n\n{}", too_many(asked.passed_over));
        }
        say(&voice, &question, answers.iter().map(|(line, answer)| (line.as_str(), answer)))
            .await?;
        let done = answers.iter().all(|(_, answer)| answer.done);
        let last = if done { Reaction::Rocket } else { Reaction::Confused };
        if !asked.pressed {
            voice.react(name, asked.comment, last).await?;
        }
        Ok(format!("answered {} in {name}#{}", answers.len(), asked.issue))
    }

    /// Every try failed: whoever asked hears that, so that nobody waits.
    pub(super) async fn apologise(&self, question: Question<'_>, reason: &str) -> Result<(), Fate> {
        let voice = self.voice(&question);
        let reason = crate::domain::report::escape::prose(reason);
        let answer = Answer::refused(format!(
            "This could not be answered: {reason}. The operator of Waymark finds it with `waymark jobs list`."
        ));
        let lines = question.asked.lines.iter();
        say(&voice, &question, lines.map(|line| (line.as_str(), &answer))).await?;
        if !question.asked.pressed {
            voice.react(question.name, question.asked.comment, Reaction::Confused).await?;
        }
        Ok(())
    }

    /// A token that may write comments, and nothing else.
    fn voice(&self, question: &Question<'_>) -> Installation {
        let scope = TokenScope::of(question.repo).with(Permission::Issues, Access::Write);
        self.github.installation(question.installation, scope)
    }
}

/// GitHub's word on who asks; the event's own (`author_association`) is not reliable.
async fn standing_of(voice: &Installation, repo: &RepoName, login: &str) -> Result<Standing, Fate> {
    match voice.standing(repo, login).await {
        // The account is gone: nobody asks any more.
        Err(GitHubError::NotFound { .. }) => Ok(Standing::default()),
        other => Ok(other?),
    }
}

fn may(standing: &Standing, spec: &Spec) -> bool {
    match spec.needs {
        Needs::Read => standing.reads(),
        Needs::Write => standing.writes(),
    }
}

/// Writes the replies, or changes those that stand there.
async fn say<'a>(
    voice: &Installation,
    question: &Question<'_>,
    answers: impl Iterator<Item = (&'a str, &'a Answer)>,
) -> Result<(), Fate> {
    let Question { name, asked, .. } = question;
    let known = voice.comments_since(name, asked.issue, asked.since).await?;
    for (line, answer) in answers {
        let mark = mark(asked, line);
        let said = reply(line, &asked.by, answer, &mark);
        let ours = |c: &&CommentRef| {
            c.by_bot() && c.body.as_deref().is_some_and(|body| body.trim_end().ends_with(&mark))
        };
        match known.iter().find(ours) {
            Some(earlier) if earlier.body.as_deref() == Some(said.as_str()) => {}
            Some(earlier) => {
                voice.edit_comment(name, earlier.id, &said).await?;
            }
            None => {
                voice.create_comment(name, asked.issue, &said).await?;
            }
        }
    }
    Ok(())
}

/// What tells our reply to a command from every other comment.
fn mark(asked: &Asked, line: &str) -> String {
    let kind = if asked.pressed { "press" } else { "reply" };
    format!("<!-- waymark:{kind} {} {} -->", asked.comment, digest(line))
}

/// Twelve hexadecimal digits of a command line.
pub(super) fn digest(line: &str) -> String {
    hex::encode(Sha256::digest(line.as_bytes()))[..12].to_owned()
}
