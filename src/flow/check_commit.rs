//! A commit is judged that no pull request stands for: a push to the default branch, or the
//! merged tree of a merge queue.

use crate::domain::baseline::Baseline;
use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::job::Occasion;
use crate::domain::judge::{Case, judge};
use crate::domain::report::check_run::CheckRunContext;
use crate::edge::store::Subject as JudgedFor;

use super::App;
use super::fate::Fate;
use super::judge_commit::Rules;
use super::post_check::Verdict;

/// A commit to judge, as its job names it.
pub(super) struct CommitToCheck<'a> {
    pub(super) installation: InstallationId,
    pub(super) repo: RepoId,
    pub(super) name: &'a RepoName,
    pub(super) occasion: Occasion,
    pub(super) head: &'a Sha,
    pub(super) base: Option<&'a Sha>,
    pub(super) fresh: Option<&'a str>,
}

impl App {
    /// Judges and posts; tells what was done.
    pub(super) async fn check_commit(&self, job: CommitToCheck<'_>) -> Result<String, Fate> {
        let subject = self.subject(job.installation, job.repo, job.name).await?;
        let mut notes = Vec::new();
        let base = match job.base {
            Some(base) => Some(base.clone()),
            // A re-run names no base: the first parent is what the commit was made from.
            None if job.fresh.is_some() => {
                let commit = subject.github.commit(&subject.name, job.head.as_str()).await?;
                commit.parents.into_iter().next()
            }
            None => None,
        };
        let before = match &base {
            None => None,
            Some(base) => match self.evaluate_commit(&subject, base, None, Rules::Own).await {
                Ok(before) => Some(before),
                // A force-push may have left the old commit behind.
                Err(Fate::Moot(_)) => {
                    notes.push(
                        "the commit before could not be read, so every finding counts as new"
                            .into(),
                    );
                    None
                }
                Err(other) => return Err(other),
            },
        };
        // What a merge queue merges is judged by the rules of the branch that it merges into; a
        // default branch by its own.
        let queue_rules = before.as_ref().and_then(|b| b.config_file.as_ref());
        let rules = match job.occasion {
            Occasion::MergeGroup => Rules::Given(queue_rules),
            Occasion::DefaultBranch => Rules::Own,
        };
        let after = self.evaluate_commit(&subject, job.head, None, rules).await?;
        let baseline =
            before.as_ref().map(|b| Baseline::new(&b.answer.evaluation, b.files.clone()));
        let judgement = judge(Case {
            metas: &self.evaluators.catalogue().policies,
            config: &after.answer.config,
            config_problems: after.answer.config_problems.clone(),
            head: &after.answer.evaluation,
            head_files: &after.files,
            baseline,
            today: self.clock.now().date(),
            notes,
        });
        let context = CheckRunContext {
            head_sha: job.head.clone(),
            external_id: String::new(),
            details_url: None,
            changes: Vec::new(),
            base: base.filter(|_| before.is_some()).map(|base| format!("`{}`", base.short())),
        };
        let judged_for = JudgedFor::Commit(job.occasion);
        self.post(&subject, Verdict { judgement, context, judged_for, fresh: job.fresh }).await
    }
}
