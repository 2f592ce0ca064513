//! A waiver is asked for in a comment: it becomes a pull request for others to review.

use chrono::Days;

use crate::domain::adopt::patch_of;
use crate::domain::command::{Wish, find_policy};
use crate::domain::config::{CONFIG_PATHS, OrgConfig};
use crate::domain::edit::waivers::{self, EditError};
use crate::domain::effect::{CommitDraft, FileChange, PullDraft};
use crate::domain::evaluate::Request;
use crate::domain::ids::{PolicyId, Sha};
use crate::domain::report::answer::{Answer, change_to_apply, unwaiver_pull, waiver_pull};
use crate::domain::report::escape::{code_span, prose};
use crate::domain::waiver::Waiver;
use crate::edge::github::{BlobContent, EntryKind, Installation};

use super::App;
use super::answer_comment::{Question, digest};
use super::fate::Fate;
use super::judge_commit::Subject;
use super::propose::{ground, propose};

/// What is told where nothing changes.
const SAID_ALREADY: &str = "The configuration says so already.";
/// Characters of a base's name that a branch's name repeats at most.
const MAX_BASE: usize = 60;

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
        self.configure(subject, question, ("waive", &policy), (title, body), edit).await
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
        self.configure(subject, question, ("unwaive", &policy), (title, body), edit).await
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
        (what, policy): (&str, &PolicyId),
        (title, body): (String, String),
        edit: impl Fn(&str) -> Result<String, EditError>,
    ) -> Result<Answer, Fate> {
        let name = &subject.name;
        let default = subject.facts.default_branch.clone().unwrap_or_default();
        let base = if question.asked.on_pull {
            subject.github.pull(name, question.asked.issue).await?.base.branch
        } else {
            default.clone()
        };
        let gone = || {
            Answer::refused(match base == default {
                true => "The repository is empty: there is nothing to waive yet.".to_owned(),
                false => format!(
                    "The branch {}, to which this pull request goes, is gone: there is no \
                     configuration to change.",
                    code_span(&base)
                ),
            })
        };
        if let Some(why) = self.may_not_write(question.installation).await? {
            let Some(tip) = subject.github.branch(name, &base).await? else { return Ok(gone()) };
            let found = match config_text(&subject.github, subject, &tip).await? {
                Ok(found) => found,
                Err(reason) => return Ok(Answer::refused(prose(&reason))),
            };
            let ConfigText { path, now, .. } = found;
            let text = now.as_deref().unwrap_or_default();
            return Ok(match edit(text) {
                Ok(edited) if edited == text => Answer::done(SAID_ALREADY),
                Ok(edited) => change_to_apply(&why, &patch_of(path, now.as_deref(), &edited)),
                Err(error) => left_alone(path, &error),
            });
        }
        let hands = self.hands(&question, false);
        let branch = branch_of(what, policy, Some(base.as_str()).filter(|base| *base != default));
        let Some(ground) = ground(&hands, name, &branch, &base).await? else { return Ok(gone()) };
        let found = match config_text(&hands, subject, &ground.from).await? {
            Ok(found) => found,
            Err(reason) => return Ok(Answer::refused(prose(&reason))),
        };
        let ConfigText { path, now, executable } = found;
        let edited = match edit(now.as_deref().unwrap_or_default()) {
            Ok(edited) => edited,
            Err(error) => return Ok(left_alone(path, &error)),
        };
        let change = FileChange { path: path.to_owned(), text: Some(edited), executable };
        let commits = vec![CommitDraft { message: title.clone(), changes: vec![change] }];
        let draft = PullDraft { branch, base, title, body, commits };
        let proposed = propose(&hands, name, ground, &draft).await?;
        Ok(proposed.told(SAID_ALREADY))
    }
}

fn left_alone(path: &str, error: &EditError) -> Answer {
    Answer::refused(prose(&format!("`{path}` is left as it is: {error}")))
}

/// The configuration file at a commit.
struct ConfigText {
    path: &'static str,
    /// `None`: it is to be made.
    now: Option<String>,
    /// Whether it may be run, which is strange and stays so.
    executable: bool,
}

/// The configuration file that is there, else the one to make; the inner error says why it cannot
/// be changed.
async fn config_text(
    github: &Installation,
    subject: &Subject,
    commit: &Sha,
) -> Result<Result<ConfigText, String>, Fate> {
    for path in CONFIG_PATHS {
        let Some(file) = github.file(&subject.name, path, commit.as_str()).await? else {
            continue;
        };
        let bytes = match file.content {
            BlobContent::Bytes(bytes) => bytes,
            BlobContent::Withheld(why) => return Ok(Err(format!("`{path}` {}", why.reason()))),
        };
        let Ok(now) = String::from_utf8(bytes.to_vec()) else {
            return Ok(Err(format!("`{path}` is not UTF-8 text")));
        };
        // Only the listing tells modes.
        let listing = github.tree(&subject.name, commit).await?;
        let entry = listing.entries.iter().find(|entry| entry.path == path);
        let executable = entry.is_some_and(|entry| entry.kind == EntryKind::Executable);
        return Ok(Ok(ConfigText { path, now: Some(now), executable }));
    }
    Ok(Ok(ConfigText { path: CONFIG_PATHS[0], now: None, executable: false }))
}

/// The branch of a waiver. `base` is where it goes, unless that is the default branch: each base
/// has configuration of its own, so what is proposed to one must not begin with the other's commits.
fn branch_of(what: &str, policy: &PolicyId, base: Option<&str>) -> String {
    let own = format!("waymark/{what}-{}-{}", policy.pack(), policy.policy());
    let Some(base) = base else { return own };
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    let name: String = base.chars().take(MAX_BASE).map(|c| if fits(c) { c } else { '-' }).collect();
    // What is lost of the name must not make two bases one.
    let rest = if name == base { String::new() } else { format!("-{}", digest(base)) };
    format!("{own}-to-{name}{rest}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_base_has_a_branch_of_its_own() {
        let policy = PolicyId::parse("container/non_root_user").expect("an id");
        let branch = |base| branch_of("waive", &policy, base);
        let own = "waymark/waive-container-non_root_user";
        assert_eq!(branch(None), own);
        assert_eq!(branch(Some("release-1")), format!("{own}-to-release-1"));
        let strange = ["release/1", "release.1", "release 1", "rel..lock", &"x".repeat(300)];
        let mut seen: Vec<String> = strange.iter().map(|base| branch(Some(base))).collect();
        for branch in &seen {
            assert!(branch.len() < 150 && !branch.contains(['.', ' ']), "{branch}");
            assert_eq!(branch.matches('/').count(), 1, "{branch}");
        }
        seen.sort();
        seen.dedup();
        assert_eq!(seen.len(), strange.len());
    }
}
