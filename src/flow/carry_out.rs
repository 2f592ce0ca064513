//! A command is carried out: what it asks is found out or set going, and put into words.

use tokio::sync::OnceCell;

use crate::domain::command::{Command, Spec};
use crate::domain::ids::Sha;
use crate::domain::job::{Job, Occasion};
use crate::domain::judge::Judgement;
use crate::domain::report::answer::{About, Answer, explain, help, not_here, rules, scorecard};
use crate::domain::report::check_run::GOLDEN_PATH_CHECK;
use crate::domain::report::escape::{code_span, prose};
use crate::domain::risk::report::explanation;

use super::App;
use super::answer_comment::{Question, digest};
use super::fate::Fate;
use super::judge_commit::Subject;
use super::worker::apart;

impl App {
    /// Does what the command says. A command that cannot be done is an answer, too; an error
    /// means that it should be tried again.
    pub(super) async fn carry_out(
        &self,
        known: &OnceCell<Subject>,
        question: Question<'_>,
        spec: &Spec,
        command: Command,
        line: &str,
    ) -> Result<Answer, Fate> {
        let asked = question.asked;
        let subject = || apart(|| self.subject_of(known, question));
        match command {
            // Needs no call to GitHub.
            Command::Help { topic } => Ok(help(topic)),
            Command::Check => self.check_again(subject().await?, question, line).await,
            Command::Explain { policy } => {
                self.explained(subject().await?, question, &policy).await
            }
            Command::Config => {
                let (judgement, about) = self.judged_here(subject().await?, question).await?;
                Ok(rules(&judgement, &about))
            }
            Command::Scorecard => {
                let subject = subject().await?;
                let (judgement, about) = self.judged_default(subject).await?;
                let beside = self.beside(subject).await?;
                Ok(scorecard(&judgement, &about, &beside))
            }
            Command::Nps { score, words } => self.satisfied(question, score, words).await,
            Command::Risk if !asked.on_pull => Ok(not_here(spec, "pull requests")),
            Command::Acknowledge { .. } if !asked.on_pull => Ok(not_here(spec, "pull requests")),
            Command::Acknowledge { condition, reason } => {
                let subject = subject().await?;
                apart(|| self.acknowledge_condition(subject, question, &condition, &reason)).await
            }
            Command::ApproveDeployment { environment, reason } => {
                let (subject, environment) = (subject().await?, environment.as_deref());
                apart(|| self.approve_deployment(subject, question, environment, &reason)).await
            }
            Command::Adopt(wish) => {
                let subject = subject().await?;
                apart(|| self.adopt(subject, question, &wish)).await
            }
            Command::Waive(wish) => {
                let subject = subject().await?;
                apart(|| self.waive(subject, question, &wish)).await
            }
            Command::Unwaive { policy } => self.unwaive(subject().await?, question, &policy).await,
            Command::Risk => self.risk_explained(subject().await?, asked.issue).await,
            Command::Fix { policy } => {
                let subject = subject().await?;
                apart(|| self.fix(subject, question, policy.as_deref())).await
            }
        }
    }

    /// The repository, looked up once for all commands of a comment, and not at all for those that
    /// need no look at it.
    pub(super) async fn subject_of<'s>(
        &self,
        known: &'s OnceCell<Subject>,
        Question { installation, repo, name, .. }: Question<'_>,
    ) -> Result<&'s Subject, Fate> {
        known.get_or_try_init(|| self.subject(installation, repo, name)).await
    }

    /// Sets a fresh evaluation going; its verdict is the check run.
    async fn check_again(
        &self,
        subject: &Subject,
        question: Question<'_>,
        line: &str,
    ) -> Result<Answer, Fate> {
        let Question { installation, repo, asked, delivery, .. } = question;
        let name = subject.name.clone();
        let fresh = Some(format!("{delivery}:{}", digest(line)));
        let (job, head) = if asked.on_pull {
            let pull = subject.github.pull(&name, asked.issue).await?;
            if !pull.open {
                return Ok(Answer::refused(
                    "This pull request is closed; nothing is judged on it.",
                ));
            }
            let (head, number) = (pull.head.sha, asked.issue);
            (Job::CheckPull { installation, repo, name, number, head: head.clone(), fresh }, head)
        } else {
            let (head, branch) = self.default_branch_tip(subject).await?;
            let job = Job::CheckCommit {
                installation,
                repo,
                name,
                occasion: Occasion::DefaultBranch,
                git_ref: format!("refs/heads/{branch}"),
                head: head.clone(),
                base: None,
                fresh,
            };
            (job, head)
        };
        self.store.enqueue(&[job], self.clock.now()).await?;
        self.wake.notify_one();
        Ok(Answer::done(format!(
            "{} is evaluated again; the verdict appears in its check run `{GOLDEN_PATH_CHECK}`.",
            code_span(head.short())
        )))
    }

    async fn explained(
        &self,
        subject: &Subject,
        question: Question<'_>,
        written: &str,
    ) -> Result<Answer, Fate> {
        let id = match self.policy_meant(subject, written) {
            Ok(id) => id,
            Err(problem) => return Ok(Answer::refused(prose(&problem))),
        };
        let (judgement, about) = self.judged_here(subject, question).await?;
        let Some(policy) = judgement.policies.iter().find(|p| p.id == id) else {
            return Ok(Answer::done(format!(
                "{} is not part of this repository's golden path {}, or it is switched off.",
                code_span(id.as_str()),
                code_span(&judgement.path),
            )));
        };
        let rules = self.organisation_rules(subject).await?.waiver_rules;
        Ok(explain(&judgement, policy, &about, self.clock.now().date(), &rules))
    }

    /// Everything that is known of a pull request's risk, with the numbers worked through.
    async fn risk_explained(&self, subject: &Subject, number: i64) -> Result<Answer, Fate> {
        let pull = subject.github.pull(&subject.name, number).await?;
        if !pull.open {
            return Ok(Answer::refused(
                "This pull request is closed; nothing is estimated for it.",
            ));
        }
        let (github, name, head) = (&subject.github, &subject.name, &pull.head.sha);
        let said = self.risk_of_pull(github, subject.id, name, number, head).await?;
        Ok(Answer::done(explanation(&said.report, &said.model)))
    }

    /// What holds where somebody asked: the head of an open pull request, else the default branch.
    async fn judged_here(
        &self,
        subject: &Subject,
        question: Question<'_>,
    ) -> Result<(Judgement, About), Fate> {
        if question.asked.on_pull {
            let pull = subject.github.pull(&subject.name, question.asked.issue).await?;
            if pull.open {
                let commit = pull.head.sha;
                let (judgement, _) = self.judge_against(subject, &commit, &pull.base).await?;
                return Ok((judgement, About { commit, branch: None }));
            }
        }
        self.judged_default(subject).await
    }

    async fn judged_default(&self, subject: &Subject) -> Result<(Judgement, About), Fate> {
        let (commit, branch) = self.default_branch_tip(subject).await?;
        let (judgement, _) = self.judge_pushed(subject, &commit, None, false).await?;
        Ok((judgement, About { commit, branch: Some(branch) }))
    }

    async fn default_branch_tip(&self, subject: &Subject) -> Result<(Sha, String), Fate> {
        let branch = subject.facts.default_branch.clone().unwrap_or_else(|| "HEAD".to_owned());
        Ok((self.tip(subject, &branch, None).await?, branch))
    }
}
