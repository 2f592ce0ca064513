//! A pull request is judged: against its base, with its base's rules, at its newest head.

use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::job::Job;
use crate::domain::judge::{Conclusion, Judgement};
use crate::domain::report::check_run::{CheckRunContext, ComparedWith};
use crate::edge::github::{GitHubError, Pull, PullSide, TokenScope};
use crate::edge::store::{PullRow, PullState, RepoRow, Subject as JudgedFor};

use super::App;
use super::fate::Fate;
use super::judge_change::Change;
use super::judge_commit::Subject;
use super::post_check::Verdict;
use super::sweep::facts_of;

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

/// What came of one pull request.
struct Seen {
    words: String,
    /// The head that was judged, if it was open.
    head: Option<Sha>,
}

impl App {
    /// Judges and posts; tells what was done.
    ///
    /// The job bears the lowest number of those that share its head. When that one turns out to be
    /// closed or elsewhere (its event was lost or is late), the others are judged all the same.
    pub(super) async fn check_pull(&self, job: PullToCheck<'_>) -> Result<String, Fate> {
        let subject = self.subject(job.installation, job.repo, job.name).await?;
        let mut seen = self.check_one(&subject, &job, job.number).await?;
        for twin in self.store.open_pulls_with_head(job.repo, job.head).await? {
            if seen.head.as_ref() == Some(job.head) {
                break;
            }
            if twin.pull.number != job.number {
                let next = self.check_one(&subject, &job, twin.pull.number).await?;
                seen = Seen { words: format!("{}; {}", seen.words, next.words), ..next };
            }
        }
        Ok(seen.words)
    }

    async fn check_one(
        &self,
        subject: &Subject,
        job: &PullToCheck<'_>,
        number: i64,
    ) -> Result<Seen, Fate> {
        let pull = match subject.github.pull(&subject.name, number).await {
            Err(GitHubError::NotFound { message }) => {
                self.store.close_pull(job.repo, number).await?;
                return Ok(Seen { words: message, head: None });
            }
            other => other?,
        };
        if !pull.open {
            self.store.close_pull(job.repo, number).await?;
            return Ok(Seen { words: format!("#{number} is closed"), head: None });
        }
        let head = self.newest_head(subject, &pull, job.head).await?;
        if self.note_pull(job.repo, &pull, &head).await? && self.risk {
            // No event told of this head (yet), so none has its risk looked at.
            let (installation, repo, name) = (job.installation, job.repo, job.name.clone());
            let (head, fresh) = (head.clone(), None);
            let risk = Job::CheckRisk { installation, repo, name, number, head, fresh };
            self.store.enqueue(&[risk], self.clock.now()).await?;
            self.wake.notify_one();
        }

        // Pull requests with one head have one check run between them: each is judged against
        // its own base, and the strictest verdict is posted.
        let mut sides = vec![(pull.number, pull.base)];
        for twin in self.store.open_pulls_with_head(job.repo, &head).await? {
            if twin.pull.number != number {
                let base =
                    PullSide { sha: twin.pull.base_sha, branch: twin.pull.base_ref, repo: None };
                sides.push((twin.pull.number, base));
            }
        }
        sides.sort_by_key(|(number, _)| *number);
        let mut strictest: Option<(Judgement, Option<ComparedWith>)> = None;
        for (_, base) in &sides {
            let judged = self.judge_against(subject, &head, base).await?;
            let rank = |j: &Judgement| (strictness(j.conclusion), j.findings.len());
            if strictest.as_ref().is_none_or(|(known, _)| rank(&judged.0) > rank(known)) {
                strictest = Some(judged);
            }
        }
        let Some((judgement, base)) = strictest else {
            return Err(Fate::Moot("no pull request to judge".to_owned()));
        };
        // Newer news arrived while we worked: their own job judges the newer head.
        let known = self.store.pull(job.repo, number).await?;
        if known.is_none_or(|k| k.pull.head_sha != head || k.pull.state != PullState::Open) {
            let words = format!("superseded: #{number} has moved on from {}", head.short());
            return Ok(Seen { words, head: Some(head) });
        }
        let context = CheckRunContext {
            head_sha: head.clone(),
            external_id: String::new(),
            details_url: None,
            changes: sides.iter().map(|(number, _)| format!("#{number}")).collect(),
            base,
        };
        let judged_for = JudgedFor::Pull(number);
        let verdict = Verdict { judgement, context, judged_for, fresh: job.fresh };
        let words = self.post(subject, verdict).await?;
        Ok(Seen { words, head: Some(head) })
    }

    /// The repository with a token narrowed to it. One that we have not heard of is asked for.
    pub(super) async fn subject(
        &self,
        installation: InstallationId,
        repo: RepoId,
        name: &RepoName,
    ) -> Result<Subject, Fate> {
        self.subject_with(installation, repo, name, TokenScope::checking(repo)).await
    }

    /// The same with another token.
    pub(super) async fn subject_with(
        &self,
        installation: InstallationId,
        repo: RepoId,
        name: &RepoName,
        scope: TokenScope,
    ) -> Result<Subject, Fate> {
        let github = self.github.installation(installation, scope);
        let known = self.store.repo(repo).await?.filter(|k| k.installation == installation);
        let row = match known.map(|k| k.repo) {
            Some(row) if row.default_branch.is_some() => row,
            _ => {
                let found = github.repository(name).await?;
                let labels = found.labels();
                let row = RepoRow {
                    id: repo,
                    name: found.full_name,
                    default_branch: Some(found.default_branch),
                    archived: Some(found.archived),
                    private: found.private,
                };
                self.store.upsert_repos(installation, std::slice::from_ref(&row)).await?;
                self.store.note_labels(repo, &labels).await?;
                row
            }
        };
        if row.archived == Some(true) {
            // GitHub takes no check run there, and nothing can be merged.
            return Err(Fate::Moot(format!("{} is archived", row.name)));
        }
        let organisation = self.organisation_of(installation, repo, &row.name).await?;
        Ok(Subject { github, organisation, id: repo, facts: facts_of(&row), name: row.name })
    }

    /// Events may be late and the pull request may lag behind a push: when the two disagree, the
    /// branch itself is asked. A fork's branch is out of reach; there the pull request counts.
    async fn newest_head(&self, subject: &Subject, pull: &Pull, told: &Sha) -> Result<Sha, Fate> {
        if pull.head.sha == *told || pull.from_fork() {
            return Ok(pull.head.sha.clone());
        }
        self.tip(subject, &pull.head.branch, Some(&pull.head.sha)).await
    }

    /// The newest commit of a branch; `noted` when the branch is gone.
    pub(super) async fn tip(
        &self,
        subject: &Subject,
        branch: &str,
        noted: Option<&Sha>,
    ) -> Result<Sha, Fate> {
        let branch = format!("heads/{branch}");
        match (subject.github.commit(&subject.name, &branch).await, noted) {
            (Ok(commit), _) => Ok(commit.sha),
            (Err(GitHubError::NotFound { .. }), Some(noted)) => Ok(noted.clone()),
            (Err(error), _) => Err(error.into()),
        }
    }

    /// Asks GitHub which open pull requests have this head, and remembers them; the lowest
    /// number. Needed when their events never arrived: checks name no pull requests of forks.
    pub(super) async fn learn_pulls(
        &self,
        subject: &Subject,
        head: &Sha,
    ) -> Result<Option<i64>, Fate> {
        let found = subject.github.pulls_with_head(&subject.name, head).await?;
        for pull in &found {
            self.note_pull(subject.id, pull, head).await?;
        }
        Ok(found.first().map(|pull| pull.number))
    }

    /// Remembers a pull request as GitHub shows it; whether its head is news to us.
    pub(super) async fn note_pull(
        &self,
        repo: RepoId,
        pull: &Pull,
        head: &Sha,
    ) -> Result<bool, Fate> {
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
        Ok(known.is_none_or(|k| k.pull.head_sha != *head))
    }

    /// One head against one base; also tells what it was compared with.
    pub(super) async fn judge_against(
        &self,
        subject: &Subject,
        head: &Sha,
        base: &PullSide,
    ) -> Result<(Judgement, Option<ComparedWith>), Fate> {
        let tip = self.tip(subject, &base.branch, Some(&base.sha)).await?;
        let fork_point = subject.github.merge_base(&subject.name, &tip, head).await?;
        let from = fork_point.as_ref().map_or(&tip, |commit| &commit.sha);
        let from_tree = fork_point.as_ref().map(|commit| &commit.tree);
        let change = Change { head, from, from_tree, rules_at: &tip };
        let (judgement, compared) = self.judge_change(subject, change).await?;
        let base = ComparedWith { branch: Some(base.branch.clone()), commit: from.clone() };
        Ok((judgement, compared.then_some(base)))
    }
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
