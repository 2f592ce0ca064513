//! The organisation's scorecard is counted and its issues brought up to date.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::config::OrgConfig;
use crate::domain::evaluate::Request;
use crate::domain::ids::{InstallationId, RepoName};
use crate::domain::report::scorecard::{
    FIGURES_BYTES, Rows, TITLE, Titles, figures, news, team_page, team_title,
};
use crate::domain::scorecard::history::LevelChange;
use crate::domain::scorecard::told::Told;
use crate::domain::scorecard::{Book, Entry, Owner, Score};

use super::App;
use super::census::each_card;
use super::dora::cohort_block;
use super::fate::Fate;
use super::keep_issue::{Appendix, Home, Kept, News, Telling, Wanted};
use super::organisation::Organisation;
use super::risk_quarter::{count_quarters, quarter_block};

/// Teams that get an issue of their own; GitHub allows 80 new issues a minute.
const MOST_TEAMS: usize = 100;
/// How long is waited for judgements that are still to be made.
const PATIENCE_MS: i64 = 5_000;

/// What an organisation asks of us as a whole.
pub(super) struct Asked {
    pub(super) account: String,
    /// Its configuration repository.
    pub(super) config_home: RepoName,
    pub(super) config: OrgConfig,
    pub(super) organisation: Organisation,
}

/// What is counted.
pub(super) struct Counted {
    pub(super) entries: Vec<Entry>,
    pub(super) history: Vec<LevelChange>,
}

impl App {
    /// Brings everything up to date that an installation reads of itself.
    pub(super) async fn scorecard(&self, id: InstallationId) -> Result<String, Fate> {
        let now = self.clock.now();
        if self.store.due_jobs(id, "judge_branch", now).await? > 0 {
            let reason = "repositories are still to be judged".to_owned();
            return Err(Fate::Wait { until: now.plus_ms(PATIENCE_MS), pause: false, reason });
        }
        // Also where nobody reads it: pull requests are shown what these say.
        count_quarters(&self.store, id, now).await?;
        let Some(asked) = self.asked_by(id).await? else {
            return Ok("no configuration, so no scorecard".to_owned());
        };
        let Some(rules) = asked.config.scorecard.clone().filter(|r| r.enabled != Some(false))
        else {
            return self.campaigns_alone(id, &asked).await;
        };
        let Some(home) = self.home_of(id, &asked).await? else {
            return Ok("the scorecard's repository is not ours to see".to_owned());
        };
        self.set_aside(&home, |_| true).await?;
        let counted = self.counted(id, Some(&asked), home.private).await?;
        let watched = self.watched(&home, &rules).await?;
        let book = Book {
            account: &asked.account,
            today: now.date(),
            target: rules.target(),
            entries: &counted.entries,
            history: &counted.history,
            watched: &watched,
        };
        let score = Score::of(&book);
        let titles = self.titles(&asked.organisation);
        let mut text = figures(&score, &book, &titles, Rows::Here);
        let mut teams: BTreeMap<Owner, String> = BTreeMap::new();
        if text.len() > FIGURES_BYTES {
            teams = self.keep_team_issues(&home, &score, &book).await?;
            text = figures(&score, &book, &titles, Rows::Linked(&teams));
        }
        self.close_team_issues(&home, &teams).await?;
        self.keep_demands(&home, &counted.entries, &titles, rules.demand()).await?;
        self.keep_campaigns(&home, &asked, &counted.entries).await?;
        let told = &Told::of(&book, &asked.config.campaigns, home.private);
        // Beside the figures that an edit waits for: delivery and risk change every day.
        let news = |since| -> Telling<'_> {
            let (store, book) = (&self.store, &book);
            Box::pin(async move {
                let dora = cohort_block(store, id, now).await?.unwrap_or_default();
                let risk = quarter_block(store, id, now).await?.unwrap_or_default();
                let news = news(book, since, &self.changes(id, told).await?);
                Ok(Appendix { beside: dora + &risk, news })
            })
        };
        let news: Option<&News<'_>> = Some(&news);
        let (key, title, figures) = ("scorecard", TITLE, text.as_str());
        let wanted = Wanted { key, title, figures, counted: now, news, look: true };
        let kept = self.keep_issue(&home, wanted).await?;
        self.close_moved(&home).await?;
        let word = match kept {
            Kept::Unchanged(_) => "unchanged",
            Kept::Written(_) => {
                self.remember_told(id, told).await?;
                "written"
            }
            Kept::Problem(problem) => {
                return Ok(format!("the scorecard cannot be kept: {problem}"));
            }
        };
        let (on, of) = (score.now.on_path, score.now.total());
        Ok(format!("scorecard {word}: {on} of {of} on a golden path"))
    }

    /// The organisation's configuration, if there is any.
    pub(super) async fn asked_by(&self, id: InstallationId) -> Result<Option<Asked>, Fate> {
        let account = self.store.installation(id).await?.and_then(|row| row.account);
        let Some(account) = account else { return Ok(None) };
        let name = format!("{account}/{}", self.config_repository);
        let Ok(config_home) = RepoName::parse(&name) else { return Ok(None) };
        let Some((repo, _)) = self.store.repo_named(id, &config_home).await? else {
            return Ok(None);
        };
        let organisation = self.organisation_of(id, repo, &config_home).await?;
        let file = organisation.file.clone();
        let request = Request { organisation: file, only: Some(Vec::new()), ..Request::default() };
        let evaluators = organisation.evaluators.as_ref().unwrap_or(&self.evaluators);
        let config = evaluators.evaluate(&request).await?.organisation;
        Ok(Some(Asked { account, config_home, config, organisation }))
    }

    /// Where its issues go.
    pub(super) async fn home_of(
        &self,
        id: InstallationId,
        asked: &Asked,
    ) -> Result<Option<Home>, Fate> {
        let rules = asked.config.scorecard.clone().unwrap_or_default();
        let name = match &rules.repository {
            // With or without its owner, who can only be the account itself.
            Some(name) => {
                let bare = name.rsplit('/').next().unwrap_or(name);
                RepoName::parse(&format!("{}/{bare}", asked.account)).ok()
            }
            None => Some(asked.config_home.clone()),
        };
        let Some(name) = name else { return Ok(None) };
        let Some((repo, _)) = self.store.repo_named(id, &name).await? else { return Ok(None) };
        let Some(known) = self.store.repo(repo).await? else { return Ok(None) };
        Ok(Some(Home {
            installation: id,
            repo,
            name: known.repo.name,
            private: known.repo.private,
            closed: rules.closed.unwrap_or_default(),
            written: Arc::default(),
        }))
    }

    /// Every repository that counts. Where the issue is public, private ones are not named.
    pub(super) async fn counted(
        &self,
        id: InstallationId,
        asked: Option<&Asked>,
        private_home: bool,
    ) -> Result<Counted, Fate> {
        let rules = asked.map(|a| a.config.scorecard.clone()).unwrap_or_default();
        let rules = rules.unwrap_or_default();
        let mut entries = Vec::new();
        // A card of another version's shape is made anew by the next sweep.
        each_card(&self.store, id, |row, card| {
            if !self.is_config_repository(&row.name) && !rules.excludes(row.name.name()) {
                let named = private_home || !row.private;
                entries.push(Entry { id: row.id, name: row.name, named, card });
            }
        })
        .await?;
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        let counts: BTreeSet<_> = entries.iter().map(|entry| entry.id).collect();
        let mut history = self.store.level_history(id).await?;
        history.retain(|change| counts.contains(&change.repo));
        Ok(Counted { entries, history })
    }

    pub(super) fn titles(&self, organisation: &Organisation) -> Titles {
        let evaluators = organisation.evaluators.as_ref().unwrap_or(&self.evaluators);
        let metas = &evaluators.catalogue().policies;
        metas.iter().map(|meta| (meta.id.clone(), meta.title.clone())).collect()
    }

    async fn keep_team_issues(
        &self,
        home: &Home,
        score: &Score,
        book: &Book<'_>,
    ) -> Result<BTreeMap<Owner, String>, Fate> {
        let mut urls = BTreeMap::new();
        let teams = score.teams.iter().filter(|team| team.name != Owner::Hidden);
        for team in teams.take(MOST_TEAMS) {
            let page = team_page(score, book, &team.name);
            let (key, title) = (team_key(&team.name), team_title(&team.name));
            let kept = self.keep(home, &key, &title, &page).await?;
            match kept.url() {
                Some(url) => _ = urls.insert(team.name.clone(), url.to_owned()),
                // What one cannot have, none can: no storm of refused calls.
                None => break,
            }
        }
        Ok(urls)
    }

    /// Those that are needed no more.
    async fn close_team_issues(
        &self,
        home: &Home,
        needed: &BTreeMap<Owner, String>,
    ) -> Result<(), Fate> {
        let keys: BTreeSet<String> = needed.keys().map(team_key).collect();
        for row in self.store.kept_issues(home.installation).await? {
            let needless = row.key.starts_with("team:") && !keys.contains(&row.key);
            if needless && row.repo == home.repo && !row.digest.is_empty() {
                self.close_issue(home, &row, None).await?;
            }
        }
        Ok(())
    }
}

/// Names of teams are repository text: what stands in the mark is made of them, not they.
fn team_key(owner: &Owner) -> String {
    match owner {
        Owner::Team(name) => format!("team:{}", &super::post_check::digest(&[name])[..16]),
        Owner::Nobody => "team:-".to_owned(),
        Owner::Hidden => "team:?".to_owned(),
    }
}
