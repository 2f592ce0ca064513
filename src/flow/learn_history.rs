//! What was merged before we came? Read once, in steps that are kept, within GitHub's limits and their
//! reserve: whoever interrupts it, it goes on where it was.
//!
//! First the merged pull requests (by GraphQL with their files, else by REST without), then the files
//! that were not told, then the commits of the branch that came without a pull request.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::job::Job;
use crate::domain::risk::DAY_MS;
use crate::domain::risk::change::FileChange;
use crate::domain::risk::labels::about_reverts;
use crate::domain::risk::people::People;
use crate::domain::risk::units::{Commit, Landed, line_of, units};
use crate::domain::time::Timestamp;
use crate::edge::github::{Installation, MergedPull, TokenScope};
use crate::edge::store::StoreError;

use super::App;
use super::fate::Fate;
use super::learn::{Past, with_features};
use super::learn_push::named;
use super::risk_model::model;

/// How far back is read.
const MOST_DAYS: i64 = 365;
/// How many pull requests are read, and how many commits, the newest first. The files of those without a
/// pull request are one call each.
const MOST: usize = 5_000;
/// Rows written at once.
const CHUNK: usize = 100;

/// Where reading goes on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Step {
    /// Merged pull requests by GraphQL, behind this cursor.
    Query(Option<String>),
    /// Merged pull requests by REST, from this page on.
    List(usize),
    /// The files of those that lack some.
    Files,
    /// The branch's commits, from this page on.
    Commits(usize),
    /// The files of those without a pull request.
    Direct,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Progress {
    step: Step,
    /// Whether every merged pull request was read.
    whole: bool,
}

/// One thing that was read.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Staged {
    Pull(MergedPull),
    Commit { commit: Commit, files: Option<Vec<FileChange>> },
}

/// What landed, oldest first; whether that is all there is; and from when on it is all, when that is
/// later than its first.
type Read = (Vec<Past>, bool, Option<Timestamp>);

struct Reader<'a> {
    app: &'a App,
    github: Installation,
    repo: RepoId,
    name: &'a RepoName,
    base: String,
    oldest: Timestamp,
}

impl App {
    /// The jobs that read the past of those of these repositories of which nobody reads it yet.
    pub(super) async fn histories(
        &self,
        installation: InstallationId,
        repos: impl Iterator<Item = (RepoId, RepoName)>,
    ) -> Result<Vec<Job>, StoreError> {
        let mut jobs = Vec::new();
        for (repo, name) in repos.filter(|_| self.risk) {
            if self.store.begin_risk_history(repo, self.clock.now()).await? {
                jobs.push(Job::LearnHistory { installation, repo, name });
            }
        }
        Ok(jobs)
    }

    /// Reads it; then the open pull requests are looked at again.
    pub(super) async fn learn_history(
        &self,
        installation: InstallationId,
        repo: RepoId,
        name: &RepoName,
    ) -> Result<String, Fate> {
        let Some(known) = self.store.repo(repo).await? else {
            return Err(Fate::Moot("the repository is gone".to_owned()));
        };
        let now = self.clock.now();
        let reader = Reader {
            app: self,
            github: self.github.installation(installation, TokenScope::checking(repo)),
            repo,
            name,
            base: known.repo.default_branch.unwrap_or_else(|| "main".to_owned()),
            oldest: now.plus_ms(-MOST_DAYS * DAY_MS),
        };
        let (landed, whole, from) = reader.read().await?;
        let since = from.or(landed.first().map(|one| one.landed.at)).unwrap_or(now);
        let last = landed.last().map_or(since, |one| one.landed.at);
        let rows = with_features(model()?, name, landed);
        if self.store.risk_history(repo).await?.is_some_and(|known| known.filled) {
            // It is read anew: of a branch that was rewritten some commits are gone.
            self.store.forget_risk_commits(repo, since, last).await?;
        }
        for chunk in rows.chunks(CHUNK) {
            self.store.note_risk_changes(repo, chunk).await?;
        }
        self.store.fill_risk_history(repo, since, whole, now).await?;
        let open = self.store.open_pulls(repo).await?;
        let again = open.into_iter().map(|known| Job::CheckRisk {
            installation: known.installation,
            repo,
            name: known.name,
            number: known.pull.number,
            head: known.pull.head_sha,
            fresh: None,
        });
        self.store.enqueue(&again.collect::<Vec<_>>(), now).await?;
        self.wake.notify_one();
        Ok(format!("learned {} changes of {name}", rows.len()))
    }
}

impl Reader<'_> {
    /// Takes every step that is left.
    async fn read(&self) -> Result<Read, Fate> {
        let known = self.app.store.risk_cursor(self.repo).await?;
        let known = known.and_then(|text| serde_json::from_str(&text).ok());
        let mut at = known.unwrap_or(Progress { step: Step::Query(None), whole: false });
        loop {
            at = match at.step {
                Step::Query(after) => self.query(after).await?,
                Step::List(page) => self.list(page).await?,
                Step::Files => self.files(at.whole).await?,
                Step::Commits(page) => self.commits(page, at.whole).await?,
                Step::Direct => return self.direct(at.whole).await,
            };
        }
    }

    async fn keep(
        &self,
        rows: impl Iterator<Item = Staged>,
        at: Progress,
    ) -> Result<Progress, Fate> {
        let broken = |e: serde_json::Error| Fate::Hopeless(e.to_string());
        let rows = rows.map(|row| Ok((row.place(), serde_json::to_string(&row).map_err(broken)?)));
        let rows: Vec<(String, String)> = rows.collect::<Result<_, Fate>>()?;
        let cursor = serde_json::to_string(&at).map_err(broken)?;
        self.app.store.stage_risk_reading(self.repo, &rows, &cursor).await?;
        Ok(at)
    }

    async fn staged(
        &self,
    ) -> Result<(Vec<MergedPull>, Vec<(Commit, Option<Vec<FileChange>>)>), Fate> {
        let (mut pulls, mut commits) = (Vec::new(), Vec::new());
        for (_, json) in self.app.store.staged_risk_reading(self.repo).await? {
            // Of another version's shape: it is left out.
            match serde_json::from_str(&json) {
                Ok(Staged::Pull(pull)) => pulls.push(pull),
                Ok(Staged::Commit { commit, files }) => commits.push((commit, files)),
                Err(error) => tracing::warn!(%error, "a row of a half-read past is left out"),
            }
        }
        Ok((pulls, commits))
    }

    /// What a page of pull requests leaves to be done; `next` is where the one behind it begins.
    async fn page(&self, pulls: Vec<MergedPull>, next: Option<Step>) -> Result<Progress, Fate> {
        // Those that changed last come first, and a merge is a change.
        let past_all = !pulls.is_empty() && pulls.iter().all(|pull| pull.at < self.oldest);
        let whole = next.is_none() && pulls.iter().all(|pull| pull.at >= self.oldest);
        // Nothing but pull requests has been read by now.
        let known = self.app.store.count_risk_reading(self.repo).await?;
        let known = usize::try_from(known).unwrap_or(MOST);
        let young = pulls.into_iter().filter(|pull| pull.at >= self.oldest);
        let young = young.map(|pull| MergedPull { body: about_reverts(&pull.body), ..pull });
        let young: Vec<Staged> = young.take(MOST.saturating_sub(known)).map(Staged::Pull).collect();
        let full = known + young.len() >= MOST;
        let step = next.filter(|_| !past_all && !full).unwrap_or(Step::Files);
        self.keep(young.into_iter(), Progress { step, whole: whole && !full }).await
    }

    async fn query(&self, after: Option<String>) -> Result<Progress, Fate> {
        let page = self.github.merged_pulls(self.name, &self.base, after.as_deref()).await?;
        match page {
            Some(page) => {
                let next = page.next.map(|cursor| Step::Query(Some(cursor)));
                self.page(page.pulls, next).await
            }
            // A server without GraphQL.
            None => Ok(Progress { step: Step::List(1), whole: false }),
        }
    }

    async fn list(&self, page: usize) -> Result<Progress, Fate> {
        let found = self.github.merged_pulls_listed(self.name, &self.base, page).await?;
        let (pulls, more) = found;
        let more = more && page * 100 < 2 * MOST;
        self.page(pulls, more.then_some(Step::List(page + 1))).await
    }

    /// One call each, kept each.
    async fn files(&self, whole: bool) -> Result<Progress, Fate> {
        let at = Progress { step: Step::Files, whole };
        let mut lacking = self.staged().await?.0;
        lacking.retain(MergedPull::lacks_files);
        lacking.sort_by_key(|pull| std::cmp::Reverse(pull.at));
        for mut pull in lacking {
            let files = self.github.pull_files(self.name, pull.number).await?;
            pull.files = files.into_iter().map(|file| file.change).collect();
            // GitHub lists no more than these.
            pull.total_files = Some(pull.files.len() as u64);
            self.keep(std::iter::once(Staged::Pull(pull)), at.clone()).await?;
        }
        self.keep(std::iter::empty(), Progress { step: Step::Commits(1), whole }).await
    }

    async fn commits(&self, page: usize, whole: bool) -> Result<Progress, Fate> {
        let found = self.github.commits_of(self.name, &self.base, self.oldest, page).await?;
        let (commits, more) = found;
        let step = match more && page * 100 < MOST {
            true => Step::Commits(page + 1),
            false => Step::Direct,
        };
        let rows = commits.into_iter().map(|commit| {
            let commit = Commit { body: about_reverts(&commit.body), ..commit };
            Staged::Commit { commit, files: None }
        });
        self.keep(rows, Progress { step, whole }).await
    }

    /// Reads what the commits without a pull request did, and puts everything in order.
    async fn direct(&self, whole: bool) -> Result<Read, Fate> {
        let (pulls, commits) = self.staged().await?;
        let known: HashMap<Sha, Vec<FileChange>> = commits
            .iter()
            .filter_map(|(commit, files)| Some((commit.sha.clone(), files.clone()?)))
            .collect();
        let all: Vec<Commit> = commits.into_iter().map(|(commit, _)| commit).collect();
        // Nobody's parent, and the newest such.
        let parents: HashSet<&Sha> = all.iter().flat_map(|commit| &commit.parents).collect();
        let tips = all.iter().filter(|commit| !parents.contains(&commit.sha));
        let tip = tips.max_by_key(|commit| commit.at).map(|commit| commit.sha.clone());
        let all = named(&self.github, self.name, all, &self.base).await?;
        let line = tip.map(|tip| line_of(&all, &tip)).unwrap_or_default();
        let began = line.first().is_none_or(|commit| commit.parents.is_empty());
        let direct = without_pull(&line, &all, &pulls, &self.name.to_string());
        // Before these, pull requests alone are known.
        let from = line.first().filter(|_| all.len() >= MOST).map(|commit| commit.at);
        let at = Progress { step: Step::Direct, whole };
        let mut with_files = Vec::new();
        for commit in direct.iter().rev() {
            let files = match known.get(&commit.sha) {
                Some(files) => files.clone(),
                None => {
                    let files = self.github.commit_files(self.name, &commit.sha).await?;
                    let commit = (*commit).clone();
                    let row = Staged::Commit { commit, files: Some(files.clone()) };
                    self.keep(std::iter::once(row), at.clone()).await?;
                    files
                }
            };
            with_files.push((commit.sha.clone(), files));
        }
        with_files.reverse();
        let mut landed: Vec<Past> =
            pulls.into_iter().map(|pull| Past::of_pull(pull, self.name)).collect();
        landed.extend(Past::of_commits(with_files, &all, self.name));
        landed.sort_by_key(|one| (one.landed.at, one.landed.number));
        Ok((landed, whole && began, from))
    }
}

impl Staged {
    fn place(&self) -> String {
        match self {
            Self::Pull(pull) => format!("pull:{}", pull.number),
            Self::Commit { commit, .. } => format!("commit:{}", commit.sha),
        }
    }
}

/// The commits of the line that none of these pull requests brought. A rebase is one piece: when its
/// last commit is a pull request's, so are the others.
fn without_pull<'a>(
    line: &[&'a Commit],
    all: &HashMap<Sha, Commit>,
    pulls: &[MergedPull],
    repository: &str,
) -> Vec<&'a Commit> {
    let shas: HashSet<&Sha> = pulls.iter().filter_map(|pull| pull.sha.as_ref()).collect();
    let numbers: HashSet<i64> = pulls.iter().map(|pull| pull.number).collect();
    let bare = line.iter().map(|commit| (commit.sha.clone(), Vec::new())).collect();
    let mut ours: Vec<&Commit> = Vec::new();
    let mut rest = line.iter().copied();
    for Landed { sha, number, .. } in units(bare, all, &mut People::default(), Some(repository)) {
        let Some(last) = sha else { continue };
        let mut piece = Vec::new();
        for commit in rest.by_ref() {
            piece.push(commit);
            if commit.sha == last {
                break;
            }
        }
        if !shas.contains(&last) && number.is_none_or(|number| !numbers.contains(&number)) {
            ours.extend(piece);
        }
    }
    ours
}
