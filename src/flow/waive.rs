//! A waiver is asked for in a comment: it becomes a pull request for others to review.

use chrono::Days;

use crate::domain::command::{Wish, find_policy};
use crate::domain::config::{CONFIG_PATHS, OrgConfig};
use crate::domain::edit::waivers::{self, EditError};
use crate::domain::effect::{CommitDraft, FileChange, PullDraft};
use crate::domain::evaluate::Request;
use crate::domain::ids::PolicyId;
use crate::domain::report::answer::{Answer, unwaiver_pull, waiver_pull};
use crate::domain::report::escape::{code_span, prose};
use crate::domain::waiver::Waiver;
use crate::edge::github::{BlobContent, Installation};

use super::App;
use super::answer_comment::Question;
use super::fate::Fate;
use super::judge_commit::Subject;
use super::propose::{Ground, ground, propose};

impl App {
    /// `waive`: a pull request that adds the waiver.
    pub(super) async fn waive(
        &self,
        subject: &Subject,
        question: Question<'_>,
        wish: &Wish,
    ) -> Result<Answer, Fate> {
        let policy = match self.policy_meant(subject, &wish.policy) {
            Ok(policy) => policy,
            Err(problem) => return Ok(Answer::refused(prose(&problem))),
        };
        let today = self.clock.now().date();
        if wish.until < today {
            return Ok(Answer::refused(format!("{} is over already.", wish.until)));
        }
        let rules = self.organisation_rules(subject).await?.waiver_rules;
        if rules.forbid(&policy) {
            return Ok(Answer::refused(format!(
                "The organisation lets no repository waive {}; only its own configuration may.",
                code_span(policy.as_str())
            )));
        }
        let longest = rules.max_days.and_then(|n| today.checked_add_days(Days::new(n.into())));
        if let Some(last) = longest.filter(|last| wish.until > *last) {
            return Ok(Answer::refused(format!(
                "The organisation allows waivers of at most {} days: until {last}, not {}.",
                rules.max_days.unwrap_or_default(),
                wish.until
            )));
        }
        let asked = question.asked;
        let waiver = Waiver {
            file: String::new(),
            line: None,
            policy: policy.clone(),
            paths: wish.paths.clone(),
            resource: None,
            reason: wish.reason.clone(),
            owner: Some(asked.by.clone()),
            expires: wish.until,
            target: None,
        };
        let place = format!("{}#{}", subject.name, asked.issue);
        let remark = format!("asked for by {} in {place}", asked.by);
        let (title, body) = waiver_pull(&waiver, &place);
        let edit = |text: &str| waivers::add(text, &waiver, &remark);
        self.configure(subject, question, &branch_of("waive", &policy), title, body, edit).await
    }

    /// `unwaive`: a pull request that takes the waivers of a policy away.
    pub(super) async fn unwaive(
        &self,
        subject: &Subject,
        question: Question<'_>,
        written: &str,
    ) -> Result<Answer, Fate> {
        let policy = match self.policy_meant(subject, written) {
            Ok(policy) => policy,
            Err(problem) => return Ok(Answer::refused(prose(&problem))),
        };
        let place = format!("{}#{}", subject.name, question.asked.issue);
        let (title, body) = unwaiver_pull(&policy, &place);
        let edit = |text: &str| waivers::remove(text, &policy).map(|(text, _)| text);
        self.configure(subject, question, &branch_of("unwaive", &policy), title, body, edit).await
    }

    /// The organisation's file as it is understood; it is read where untrusted text may be read.
    pub(super) async fn organisation_rules(&self, subject: &Subject) -> Result<OrgConfig, Fate> {
        let request = Request {
            repo: subject.facts.clone(),
            organisation: subject.organisation.file.clone(),
            only: Some(Vec::new()),
            ..Request::default()
        };
        Ok(subject.evaluators(self).evaluate(&request).await?.organisation)
    }

    /// The policy that somebody means; the error says what may have been meant.
    pub(super) fn policy_meant(
        &self,
        subject: &Subject,
        written: &str,
    ) -> Result<PolicyId, String> {
        let known: Vec<PolicyId> = subject.evaluators(self).catalogue().ids();
        find_policy(written, &known).cloned()
    }

    /// A pull request that edits the repository's configuration where its rules are read: on the
    /// branch that a pull request goes to, else on the default branch.
    async fn configure(
        &self,
        subject: &Subject,
        question: Question<'_>,
        branch: &str,
        title: String,
        body: String,
        edit: impl Fn(&str) -> Result<String, EditError>,
    ) -> Result<Answer, Fate> {
        let name = &subject.name;
        let base = if question.asked.on_pull {
            subject.github.pull(name, question.asked.issue).await?.base.branch
        } else {
            subject.facts.default_branch.clone().unwrap_or_default()
        };
        let hands = self.hands(&question, false);
        let Some(ground) = ground(&hands, name, branch, &base).await? else {
            return Ok(Answer::refused("The repository is empty: there is nothing to waive yet."));
        };
        let (path, text) = match config_text(&hands, subject, &ground).await? {
            Ok(found) => found,
            Err(reason) => return Ok(Answer::refused(prose(&reason))),
        };
        let edited = match edit(&text) {
            Ok(edited) => edited,
            Err(error) => {
                return Ok(Answer::refused(prose(&format!("`{path}` is left as it is: {error}"))));
            }
        };
        let change = FileChange { path: path.to_owned(), text: Some(edited), executable: false };
        let commits = vec![CommitDraft { message: title.clone(), changes: vec![change] }];
        let draft = PullDraft { branch: branch.to_owned(), base, title, body, commits };
        let proposed = propose(&hands, name, ground, &draft).await?;
        Ok(proposed.told("The configuration says so already."))
    }
}

/// The configuration file that is there, else the one to make.
async fn config_text(
    github: &Installation,
    subject: &Subject,
    ground: &Ground,
) -> Result<Result<(&'static str, String), String>, Fate> {
    for path in CONFIG_PATHS {
        let Some(file) = github.file(&subject.name, path, ground.from.as_str()).await? else {
            continue;
        };
        return Ok(match file.content {
            BlobContent::Bytes(bytes) => String::from_utf8(bytes.to_vec())
                .map(|text| (path, text))
                .map_err(|_| format!("`{path}` is not UTF-8 text")),
            BlobContent::Withheld(why) => Err(format!("`{path}` {}", why.reason())),
        });
    }
    Ok(Ok((CONFIG_PATHS[0], String::new())))
}

fn branch_of(what: &str, policy: &PolicyId) -> String {
    format!("waymark/{what}-{}-{}", policy.pack(), policy.policy())
}
