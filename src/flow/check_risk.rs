//! A pull request's risk is said: gathered from the store and one or two calls, told in a check run.

use std::borrow::Cow;

use crate::domain::ddl::is_migration;
use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::job::Job;
use crate::domain::risk::change::{Change, FileChange, Kind};
use crate::domain::risk::condition::{Class, Condition, Source, of_migrations, read_sources};
use crate::domain::risk::labels::is_revert;
use crate::domain::risk::model::Model;
use crate::domain::risk::past::Past;
use crate::domain::risk::quarter::Quarter;
use crate::domain::risk::report::{Beside, RiskReport, render_check};
use crate::domain::tree::Content;
use crate::edge::github::{BlobRef, GitHubError, Installation, PullFile, TokenScope};
use crate::edge::store::{PullState, RiskPull};

use super::App;
use super::fate::Fate;
use super::learn::called;
use super::observe_pull::Looked;
use super::post_check::{digest, external_id};
use super::risk_model::model_in;
use super::risk_past::{NOT_OF_PROGRAMS, NOT_OF_REVERTS, past_and_ground, risk_score};
use super::risk_quarter::not_believed;

/// A pull request to look at, as its job names it.
pub(super) struct RiskToCheck<'a> {
    pub(super) installation: InstallationId,
    pub(super) repo: RepoId,
    pub(super) name: &'a RepoName,
    pub(super) number: i64,
    pub(super) head: &'a Sha,
    pub(super) fresh: Option<&'a str>,
}

/// What is said of an open pull request.
pub(super) struct Estimate {
    pub(super) report: RiskReport,
    /// Of which head.
    pub(super) head: Sha,
    /// By which model.
    pub(super) model: Cow<'static, Model>,
}

impl App {
    /// Whoever is judged is looked at, too.
    pub(super) fn risk_too(&self, job: &Job) -> Option<Job> {
        let Job::CheckPull { installation, repo, name, number, head, fresh } = job else {
            return None;
        };
        self.risk.then(|| Job::CheckRisk {
            installation: *installation,
            repo: *repo,
            name: name.clone(),
            number: *number,
            head: head.clone(),
            fresh: fresh.clone(),
        })
    }

    /// Says it and posts the check; tells what was done.
    pub(super) async fn check_risk(&self, job: RiskToCheck<'_>) -> Result<String, Fate> {
        let known = self.store.repo(job.repo).await?;
        if known.is_some_and(|known| known.repo.archived == Some(true)) {
            return Err(Fate::Moot(format!("{} is archived", job.name)));
        }
        let github = self.github.installation(job.installation, TokenScope::checking(job.repo));
        let Estimate { report, head, .. } =
            self.risk_of_pull(&github, job.repo, job.name, job.number, job.head).await?;
        // Newer news arrived while we worked: their own job looks at the newer head.
        let known = self.store.pull(job.repo, job.number).await?;
        let moved =
            known.is_some_and(|k| k.pull.state != PullState::Open || k.pull.head_sha != head);
        if moved {
            return Ok(format!("superseded: #{} has moved on from {}", job.number, head.short()));
        }
        let said = render_check(&report, &head, "");
        let digest = digest(&[&said.title, &said.summary]);
        let draft = render_check(&report, &head, &external_id(&head, &digest, job.fresh));
        let now = self.clock.now();
        self.store.put_risk_report(job.repo, &head, job.number, &report.json(), now).await?;
        let posted = self.post_once(&github, job.repo, job.name, &draft, digest).await?;
        // The first who asks has the past read.
        let learn = self.histories(job.installation, [(job.repo, job.name.clone())].into_iter());
        let learn = learn.await?;
        if !learn.is_empty() {
            self.store.enqueue(&learn, now).await?;
            self.wake.notify_one();
        }
        let place = (job.repo, job.name);
        let label = self.label_risk(job.installation, place, job.number, &report).await?;
        let label = label.map(|done| format!("; {done}")).unwrap_or_default();
        let done = if posted { "posted" } else { "unchanged" };
        Ok(format!("{done}: risk of #{} at {}{label}", job.number, head.short()))
    }

    /// Reads what is known of an open pull request, and what the model says of it.
    pub(super) async fn risk_of_pull(
        &self,
        github: &Installation,
        repo: RepoId,
        name: &RepoName,
        number: i64,
        told: &Sha,
    ) -> Result<Estimate, Fate> {
        let pull = match self.store.risk_pull(repo, number).await? {
            Some(pull) => pull,
            // Its event was lost, or came before this version.
            None => self.ask_pull(github, repo, name, number).await?,
        };
        // A push tells of the head without the rest.
        let known = self.store.pull(repo, number).await?;
        let (head, base) = match known {
            Some(known) => (known.pull.head_sha, Some(known.pull.base_sha)),
            None => (told.clone(), None),
        };
        let files = github.pull_files(name, number).await?;
        let author = called(pull.author.as_deref(), pull.bot);
        let total_files = pull.files.filter(|_| pull.head == head).map(i64::unsigned_abs);
        let change = Change {
            title: pull.title.clone(),
            author: self.store.risk_person(repo, &author).await?,
            at: self.clock.now(),
            files: files.iter().map(|file| file.change.clone()).collect::<Vec<FileChange>>(),
            total_files: total_files.or((files.len() >= 3_000).then_some(3_001)),
        };
        let quarter = Quarter::of(change.at);
        let model = model_in(&self.store, github.id(), quarter).await?;
        let (past, ground) = past_and_ground(&self.store, &model, repo, &change).await?;
        let scored = if author.is_bot() {
            Err(NOT_OF_PROGRAMS)
        } else if pull.revert || is_revert(&pull.title, "", None) {
            Err(NOT_OF_REVERTS)
        } else if change.is_partial() {
            Err(("nf", "it touches more files than GitHub lists"))
        } else if let Some(why) = not_believed(&self.store, github.id(), change.at).await? {
            Err(("calibration", why))
        } else {
            risk_score(&model, ground, &change, &past)
        };
        let (class, mut conditions) = self.migrations_of(github, name, &files).await?;
        let looked = Looked {
            installation: github.id(),
            repo,
            name,
            pull: &pull,
            head: &head,
            base: base.as_ref(),
            change: &change,
            files: &files,
            past: &past,
        };
        let (observed, more) = self.observe(github, looked).await?;
        conditions.extend(more);
        let people: Vec<_> = past.knowers(&change, 2).iter().map(|k| k.person).collect();
        let names = self.store.risk_names(repo, &people).await?;
        let beside =
            Beside { conditions, migrations: class, personal: false, observed: Some(observed) };
        let past: Option<&Past> = Some(&past);
        let report = RiskReport::of(&model, &change, past, scored, beside, |person| {
            names.get(&person).cloned()
        });
        Ok(Estimate { report, head, model })
    }

    async fn ask_pull(
        &self,
        github: &Installation,
        repo: RepoId,
        name: &RepoName,
        number: i64,
    ) -> Result<RiskPull, Fate> {
        let pull = match github.pull(name, number).await {
            Err(GitHubError::NotFound { message }) => return Err(Fate::Moot(message)),
            other => other?,
        };
        if !pull.open {
            return Err(Fate::Moot(format!("#{number} is closed")));
        }
        let author = called(pull.author.as_deref(), false);
        let pull = RiskPull {
            number,
            head: pull.head.sha,
            revert: is_revert(&pull.title, &pull.body, Some(&name.to_string())),
            title: pull.title,
            bot: author.is_bot(),
            author: pull.author,
            files: pull.size.and_then(|size| i64::try_from(size.files).ok()),
            reviews_known: false,
            remarks: None,
            draft: pull.draft,
            ready: None,
        };
        self.store.note_risk_pull(repo, &pull).await?;
        Ok(pull)
    }

    /// What the migrations do that it brings; their texts are on the shelf when policies have read
    /// them.
    pub(super) async fn migrations_of(
        &self,
        github: &Installation,
        name: &RepoName,
        files: &[PullFile],
    ) -> Result<(Option<Class>, Vec<Condition>), Fate> {
        let brought: Vec<&PullFile> = files.iter().filter(|file| file.migration).collect();
        if brought.is_empty() {
            return Ok((None, Vec::new()));
        }
        let wanted = brought.iter().filter_map(|file| file.blob.clone());
        let wanted: Vec<BlobRef> = wanted.map(|sha| BlobRef { sha, size_bytes: None }).collect();
        let texts = self.blobs(github, name, wanted).await?;
        let found = read_sources(brought.iter().map(|file| {
            let lines = file.grown();
            // Of a file that was there, and of which GitHub shows no lines, nobody knows what is new.
            let known = lines.is_some() || file.change.kind == Kind::Added;
            let text = match file.blob.as_ref().filter(|_| known).and_then(|sha| texts.get(sha)) {
                Some(Content::Text(text)) => Some(&**text),
                _ => None,
            };
            Source { path: &file.change.path, text, lines }
        }));
        let touches_code =
            files.iter().any(|file| !file.migration && !is_migration(&file.change.path));
        Ok(of_migrations(&found, touches_code))
    }
}
