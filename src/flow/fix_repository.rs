//! A repository on GitHub is put right: by a commit on the pull request's branch, else by a pull
//! request of our own, and where nothing can be pushed by a patch to apply.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::effect::{CommitDraft, FileChange, PullDraft};
use crate::domain::evaluate::{ConfigFile, Request};
use crate::domain::fix::{self, FixPlan, FixRequest, Scope, targets};
use crate::domain::ids::{PolicyId, Sha};
use crate::domain::judge::Judgement;
use crate::domain::report::answer::Answer;
use crate::domain::report::escape::{code_span, prose};
use crate::domain::report::fixes::{
    commit_message, fix_list, fix_pull, nothing_to_fix, patch_to_apply,
};
use crate::edge::github::{GitHubError, Installation, Pull};

use super::App;
use super::answer_comment::{Question, digest};
use super::fate::Fate;
use super::judge_commit::{Subject, config_of};
use super::propose::{ground, propose};
use super::read_tree::is_wanted;
use super::resolve_refs::resolve;

/// Where workflows lie: files there need a permission of their own.
const WORKFLOWS: &str = ".github/workflows/";

/// What is put right, and by whose rules.
struct Case<'a> {
    commit: &'a Sha,
    judgement: &'a Judgement,
    /// `None`: the commit's own counts.
    config: Option<Option<ConfigFile>>,
    scope: &'a Scope,
}

impl App {
    /// `fix`: a commit, a pull request or a patch.
    pub(super) async fn fix(
        &self,
        subject: &Subject,
        question: Question<'_>,
        written: Option<&str>,
    ) -> Result<Answer, Fate> {
        let named = match written.map(|written| self.policy_meant(subject, written)).transpose() {
            Ok(named) => named,
            Err(problem) => return Ok(Answer::refused(prose(&problem))),
        };
        if let Some(policy) = named.as_ref().filter(|policy| fix::find(policy).is_none()) {
            let policy = code_span(policy.as_str());
            return Ok(Answer::refused(format!(
                "{policy} has no fix with one right answer. `/platform explain` says what it asks."
            )));
        }
        let scope = Scope {
            existing: named.is_some(),
            policies: named.clone().map(|policy| BTreeSet::from([policy])),
        };
        if question.asked.on_pull {
            let pull = subject.github.pull(&subject.name, question.asked.issue).await?;
            if !pull.open {
                return Ok(Answer::refused(
                    "This pull request is closed; nothing is put right on it.",
                ));
            }
            return Box::pin(self.fix_pull(subject, question, &pull, &scope)).await;
        }
        Box::pin(self.fix_default_branch(subject, question, named.as_ref(), scope)).await
    }

    /// One commit on the branch of the pull request.
    async fn fix_pull(
        &self,
        subject: &Subject,
        question: Question<'_>,
        pull: &Pull,
        scope: &Scope,
    ) -> Result<Answer, Fate> {
        let branch = &pull.head.branch;
        let head = match pull.from_fork() {
            true => pull.head.sha.clone(),
            false => match subject.github.branch(&subject.name, branch).await? {
                Some(tip) => tip,
                None => {
                    let branch = code_span(branch);
                    return Ok(Answer::refused(format!(
                        "The branch {branch} is gone, so there is nothing to commit to."
                    )));
                }
            },
        };
        let mark = mark(&question);
        if !pull.from_fork()
            && subject.github.message(&subject.name, &head).await?.trim_end().ends_with(&mark)
        {
            // The answer was lost, or the process died behind the commit.
            return Ok(committed(&head, branch, ""));
        }
        let (judgement, _) = Box::pin(self.judge_against(subject, &head, &pull.base)).await?;
        let base = self.tip(subject, &pull.base.branch, Some(&pull.base.sha)).await?;
        let config = Some(self.config_at(subject, &base).await?);
        let case = Case { commit: &head, judgement: &judgement, config, scope };
        let plan = Box::pin(self.plan_fixes(subject, case)).await?;
        if plan.files.is_empty() {
            return Ok(nothing(&plan, "in what this pull request brings"));
        }
        if pull.from_fork() {
            let why = "This pull request comes from a fork, where we cannot push.";
            return Ok(with_patch(&plan, why));
        }
        if let Some(why) = self.may_not_write(question.installation).await? {
            return Ok(with_patch(&plan, &why));
        }
        let may_write_workflows = self.may_write_workflows(question.installation).await?;
        let (plan, kept_back) = plan.split(|path| !may_write_workflows && is_workflow(path));
        if plan.files.is_empty() {
            return Ok(with_patch(&kept_back, NO_WORKFLOWS));
        }
        let hands = self.hands(&question, may_write_workflows);
        let message = commit_message(&plan, &mark);
        let change = CommitDraft { message, changes: changes(&plan) };
        let committed = match commit(&hands, subject, branch, &head, &change).await {
            Ok(sha) => committed(&sha, branch, &fix_list(&plan)),
            Err(GitHubError::Rejected { status: 409 | 422, message, .. })
                if message.contains("fast forward") =>
            {
                // Somebody pushed: what is left to do is worked out on what they made.
                return Err(Fate::Retry(message));
            }
            Err(GitHubError::Forbidden { message } | GitHubError::Rejected { message, .. }) => {
                let why = format!("GitHub refused the commit: {}.", prose(&message));
                return Ok(with_patch(&plan, &why));
            }
            Err(other) => return Err(other.into()),
        };
        Ok(and_pasted(committed, &kept_back))
    }

    /// A pull request of ours.
    async fn fix_default_branch(
        &self,
        subject: &Subject,
        question: Question<'_>,
        named: Option<&PolicyId>,
        scope: Scope,
    ) -> Result<Answer, Fate> {
        let base = subject.facts.default_branch.clone().unwrap_or_default();
        if let Some(why) = self.may_not_write(question.installation).await? {
            let Some(tip) = subject.github.branch(&subject.name, &base).await? else {
                return Ok(Answer::refused("This repository has no commit yet."));
            };
            let plan = self.plan_on(subject, &tip, &scope).await?;
            return Ok(match plan.files.is_empty() {
                true => nothing(&plan, "on the default branch"),
                false => with_patch(&plan, &why),
            });
        }
        let may_write_workflows = self.may_write_workflows(question.installation).await?;
        let hands = self.hands(&question, may_write_workflows);
        let branch = branch_of(named);
        let Some(ground) = ground(&hands, &subject.name, &branch, &base).await? else {
            return Ok(Answer::refused("This repository has no commit yet."));
        };
        let Some(tip) = subject.github.branch(&subject.name, &base).await? else {
            return Err(Fate::Retry(format!("the branch {base} is gone")));
        };
        // The pull request says what it does to its base; what is still to do is worked out on
        // its branch, so that what people changed there stays.
        let whole = self.plan_on(subject, &tip, &scope).await?;
        if whole.files.is_empty() && !ground.is_begun() {
            return Ok(nothing(&whole, "on the default branch"));
        }
        let place = format!("{}#{}", subject.name, question.asked.issue);
        let (title, body) = fix_pull(&whole, named, &place);
        let plan = if ground.from == tip {
            whole
        } else {
            self.plan_on(subject, &ground.from, &scope).await?
        };
        let (plan, kept_back) = plan.split(|path| !may_write_workflows && is_workflow(path));
        if plan.files.is_empty() && !ground.is_begun() {
            return Ok(with_patch(&kept_back, NO_WORKFLOWS));
        }
        let mut commits = Vec::new();
        if !plan.files.is_empty() {
            let message = commit_message(&plan, &mark(&question));
            commits.push(CommitDraft { message, changes: changes(&plan) });
        }
        let draft = PullDraft { branch, base, title, body, commits };
        let proposed = propose(&hands, &subject.name, ground, &draft).await?;
        let answer = proposed.told("The default branch says all of it already.");
        Ok(and_pasted(answer, &kept_back))
    }

    async fn plan_on(
        &self,
        subject: &Subject,
        commit: &Sha,
        scope: &Scope,
    ) -> Result<FixPlan, Fate> {
        let (judgement, _) = Box::pin(self.judge_pushed(subject, commit, None, false)).await?;
        let case = Case { commit, judgement: &judgement, config: None, scope };
        Box::pin(self.plan_fixes(subject, case)).await
    }

    /// Makes and judges the fixes; tags are looked up where it takes that.
    async fn plan_fixes(&self, subject: &Subject, case: Case<'_>) -> Result<FixPlan, Fate> {
        let targets = targets(case.judgement, case.scope);
        if targets.is_empty() {
            return Ok(FixPlan::default());
        }
        let evaluators = subject.evaluators(self);
        let needs = evaluators.catalogue().needs();
        let reads = |path: &str| is_wanted(&needs, path);
        let files = self.read_tree(&subject.github, &subject.name, case.commit, reads).await?;
        let mut request = FixRequest {
            request: Request {
                repo: subject.facts.clone(),
                config: case.config.unwrap_or_else(|| config_of(&files.tree)),
                tree: files.tree,
                organisation: subject.organisation.file.clone(),
                path: Some(case.judgement.path.clone()),
                ..Request::default()
            },
            targets,
            refs: BTreeMap::new(),
            offline: false,
            named: case.scope.policies.is_some(),
        };
        let plan = evaluators.fix(&request).await?;
        if plan.wanted.is_empty() {
            return Ok(plan);
        }
        request.refs = resolve(&subject.github, &plan.wanted).await?;
        request.offline = true;
        Ok(evaluators.fix(&request).await?)
    }
}

/// What the answer says when the owners did not grant it.
const NO_WORKFLOWS: &str = "The App may not write workflows here (its owners have not granted \
                            `workflows: write`), so this is left to you.";

fn is_workflow(path: &str) -> bool {
    path.starts_with(WORKFLOWS)
}

fn changes(plan: &FixPlan) -> Vec<FileChange> {
    let change = |file: &fix::FixedFile| FileChange {
        path: file.path.clone(),
        text: Some(file.after.clone()),
        executable: file.executable,
    };
    plan.files.iter().map(change).collect()
}

/// By which the commit of a command is known again, when the answer to it was lost.
fn mark(question: &Question<'_>) -> String {
    let lines = question.asked.lines.join("\n");
    format!("Waymark-Fix: {}", digest(&format!("{}\n{lines}", question.delivery)))
}

fn branch_of(named: Option<&PolicyId>) -> String {
    match named {
        Some(policy) => format!("waymark/fix-{}-{}", policy.pack(), policy.policy()),
        None => "waymark/fix-all".to_owned(),
    }
}

async fn commit(
    hands: &Installation,
    subject: &Subject,
    branch: &str,
    head: &Sha,
    draft: &CommitDraft,
) -> Result<Sha, GitHubError> {
    let name = &subject.name;
    let before = hands.commit(name, head.as_str()).await?.tree;
    let tree = hands.create_tree(name, &before, &draft.changes).await?;
    let parents = std::slice::from_ref(head);
    let commit = hands.create_commit(name, &draft.message, &tree, parents).await?;
    hands.advance_branch(name, branch, &commit).await?;
    Ok(commit)
}

fn committed(sha: &Sha, branch: &str, list: &str) -> Answer {
    let (sha, branch) = (code_span(sha.short()), code_span(branch));
    Answer::done(format!("Committed {sha} to {branch}.\n\n{list}"))
}

fn nothing(plan: &FixPlan, place: &str) -> Answer {
    let told = nothing_to_fix(plan, place);
    if plan.left.is_empty() { Answer::done(told) } else { Answer::refused(told) }
}

fn with_patch(plan: &FixPlan, why: &str) -> Answer {
    Answer::done(format!("{}\n\n{}", patch_to_apply(plan, why), fix_list(plan)))
}

/// The answer, with what the App may not write.
fn and_pasted(mut answer: Answer, kept_back: &FixPlan) -> Answer {
    if !kept_back.files.is_empty() {
        answer.markdown += &format!("\n\n{}", patch_to_apply(kept_back, NO_WORKFLOWS));
    }
    answer
}
