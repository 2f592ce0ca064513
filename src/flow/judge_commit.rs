//! What do the policies say of a commit? Remembered by tree, library and configuration.
//!
//! Nothing that is remembered so may depend on where the tree was reached from: see [`of_change`].

mod of_change;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::domain::config::{CONFIG_PATHS, ORGANISATION_PATHS};
use crate::domain::evaluate::{Answer, ConfigFile, Request};
use crate::domain::facts::RepoFacts;
use crate::domain::ids::{RepoId, RepoName, Sha};
use crate::domain::policy::outcome::Status;
use crate::domain::time::Timestamp;
use crate::domain::tree::{Content, Entry, SourceTree};
use crate::domain::waiver::Waiver;
use crate::edge::clock::Stopwatch;
use crate::edge::evaluator::Evaluators;
use crate::edge::github::{BlobContent, Installation};
use crate::edge::store::BROKEN;

use super::App;
use super::fate::Fate;
use super::organisation::Organisation;
use super::read_tree::is_wanted;

/// Version of what is remembered: rows of another one are not found.
const SHAPE: &str = "3";
/// Begins a row that only names the row of the commit's tree.
const ALIAS: &str = "same as ";

/// How long an evaluation is remembered in which a policy broke. It may have been bad luck (memory,
/// a deadline), so it is tried again before long; but a policy that never ends costs its deadline
/// several times over, which not every push and pull request shall pay. Another library is another
/// key, and who presses "Re-run" has it forgotten at once.
const BROKEN_FOR_MS: i64 = 15 * 60_000;

/// A repository, as every step of a check needs it.
pub(super) struct Subject {
    pub(super) github: Installation,
    pub(super) id: RepoId,
    pub(super) name: RepoName,
    pub(super) facts: RepoFacts,
    /// What the organisation asks.
    pub(super) organisation: Organisation,
}

impl Subject {
    /// Who judges it: with the organisation's own policies, if it has any.
    pub(super) fn evaluators<'a>(&'a self, app: &'a App) -> &'a Evaluators {
        self.organisation.evaluators.as_ref().unwrap_or(&app.evaluators)
    }
}

/// Whose configuration counts, and which golden path.
#[derive(Clone, Copy)]
pub(super) struct Rules<'a> {
    config: Source<'a>,
    /// `None` lets configuration and catalog of the commit say.
    path: Option<&'a str>,
}

#[derive(Clone, Copy)]
enum Source<'a> {
    Own,
    Given(Option<&'a ConfigFile>),
}

impl<'a> Rules<'a> {
    /// The commit's own: it is the base or default branch.
    pub(super) const OWN: Self = Self { config: Source::Own, path: None };

    /// The base branch's file, or none.
    pub(super) fn given(config: Option<&'a ConfigFile>) -> Self {
        Self { config: Source::Given(config), path: None }
    }

    /// The same on this path. A change is judged on the path of where it starts, or it could
    /// excuse itself by leaving it.
    pub(super) fn on(self, path: Option<&'a str>) -> Self {
        Self { path, ..self }
    }
}

/// A commit, evaluated: what is remembered.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Evaluated {
    /// What the policies said, and the configuration that counted.
    pub(super) answer: Answer,
    /// Blob of every file that policies read.
    pub(super) files: BTreeMap<String, Option<Sha>>,
    /// The commit's own configuration file.
    pub(super) config_file: Option<ConfigFile>,
    /// Its `waymark.yml`, which counts in a configuration repository only.
    #[serde(default)]
    pub(super) organisation_file: Option<ConfigFile>,
    /// The files, when they were read just now, by the commit's own rules.
    #[serde(skip)]
    pub(super) tree: Option<SourceTree>,
    /// Until when it counts, when a policy broke; otherwise for good.
    #[serde(default)]
    until: Option<Timestamp>,
}

impl Evaluated {
    /// Until when it counts, when a policy broke; otherwise for good.
    pub(super) fn until(&self) -> Option<Timestamp> {
        self.until
    }
}

impl App {
    /// Evaluates `commit`. `tree` is its tree's name when known: then a tree that was evaluated
    /// before costs no call at all.
    pub(super) async fn evaluate_commit(
        &self,
        subject: &Subject,
        commit: &Sha,
        tree: Option<&Sha>,
        rules: Rules<'_>,
    ) -> Result<Evaluated, Fate> {
        for name in tree.into_iter().chain([commit]) {
            if let Some(known) = self.remembered(subject, name, rules).await? {
                return Ok(known);
            }
        }
        let evaluators = subject.evaluators(self);
        let needs = evaluators.catalogue().needs();
        let wanted = |path: &str| is_wanted(&needs, path);
        // A default branch is kept as it was read: other rules cost no call.
        let files = match self.kept_files(subject, commit, &wanted).await? {
            Some(files) => files,
            None => self.read_tree(&subject.github, &subject.name, commit, wanted).await?,
        };
        if let Some(known) = self.remembered(subject, &files.identity, rules).await? {
            return Ok(known);
        }
        let config_file = config_of(&files.tree);
        let organisation_file = first_of(&files.tree, ORGANISATION_PATHS);
        let config = match rules.config {
            Source::Own => config_file.clone(),
            Source::Given(config) => config.cloned(),
        };
        self.meter.evaluation("fresh");
        let request = Request {
            tree: files.tree,
            repo: subject.facts.clone(),
            config,
            organisation: subject.organisation.file.clone(),
            path: rules.path.map(str::to_owned),
            change: None,
            only: None,
        };
        let stopwatch = Stopwatch::start();
        let answer = evaluators.evaluate(&request).await?;
        self.meter.evaluated(stopwatch.seconds());
        let now = self.clock.now();
        // What broke may have been bad luck (memory, a deadline): it is tried again after a
        // while, unless the policy cannot even be loaded.
        let catalogue = evaluators.catalogue();
        let broken = answer.evaluation.outcomes.iter().any(|outcome| {
            outcome.status == Status::Broken && !catalogue.is_broken(&outcome.policy)
        });
        let until = broken.then(|| now.plus_ms(BROKEN_FOR_MS));
        let tree = matches!(rules.config, Source::Own).then_some(request.tree);
        let identity = files.identity;
        let files = files.blobs;
        let evaluated = Evaluated { answer, files, config_file, organisation_file, tree, until };
        if let Ok(json) = serde_json::to_string(&evaluated) {
            let own = evaluated.config_file.as_ref();
            // The same rules by other names: the next one may ask either way.
            let chosen = evaluated.answer.path == evaluated.answer.own_path;
            let same = match rules.config {
                Source::Own => true,
                Source::Given(config) => config == own,
            };
            let path = Some(evaluated.answer.path.as_str());
            let mut names = vec![rules, rules.on(path)];
            if chosen && same {
                names.extend([Rules::OWN, Rules::given(own), Rules::given(own).on(path)]);
            }
            let prefix = if broken { BROKEN } else { "" };
            let row = format!("{prefix}{}", self.key(subject, &identity, rules));
            let alias = format!("{ALIAS}{row}");
            let mut rows = vec![(row.clone(), json.as_str())];
            for name in [commit, &identity] {
                for rules in &names {
                    let key = format!("{prefix}{}", self.key(subject, name, *rules));
                    if rows.iter().all(|(known, _)| *known != key) {
                        rows.push((key, alias.as_str()));
                    }
                }
            }
            self.store.put_evaluations(subject.id, &rows, now).await?;
        }
        Ok(evaluated)
    }

    /// The configuration file of a commit that need not be judged itself.
    pub(super) async fn config_at(
        &self,
        subject: &Subject,
        commit: &Sha,
    ) -> Result<Option<ConfigFile>, Fate> {
        if let Some(known) = self.remembered(subject, commit, Rules::OWN).await? {
            return Ok(known.config_file);
        }
        for path in CONFIG_PATHS {
            let found = subject.github.file(&subject.name, path, commit.as_str()).await?;
            if let Some(file) = found {
                let content = content_of(file.content);
                let entry = Entry { blob: Some(file.sha), ..Entry::loose(content) };
                let entries = [(path.to_owned(), entry)].into();
                return Ok(config_of(&SourceTree { entries, ..SourceTree::default() }));
            }
        }
        Ok(None)
    }

    /// The waivers of a configuration file that does not count any more.
    pub(super) async fn waivers_of(
        &self,
        subject: &Subject,
        file: Option<ConfigFile>,
    ) -> Result<Vec<Waiver>, Fate> {
        let request = Request { config: file, only: Some(Vec::new()), ..Request::default() };
        Ok(subject.evaluators(self).evaluate(&request).await?.config.waivers)
    }

    async fn remembered(
        &self,
        subject: &Subject,
        name: &Sha,
        rules: Rules<'_>,
    ) -> Result<Option<Evaluated>, Fate> {
        let key = self.key(subject, name, rules);
        let known = match self.row(subject, &key).await? {
            Some(known) => Some(known),
            None => self.row(subject, &format!("{BROKEN}{key}")).await?,
        };
        if known.is_some() {
            self.meter.evaluation("cached");
        }
        Ok(known)
    }

    /// What is remembered under a key and still counts.
    async fn row(&self, subject: &Subject, key: &str) -> Result<Option<Evaluated>, Fate> {
        let mut known = self.store.evaluation(subject.id, key).await?;
        if let Some(row) = known.as_deref().and_then(|text| text.strip_prefix(ALIAS)) {
            known = self.store.evaluation(subject.id, row).await?;
        }
        // A row of another version's shape is simply not known.
        let known: Option<Evaluated> = known.and_then(|json| serde_json::from_str(&json).ok());
        let now = self.clock.now();
        Ok(known.filter(|known| known.until.is_none_or(|until| now < until)))
    }

    /// Everything that an evaluation depends on.
    fn key(&self, subject: &Subject, name: &Sha, rules: Rules<'_>) -> String {
        let facts = serde_json::to_string(&subject.facts).unwrap_or_default();
        let config = match rules.config {
            Source::Own => "own".to_owned(),
            Source::Given(None) => "none".to_owned(),
            Source::Given(Some(file)) => format!("{}\n{:?}", file.path, file.text),
        };
        let organisation = match &subject.organisation.file {
            None => "none".to_owned(),
            Some(file) => format!("{}\n{:?}", file.path, file.text),
        };
        let path = rules.path.unwrap_or_default();
        let library = &subject.evaluators(self).catalogue().digest;
        let mut hash = Sha256::new();
        for part in [SHAPE, name.as_str(), library, &facts, &config, &organisation, path] {
            hash.update((part.len() as u64).to_le_bytes());
            hash.update(part.as_bytes());
        }
        hex::encode(hash.finalize())
    }
}

/// The tree's configuration file.
pub fn config_of(tree: &SourceTree) -> Option<ConfigFile> {
    first_of(tree, CONFIG_PATHS)
}

fn first_of(tree: &SourceTree, paths: [&str; 2]) -> Option<ConfigFile> {
    let path = paths.into_iter().find(|path| tree.entries.contains_key(*path))?;
    let text = match &tree.entries.get(path)?.content {
        Content::Text(text) => Ok(text.to_string()),
        Content::Withheld(why) => Err(why.reason()),
    };
    Some(ConfigFile { path: path.to_owned(), text })
}

/// A blob of GitHub's as a tree holds it.
pub(super) fn content_of(content: BlobContent) -> Content {
    match content {
        BlobContent::Bytes(bytes) => Content::of_bytes(bytes),
        BlobContent::Withheld(why) => Content::Withheld(why),
    }
}
