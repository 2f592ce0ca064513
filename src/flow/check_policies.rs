//! A change of an organisation's policies is judged: do they compile, do their tests pass, and
//! whom would they hit?

use std::collections::BTreeSet;

use crate::domain::ids::{InstallationId, PolicyId, RepoId, RepoName, Sha};
use crate::domain::job::Job;
use crate::domain::policy::metadata::PolicyProblem;
use crate::domain::policy::own::{OwnPolicies, PATHS_FOLDER, Tested};
use crate::domain::report::policies_check::{PoliciesJudged, render_policies_check};
use crate::edge::clock::Stopwatch;
use crate::edge::evaluator::{EvaluatorError, Evaluators};
use crate::edge::store::KnownPull;

use super::App;
use super::blast_radius::Rules;
use super::fate::Fate;
use super::judge_commit::Subject;
use super::organisation::faults;
use super::post_check::{digest, external_id};
use super::rejudge::Open;

/// A policy that took a process down so often is not asked again.
pub(super) const MAX_DEATHS: usize = 2;

/// Policies to judge, as their job names them.
pub(super) struct PoliciesToCheck<'a> {
    pub(super) installation: InstallationId,
    pub(super) repo: RepoId,
    pub(super) name: &'a RepoName,
    pub(super) head: &'a Sha,
    pub(super) base: Option<&'a Sha>,
    pub(super) fresh: Option<&'a str>,
}

impl App {
    /// A commit of a configuration repository has policies to be judged, too.
    pub(super) fn policies_too(&self, job: &Job) -> Option<Job> {
        let (installation, repo, name, head, base, fresh) = match job {
            Job::CheckPull { installation, repo, name, head, fresh, .. } => {
                (*installation, *repo, name, head, None, fresh)
            }
            Job::CheckCommit { installation, repo, name, head, base, fresh, .. } => {
                (*installation, *repo, name, head, base.clone(), fresh)
            }
            _ => return None,
        };
        self.is_config_repository(name).then(|| Job::CheckPolicies {
            installation,
            repo,
            name: name.clone(),
            head: head.clone(),
            base,
            fresh: fresh.clone(),
        })
    }

    /// Judges and posts; tells what was done.
    pub(super) async fn check_policies(&self, job: PoliciesToCheck<'_>) -> Result<String, Fate> {
        let watch = Stopwatch::start();
        let subject = self.subject(job.installation, job.repo, job.name).await?;
        let base = self.compared_with(&subject, job.base).await?;
        let (in_force, before) = self.asked_at(&subject.github, &subject.name, &base).await?;
        let (own, mut after) = self.asked_at(&subject.github, &subject.name, job.head).await?;
        let new = self.evaluators.with(&own).await?;
        // A broken one would not count: `waymark / golden path` says what is wrong with it.
        if let Some(file) = &after
            && !faults(file, &new).await?.is_empty()
        {
            after = before.clone();
        }
        let mut judged = PoliciesJudged {
            policies: own.ids().len(),
            problems: new.catalogue().problems.clone(),
            configuration: after != before,
            ..PoliciesJudged::default()
        };
        // What is wrong with the operator's own folders is not this commit's doing.
        let elsewhere = &self.evaluators.catalogue().problems;
        judged.problems.retain(|problem| !elsewhere.contains(problem));
        judged.tests = tests(&new, &own).await?;
        try_templates(&new, &own, &mut judged).await?;
        // What a template writes changes no verdict.
        if own.rules_digest() != in_force.rules_digest() || judged.configuration {
            let old = Rules { evaluators: self.evaluators.with(&in_force).await?, file: before };
            let new = Rules { evaluators: new, file: after };
            judged.radius = Some(self.blast_radius(job.installation, &old, &new, &watch).await?);
        }
        // How long it took does not make it another verdict.
        let said = render_policies_check(&judged, job.head, "", None);
        let digest = digest(&[&said.title, &said.summary]);
        let id = external_id(job.head, &digest, job.fresh);
        let draft = render_policies_check(&judged, job.head, &id, Some(&watch.words()));
        let conclusion = draft.conclusion.as_str();
        let posted =
            self.post_once(&subject.github, subject.id, &subject.name, &draft, digest).await?;
        if judged.radius.is_some() && job.base.is_some() {
            self.rejudge_open_pulls(&subject, &job).await?;
        }
        let done = if posted { "posted" } else { "unchanged" };
        Ok(format!("{done}: policies {conclusion} on {}", job.head.short()))
    }

    /// Other rules are in force: what is open is judged by them, too, when there is room. A check
    /// that says the same as before is not posted again.
    async fn rejudge_open_pulls(
        &self,
        subject: &Subject,
        job: &PoliciesToCheck<'_>,
    ) -> Result<(), Fate> {
        let branch = subject.facts.default_branch.as_deref().unwrap_or("HEAD");
        if self.tip(subject, branch, None).await? != *job.head {
            return Ok(());
        }
        let open = self.store.open_pulls_of(job.installation).await?.into_iter();
        let open = open.map(|KnownPull { name, pull, .. }| Open {
            repo: pull.repo,
            name,
            number: pull.number,
            head: pull.head_sha,
        });
        self.rejudge_pulls(job.installation, open).await?;
        Ok(())
    }

    /// The commit that a change starts from.
    async fn compared_with(&self, subject: &Subject, base: Option<&Sha>) -> Result<Sha, Fate> {
        // Of a commit that a force-push left behind nothing is left: an empty list.
        if let Some(base) = base {
            return Ok(base.clone());
        }
        let branch = subject.facts.default_branch.as_deref().unwrap_or("HEAD");
        self.tip(subject, branch, None).await
    }
}

/// Renders every template once.
async fn try_templates(
    new: &Evaluators,
    own: &OwnPolicies,
    judged: &mut PoliciesJudged,
) -> Result<(), Fate> {
    let mut deaths = 0;
    for name in own.templates() {
        judged.templates += 1;
        let file = format!("paths/{name}/template.yaml");
        if deaths > MAX_DEATHS {
            let words = "it was not tried, because too many others never end".to_owned();
            judged.problems.push(PolicyProblem::new(&file, None, words));
            continue;
        }
        match new.try_template(name).await {
            Ok(trial) => {
                judged.problems.extend(trial.problems.into_iter().map(|complaint| {
                    let path = format!("paths/{}", complaint.path);
                    PolicyProblem::new(&path, complaint.line, complaint.message)
                }));
                let remarks = trial.remarks.iter();
                judged.remarks.extend(remarks.map(|remark| format!("{PATHS_FOLDER}{remark}")));
            }
            Err(start @ EvaluatorError::Start { .. }) => return Err(start.into()),
            Err(error) => {
                deaths += 1;
                let words = format!("it could not be rendered: {error}");
                judged.problems.push(PolicyProblem::new(&file, None, words));
            }
        }
    }
    let left_out = own.left_out.iter();
    judged.remarks.extend(left_out.map(|path| {
        let file = OwnPolicies::file_of(path);
        format!("{file}: it is no text, so adoption leaves it out")
    }));
    Ok(())
}

/// Runs the examples and tests of every policy that compiles.
async fn tests(new: &Evaluators, own: &OwnPolicies) -> Result<Vec<(PolicyId, Tested)>, Fate> {
    let mut results = Vec::new();
    let mut deaths = 0;
    let of_gate = new.catalogue().gate.iter().map(|rule| rule.id.clone());
    let known: BTreeSet<PolicyId> = new.catalogue().ids().into_iter().chain(of_gate).collect();
    for id in own.ids() {
        if !known.contains(&id) || new.catalogue().is_broken(&id) {
            continue;
        }
        let told = |words: String| Tested { passed: 0, complaints: vec![words] };
        let tested = if deaths > MAX_DEATHS {
            told("its tests were not run, because too many others never end".to_owned())
        } else {
            match new.test(&id).await {
                Ok(tested) => tested,
                Err(start @ EvaluatorError::Start { .. }) => return Err(start.into()),
                Err(error) => {
                    deaths += 1;
                    told(format!("its tests could not be run: {error}"))
                }
            }
        };
        results.push((id, tested));
    }
    Ok(results)
}
