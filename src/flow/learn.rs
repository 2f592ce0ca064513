//! What was merged becomes history: with its features as they were then.

use std::collections::HashMap;

use serde_json::Value;

use crate::domain::ids::{InstallationId, RepoId, RepoName, Sha};
use crate::domain::job::MergedSeen;
use crate::domain::risk::change::{Change, FileChange};
use crate::domain::risk::condition::of_merge;
use crate::domain::risk::history::History;
use crate::domain::risk::labels::{Target, is_revert, targets};
use crate::domain::risk::model::{Model, Vector};
use crate::domain::risk::people::{Called, People, Person};
use crate::domain::risk::units::{Commit, Landed, settle, units};
use crate::edge::github::{MergedPull, TokenScope};
use crate::edge::store::{RiskChange, RiskTouch};

use super::App;
use super::fate::Fate;
use super::risk_model::model;
use super::risk_past::{past_and_ground, risk_score};

/// How an account is called.
pub(super) fn called(login: Option<&str>, bot: bool) -> Called {
    // Apps are marked by their login everywhere but here.
    let login = login.map(|login| match bot && !login.ends_with("[bot]") {
        true => format!("{login}[bot]"),
        false => login.to_owned(),
    });
    Called { login, ..Called::default() }
}

/// Something that landed, before it is known who is who.
pub(super) struct Past {
    pub(super) landed: Landed,
    pub(super) author: Called,
    /// Markdown of its author.
    body: String,
    takes_back: Vec<Target>,
}

impl Past {
    /// Of a merged pull request.
    pub(super) fn of_pull(pull: MergedPull, repository: &RepoName) -> Self {
        let author = called(pull.author.as_deref(), pull.bot);
        let landed = Landed {
            sha: pull.sha,
            number: Some(pull.number),
            at: pull.at,
            author: None,
            bot: author.is_bot(),
            revert: is_revert(&pull.title, &pull.body, Some(&repository.to_string())),
            title: pull.title,
            files: pull.files,
            reverted: None,
        };
        Self { landed, author, body: pull.body, takes_back: Vec::new() }
    }

    /// Of commits that came without a pull request, oldest first, with what each did; `all` holds
    /// them and what they merged.
    pub(super) fn of_commits(
        line: Vec<(Sha, Vec<FileChange>)>,
        all: &HashMap<Sha, Commit>,
        repository: &RepoName,
    ) -> Vec<Self> {
        let mut people = People::default();
        let mut faces: Vec<(Person, Called)> = Vec::new();
        for commit in all.values() {
            faces.extend(people.number(&commit.author).map(|one| (one, commit.author.clone())));
        }
        let landed = units(line, all, &mut people, Some(&repository.to_string()));
        let mut called: HashMap<Person, Called> = HashMap::new();
        for (person, face) in faces {
            let known = called.entry(people.resolve(person)).or_insert_with(|| face.clone());
            if known.login.is_none() {
                *known = face;
            }
        }
        let one = |landed: Landed| {
            let commit = landed.sha.as_ref().and_then(|sha| all.get(sha));
            let body = commit.map(|commit| commit.body.clone()).unwrap_or_default();
            let author = landed.author.and_then(|person| called.get(&person).cloned());
            let author = author.unwrap_or_default();
            // A number in its title is somebody's word; no pull request of it is known.
            let landed = Landed { number: None, reverted: None, ..landed };
            Self { landed, author, body, takes_back: Vec::new() }.reading(repository)
        };
        landed.into_iter().map(one).collect()
    }

    /// The same with what it takes back.
    fn reading(mut self, repository: &RepoName) -> Self {
        if self.landed.revert {
            let repository = repository.to_string();
            self.takes_back = targets(&self.landed.title, &self.body, Some(&repository));
        }
        self
    }

    /// As it is stored, with x and e^S as they were.
    fn row(self, features: Option<(Vector, f64)>) -> RiskChange {
        let landed = self.landed;
        let of_commit = || landed.sha.as_ref().map(RiskChange::of_commit).unwrap_or_default();
        RiskChange {
            id: landed.number.unwrap_or_else(of_commit),
            title: landed.title,
            at: landed.at,
            author: self.author,
            revert: landed.revert,
            takes_back: self.takes_back,
            features,
            touches: touches(&landed.files),
            sha: landed.sha,
        }
    }
}

impl App {
    /// Notes what a merged pull request did to the files.
    pub(super) async fn learn_merge(
        &self,
        installation: InstallationId,
        repo: RepoId,
        name: &RepoName,
        merged: &MergedSeen,
    ) -> Result<String, Fate> {
        let github = self.github.installation(installation, TokenScope::checking(repo));
        let files = github.pull_files(name, merged.number).await?;
        let author = called(merged.author.as_deref(), merged.bot);
        let landed = Landed {
            sha: merged.sha.clone(),
            number: Some(merged.number),
            at: merged.at,
            author: None,
            bot: author.is_bot(),
            revert: merged.revert,
            title: merged.title.clone(),
            files: files.into_iter().map(|file| file.change).collect(),
            reverted: None,
        };
        let takes_back = merged.takes_back.clone();
        self.note_landed(repo, Past { landed, author, body: String::new(), takes_back }).await?;
        self.note_self_merge(repo, merged).await?;
        self.store.forget_risk_pull(repo, merged.number).await?;
        Ok(format!("learned {name}#{}", merged.number))
    }

    /// Notes something that landed just now.
    pub(super) async fn note_landed(&self, repo: RepoId, past: Past) -> Result<(), Fate> {
        let change = Change {
            author: self.store.risk_person(repo, &past.author).await?,
            ..past.landed.change()
        };
        let (before, ground) = past_and_ground(&self.store, model()?, repo, &change).await?;
        let scored = risk_score(model()?, ground, &change, &before);
        let scored = scored.ok().map(|(raw, score)| (raw.x(), score.sum.exp()));
        let row = past.row(scored);
        Ok(self.store.note_risk_changes(repo, &[row]).await?)
    }

    /// Whoever merged their own change without anybody's approval: the gate before a deployment is
    /// told.
    async fn note_self_merge(&self, repo: RepoId, merged: &MergedSeen) -> Result<(), Fate> {
        let Some(pull) = self.store.risk_pull(repo, merged.number).await? else { return Ok(()) };
        if !pull.reviews_known {
            return Ok(());
        }
        let reviews = self.store.risk_reviews(repo, merged.number).await?;
        let by = merged.merged_by.as_deref();
        let Some(condition) = of_merge(&reviews, merged.author.as_deref(), by) else {
            return Ok(());
        };
        let said = self.store.risk_report(repo, &pull.head).await?;
        let report = said.and_then(|json| serde_json::from_str::<Value>(&json).ok());
        let Some(mut report) = report else { return Ok(()) };
        let Some(conditions) = report.get_mut("conditions").and_then(Value::as_array_mut) else {
            return Ok(());
        };
        conditions.retain(|known| known["name"] != condition.name.as_str());
        conditions.extend(serde_json::to_value(&condition).ok());
        let (json, now) = (report.to_string(), self.clock.now());
        Ok(self.store.put_risk_report(repo, &pull.head, merged.number, &json, now).await?)
    }
}

/// Puts features beside what landed, oldest first, each as it was then.
pub(super) fn with_features(model: &Model, name: &RepoName, past: Vec<Past>) -> Vec<RiskChange> {
    let mut people = People::default();
    let mut past: Vec<Past> = past.into_iter().map(|one| one.reading(name)).collect();
    for one in &mut past {
        one.landed.author = people.number(&one.author);
    }
    let shas = past.iter().enumerate();
    let inside = shas.filter_map(|(n, one)| Some((one.landed.sha.clone()?, n))).collect();
    let landed = past.iter().map(|one| (one.landed.clone(), one.takes_back.clone())).collect();
    let settled = settle(landed, &inside, &people);
    let mut features = Vec::with_capacity(settled.len());
    History::walk(model, &settled, false, |step| {
        features.push(step.raw.zip(step.score).map(|(raw, score)| (raw.x(), score.sum.exp())));
    });
    past.into_iter().zip(features).map(|(past, features)| past.row(features)).collect()
}

fn touches(files: &[FileChange]) -> Vec<RiskTouch> {
    let mut touches: Vec<RiskTouch> =
        files.iter().map(|file| RiskTouch::of(&file.path, file.was.as_deref())).collect();
    touches.sort_by_key(|touch| touch.path);
    touches.dedup_by_key(|touch| touch.path);
    touches
}
