//! What was merged becomes history: a pull request at its merge, and everything before we came.

use crate::domain::ids::{InstallationId, RepoId, RepoName};
use crate::domain::job::{Job, MergedSeen};
use crate::domain::risk::DAY_MS;
use crate::domain::risk::change::{Change, FileChange};
use crate::domain::risk::history::History;
use crate::domain::risk::labels::{is_revert, targets};
use crate::domain::risk::model::Model;
use crate::domain::risk::people::{Called, People};
use crate::domain::risk::units::{Landed, settle};
use crate::edge::github::{MergedPull, TokenScope};
use crate::edge::store::{RiskChange, RiskTouch};

use super::App;
use super::fate::Fate;
use super::risk_past::{risk_past, risk_score};

/// How far back is read.
const MOST_DAYS: i64 = 365;
/// How many pull requests are read.
const MOST_PULLS: usize = 5_000;
/// Calls for those whose files are not all told at once: renamed ones, and more than a hundred.
const MOST_CALLS: usize = 200;
/// Rows written at once.
const CHUNK: usize = 100;

/// The model that counts; that it can be read is tested.
pub(super) fn model() -> Result<&'static Model, Fate> {
    Model::built_in().map_err(|why| Fate::Hopeless(format!("the risk model: {why}")))
}

/// How an account is called.
pub(super) fn called(login: Option<&str>, bot: bool) -> Called {
    // Apps are marked by their login everywhere but here.
    let login = login.map(|login| match bot && !login.ends_with("[bot]") {
        true => format!("{login}[bot]"),
        false => login.to_owned(),
    });
    Called { login, ..Called::default() }
}

impl App {
    /// Notes what a merged pull request did to the files, with its features as they were.
    pub(super) async fn learn_merge(
        &self,
        installation: InstallationId,
        repo: RepoId,
        name: &RepoName,
        merged: &MergedSeen,
    ) -> Result<String, Fate> {
        let github = self.github.installation(installation, TokenScope::checking(repo));
        let files = github.pull_files(name, merged.number).await?;
        let files: Vec<FileChange> = files.into_iter().map(|file| file.change).collect();
        let author = called(merged.author.as_deref(), merged.bot);
        let change = Change {
            title: merged.title.clone(),
            author: self.store.risk_person(repo, &author).await?,
            at: merged.at,
            files,
            total_files: None,
        };
        let past = risk_past(&self.store, model()?, repo, &change).await?;
        let scored = risk_score(&self.store, model()?, repo, &change, &past).await?;
        let features = scored.ok().map(|(raw, score)| (raw.x(), score.sum.exp()));
        let row = RiskChange {
            id: merged.number,
            sha: merged.sha.clone(),
            title: merged.title.clone(),
            at: merged.at,
            author,
            revert: merged.revert,
            takes_back: merged.takes_back.clone(),
            features,
            touches: touches(&change.files),
        };
        self.store.note_risk_changes(repo, &[row]).await?;
        self.store.forget_risk_pull(repo, merged.number).await?;
        Ok(format!("learned {name}#{}", merged.number))
    }

    /// Reads what was merged before we came, once, within a budget of calls; then the open pull
    /// requests are looked at again.
    pub(super) async fn learn_history(
        &self,
        installation: InstallationId,
        repo: RepoId,
        name: &RepoName,
    ) -> Result<String, Fate> {
        let Some(known) = self.store.repo(repo).await? else {
            return Err(Fate::Moot("the repository is gone".to_owned()));
        };
        let base = known.repo.default_branch.unwrap_or_else(|| "main".to_owned());
        let github = self.github.installation(installation, TokenScope::checking(repo));
        let now = self.clock.now();
        let oldest = now.plus_ms(-MOST_DAYS * DAY_MS);
        let mut pulls: Vec<MergedPull> = Vec::new();
        let (mut after, mut whole) = (None, false);
        while pulls.len() < MOST_PULLS {
            let page = github.merged_pulls(name, &base, after.as_deref()).await?;
            let Some(page) = page else {
                // Without GraphQL only what is merged from now on is known.
                break;
            };
            // Those that changed last come first, and a merge is a change.
            let past_all = page.pulls.iter().all(|pull| pull.at < oldest) && !page.pulls.is_empty();
            pulls.extend(page.pulls.into_iter().filter(|pull| pull.at >= oldest));
            after = page.next;
            if after.is_none() || past_all {
                whole = after.is_none() && !past_all;
                break;
            }
        }
        for pull in pulls.iter_mut().filter(|pull| pull.lacks_files()).take(MOST_CALLS) {
            let files = github.pull_files(name, pull.number).await?;
            pull.files = files.into_iter().map(|file| file.change).collect();
        }
        pulls.sort_by_key(|pull| (pull.at, pull.number));
        let since = pulls.first().map_or(now, |pull| pull.at);
        let rows = with_features(model()?, name, &pulls);
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
        Ok(format!("learned {} merges of {name}", rows.len()))
    }
}

/// Puts features beside what was merged, oldest first, each as it was then.
fn with_features(model: &Model, name: &RepoName, pulls: &[MergedPull]) -> Vec<RiskChange> {
    let repository = name.to_string();
    let mut people = People::default();
    let mut landed = Vec::with_capacity(pulls.len());
    for (n, pull) in pulls.iter().enumerate() {
        let author = called(pull.author.as_deref(), pull.bot);
        let revert = is_revert(&pull.title, &pull.body);
        let takes_back =
            if revert { targets(&pull.title, &pull.body, Some(&repository)) } else { Vec::new() };
        let one = Landed {
            sha: pull.sha.clone(),
            number: Some(pull.number),
            at: pull.at,
            author: people.number(&author),
            bot: author.is_bot(),
            revert,
            title: pull.title.clone(),
            files: pull.files.clone(),
            reverted: None,
        };
        landed.push((n, one, author, takes_back));
    }
    let inside = landed.iter().filter_map(|(n, one, ..)| Some((one.sha.clone()?, *n))).collect();
    let authors: Vec<(Called, Vec<_>)> =
        landed.iter().map(|(_, _, author, back)| (author.clone(), back.clone())).collect();
    let settled =
        settle(landed.into_iter().map(|(_, one, _, back)| (one, back)).collect(), &inside, &people);
    let mut features = Vec::with_capacity(settled.len());
    History::walk(model, &settled, false, |step| {
        features.push(step.raw.zip(step.score).map(|(raw, score)| (raw.x(), score.sum.exp())));
    });
    let rows = settled.into_iter().zip(authors).zip(features);
    rows.map(|((landed, (author, takes_back)), features)| RiskChange {
        id: landed.number.unwrap_or_default(),
        sha: landed.sha,
        title: landed.title,
        at: landed.at,
        author,
        revert: landed.revert,
        takes_back,
        features,
        touches: touches(&landed.files),
    })
    .collect()
}

fn touches(files: &[FileChange]) -> Vec<RiskTouch> {
    let mut touches: Vec<RiskTouch> =
        files.iter().map(|file| RiskTouch::of(&file.path, file.was.as_deref())).collect();
    touches.sort_by_key(|touch| touch.path);
    touches.dedup_by_key(|touch| touch.path);
    touches
}
