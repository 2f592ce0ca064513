//! A commit is judged that no pull request stands for: a push to the default branch, the merged
//! tree of a merge queue, or whatever somebody pressed *Re-run* on.

use crate::domain::baseline::Baseline;
use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::job::Occasion;
use crate::domain::judge::{Case, Judgement, Kept, judge};
use crate::domain::report::check_run::{CheckRunContext, ComparedWith};
use crate::domain::scorecard::campaign::reminders;
use crate::edge::store::Subject as JudgedFor;

use super::App;
use super::check_pull::PullToCheck;
use super::fate::Fate;
use super::judge_branch::Known;
use super::judge_change::Change;
use super::judge_commit::{Rules, Subject};
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
        let (judgement, base) = match (job.occasion, job.base, job.fresh) {
            (Occasion::MergeGroup, Some(base), _) => merged(self, &subject, job.head, base).await?,
            (Occasion::DefaultBranch, base, None) => {
                self.judge_pushed(&subject, job.head, base, true).await?
            }
            // Only the commit is known: what it is must be found out.
            (Occasion::MergeGroup, None, _) | (Occasion::DefaultBranch, _, Some(_)) => {
                let tip = self.default_tip(&subject).await?;
                let fork = subject.github.merge_base(&subject.name, &tip, job.head).await?;
                let from = fork.map_or_else(|| tip.clone(), |fork| fork.sha);
                if from == *job.head {
                    let commit = subject.github.commit(&subject.name, job.head.as_str()).await?;
                    self.judge_pushed(&subject, job.head, commit.parents.first(), false).await?
                } else if let Some(number) = self.learn_pulls(&subject, job.head).await? {
                    let CommitToCheck { installation, repo, name, head, fresh, .. } = job;
                    let pull = PullToCheck { installation, repo, name, number, head, fresh };
                    return self.check_pull(pull).await;
                } else {
                    let (head, from) = (job.head, &from);
                    let change = Change { head, from, from_tree: None, rules_at: &tip };
                    let (judgement, compared) = self.judge_change(&subject, change).await?;
                    (judgement, compared.then(|| named(from)))
                }
            }
        };
        let context = CheckRunContext {
            head_sha: job.head.clone(),
            external_id: String::new(),
            details_url: None,
            changes: Vec::new(),
            base,
        };
        let judged_for = JudgedFor::Commit(job.occasion);
        self.post(&subject, Verdict { judgement, context, judged_for, fresh: job.fresh }).await
    }

    /// The newest commit of the default branch.
    pub(super) async fn default_tip(&self, subject: &Subject) -> Result<Sha, Fate> {
        let branch = subject.facts.default_branch.as_deref().unwrap_or("HEAD");
        self.tip(subject, branch, None).await
    }

    /// A commit of the default branch, by its own rules.
    pub(super) async fn judge_pushed(
        &self,
        subject: &Subject,
        head: &Sha,
        base: Option<&Sha>,
        newest: bool,
    ) -> Result<(Judgement, Option<ComparedWith>), Fate> {
        let mut notes = subject.organisation.notes();
        let mut after = self.evaluate_commit(subject, head, None, Rules::OWN).await?;
        if newest {
            self.keep_snapshot(subject, head, after.tree.take()).await;
        }
        let (owner, until) = (after.answer.owner.clone(), after.until());
        // By the rules of today, or a policy that is new here would make old faults new.
        let rules = Rules::given(after.config_file.as_ref()).on(Some(&after.answer.path));
        let before = match base {
            None => None,
            Some(base) => match self.evaluate_commit(subject, base, None, rules).await {
                Ok(before) => Some(before),
                // A force-push may have left the old commit behind.
                Err(Fate::Moot(_)) => {
                    let note =
                        "the commit before could not be read, so every finding counts as new";
                    notes.push(note.to_owned());
                    None
                }
                Err(other) => return Err(other),
            },
        };
        let waivers_before = match &before {
            None => None,
            Some(before) if before.config_file == after.config_file => {
                Some(after.answer.config.waivers.clone())
            }
            Some(before) => Some(self.waivers_of(subject, before.config_file.clone()).await?),
        };
        let compared = base.filter(|_| before.is_some()).map(named);
        let mut config_problems = after.answer.config_problems.clone();
        config_problems.extend(self.own_faults(subject, head, &after).await?);
        let traits = subject.organisation.traits(subject.id, &after.answer);
        let campaigns = after.answer.organisation.campaigns.clone();
        let mut judgement = judge(Case {
            metas: &subject.evaluators(self).catalogue().policies,
            path: &after.answer.path,
            config: &after.answer.config,
            organisation: &after.answer.organisation,
            traits: &traits,
            config_problems,
            head: &after.answer.evaluation,
            head_files: &after.files,
            baseline: before.map(|b| Baseline::new(&b.answer.evaluation, b.files)),
            inline: &after.answer.inline,
            kept: Kept {
                waivers: &after.answer.config.waivers,
                before: waivers_before.as_deref(),
                inline: &after.answer.inline,
                malformed: &after.answer.inline_problems,
            },
            today: self.clock.now().date(),
            notes,
        });
        if newest {
            let known = Known { owner: owner.as_deref(), until, campaigns: &campaigns };
            self.keep_card(subject, head, &judgement, known).await?;
        }
        let name = subject.name.name();
        let told =
            reminders(&judgement, &campaigns, name, owner.as_deref(), self.clock.now().date());
        judgement.notes.extend(told);
        Ok((judgement, compared))
    }
}

/// What a merge queue made, by the rules of what it was merged onto.
async fn merged(
    app: &App,
    subject: &Subject,
    head: &Sha,
    base: &Sha,
) -> Result<(Judgement, Option<ComparedWith>), Fate> {
    let change = Change { head, from: base, from_tree: None, rules_at: base };
    let (judgement, compared) = app.judge_change(subject, change).await?;
    Ok((judgement, compared.then(|| named(base))))
}

fn named(base: &Sha) -> ComparedWith {
    ComparedWith { branch: None, commit: base.clone() }
}
