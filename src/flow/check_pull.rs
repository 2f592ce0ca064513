//! A pull request is judged: against its base, with its base's rules, at its newest head.

use crate::domain::baseline::Baseline;
use crate::domain::evaluate::ConfigFile;
use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::judge::{Case, Conclusion, Judgement, judge};
use crate::domain::report::check_run::CheckRunContext;
use crate::edge::github::{GitHubError, Pull, PullSide, TokenScope};
use crate::edge::store::{PullRow, PullState, RepoRow, Subject as JudgedFor};

use super::App;
use super::fate::Fate;
use super::judge_commit::{Evaluated, Rules, Subject};
use super::post_check::Verdict;

/// A pull request to judge, as its job names it.
pub(super) struct PullToCheck<'a> {
    pub(super) installation: InstallationId,
    pub(super) repo: RepoId,
    pub(super) name: &'a RepoName,
    pub(super) number: i64,
    /// The head that the event told of.
    pub(super) head: &'a Sha,
    pub(super) fresh: Option<&'a str>,
}

impl App {
    /// Judges and posts; tells what was done.
    pub(super) async fn check_pull(&self, job: PullToCheck<'_>) -> Result<String, Fate> {
        let subject = self.subject(job.installation, job.repo, job.name).await?;
        let pull = match subject.github.pull(&subject.name, job.number).await {
            Err(GitHubError::NotFound { message }) => {
                self.store.close_pull(job.repo, job.number).await?;
                return Err(Fate::Moot(message));
            }
            other => other?,
        };
        if !pull.open {
            self.store.close_pull(job.repo, job.number).await?;
            return Ok(format!("#{} is closed", job.number));
        }
        let head = self.newest_head(&subject, &pull, job.head).await?;
        self.note_pull(job.repo, &pull, &head).await?;

        // Pull requests with one head have one check run between them: each is judged against
        // its own base, and the strictest verdict is posted.
        let mut sides = vec![(pull.number, pull.base)];
        for twin in self.store.open_pulls_with_head(job.repo, &head).await? {
            if twin.pull.number != job.number {
                let base =
                    PullSide { sha: twin.pull.base_sha, branch: twin.pull.base_ref, repo: None };
                sides.push((twin.pull.number, base));
            }
        }
        sides.sort_by_key(|(number, _)| *number);
        let mut strictest: Option<(Judgement, String)> = None;
        for (_, base) in &sides {
            let judged = self.judge_against(&subject, &head, base).await?;
            let rank = |j: &Judgement| (strictness(j.conclusion), j.findings.len());
            if strictest.as_ref().is_none_or(|(known, _)| rank(&judged.0) > rank(known)) {
                strictest = Some(judged);
            }
        }
        let Some((judgement, base)) = strictest else {
            return Err(Fate::Moot("no pull request to judge".to_owned()));
        };
        // Newer news arrived while we worked: their own job judges the newer head.
        let known = self.store.pull(job.repo, job.number).await?;
        if known.is_none_or(|k| k.pull.head_sha != head || k.pull.state != PullState::Open) {
            return Ok(format!("superseded: #{} has moved on from {}", job.number, head.short()));
        }
        let context = CheckRunContext {
            head_sha: head.clone(),
            external_id: String::new(),
            details_url: None,
            changes: sides.iter().map(|(number, _)| format!("#{number}")).collect(),
            base: Some(base),
        };
        let judged_for = JudgedFor::Pull(job.number);
        self.post(&subject, Verdict { judgement, context, judged_for, fresh: job.fresh }).await
    }

    /// The repository with a token narrowed to it. One that we have not heard of is asked for.
    pub(super) async fn subject(
        &self,
        installation: InstallationId,
        repo: RepoId,
        name: &RepoName,
    ) -> Result<Subject, Fate> {
        let github = self.github.installation(installation, TokenScope::checking(repo));
        let known = self.store.repo(repo).await?.filter(|k| k.installation == installation);
        let row = match known.map(|k| k.repo) {
            Some(row) if row.default_branch.is_some() => row,
            _ => {
                let found = github.repository(name).await?;
                let row = RepoRow {
                    id: repo,
                    name: found.full_name,
                    default_branch: Some(found.default_branch),
                    archived: Some(found.archived),
                    private: found.private,
                };
                self.store.upsert_repos(installation, std::slice::from_ref(&row)).await?;
                row
            }
        };
        Ok(Subject {
            github,
            id: repo,
            facts: crate::domain::facts::RepoFacts {
                id: Some(repo.0),
                owner: row.name.owner().to_owned(),
                name: row.name.name().to_owned(),
                full_name: row.name.to_string(),
                default_branch: row.default_branch,
                archived: row.archived.unwrap_or(false),
                private: Some(row.private),
            },
            name: row.name,
        })
    }

    /// Events may be late and the pull request may lag behind a push: when the two disagree, the
    /// branch itself is asked. A fork's branch is out of reach; there the pull request counts.
    async fn newest_head(&self, subject: &Subject, pull: &Pull, told: &Sha) -> Result<Sha, Fate> {
        if pull.head.sha == *told || pull.from_fork() {
            return Ok(pull.head.sha.clone());
        }
        let branch = format!("heads/{}", pull.head.branch);
        match subject.github.commit(&subject.name, &branch).await {
            Ok(commit) => Ok(commit.sha),
            Err(GitHubError::NotFound { .. }) => Ok(pull.head.sha.clone()),
            Err(error) => Err(error.into()),
        }
    }

    async fn note_pull(&self, repo: RepoId, pull: &Pull, head: &Sha) -> Result<(), Fate> {
        let known = self.store.pull(repo, pull.number).await?;
        let updated = known.as_ref().map_or(crate::domain::time::Timestamp(0), |k| k.pull.updated);
        let row = PullRow {
            repo,
            number: pull.number,
            head_sha: head.clone(),
            head_ref: pull.head.branch.clone(),
            head_repo: pull.head.repo.as_ref().map(|(id, _)| *id),
            base_sha: pull.base.sha.clone(),
            base_ref: pull.base.branch.clone(),
            draft: pull.draft,
            state: PullState::Open,
            updated,
        };
        self.store.upsert_pull(&row).await?;
        Ok(())
    }

    /// One head against one base; also tells the base in words.
    async fn judge_against(
        &self,
        subject: &Subject,
        head: &Sha,
        base: &PullSide,
    ) -> Result<(Judgement, String), Fate> {
        let mut notes = Vec::new();
        let fork_point = subject.github.merge_base(&subject.name, &base.sha, head).await?;
        let base_commit = fork_point.as_ref().map_or(&base.sha, |commit| &commit.sha);
        let base_tree = fork_point.as_ref().map(|commit| &commit.tree);
        let before = self.evaluate_commit(subject, base_commit, base_tree, Rules::Own).await;
        let before = match before {
            Ok(before) => Some(before),
            Err(Fate::Moot(_)) => {
                notes.push(
                    "the base commit could not be read, so every finding counts as new".into(),
                );
                None
            }
            Err(other) => return Err(other),
        };
        let config = before.as_ref().and_then(|b| b.config_file.as_ref());
        let after = self.evaluate_commit(subject, head, None, Rules::Given(config)).await?;
        let mut config_problems = after.answer.config_problems.clone();
        if let Some(edited) = edited_config(config, &after) {
            config_problems = match edited {
                Some(file) => self.complaints(subject, file.clone()).await?,
                None => Vec::new(),
            };
            notes.push(
                "this change edits the Waymark configuration; the edit counts once it is on the \
                 base branch"
                    .to_owned(),
            );
        }
        let baseline = before.map(|b| Baseline::new(&b.answer.evaluation, b.files));
        let judgement = judge(Case {
            metas: &self.evaluators.catalogue().policies,
            config: &after.answer.config,
            config_problems,
            head: &after.answer.evaluation,
            head_files: &after.files,
            baseline,
            today: self.clock.now().date(),
            notes,
        });
        let branch = crate::domain::report::escape::code_span(&base.branch);
        Ok((judgement, format!("{branch} at `{}`", base_commit.short())))
    }
}

/// The head's configuration when it differs from the base's; `Some(None)` when it is removed.
fn edited_config<'a>(
    base: Option<&ConfigFile>,
    head: &'a Evaluated,
) -> Option<Option<&'a ConfigFile>> {
    let head = head.config_file.as_ref();
    (base != head).then_some(head)
}

/// Orders verdicts by how much they hold up.
fn strictness(conclusion: Conclusion) -> u8 {
    match conclusion {
        Conclusion::Success => 0,
        Conclusion::Neutral => 1,
        Conclusion::ActionRequired => 2,
        Conclusion::Failure => 3,
    }
}
