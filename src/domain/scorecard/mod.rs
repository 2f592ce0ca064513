//! Does the golden path work? What every repository's card says together.
//!
//! A [`card::Card`] is what is kept of a judgement; [`Score`] counts an organisation's cards;
//! `report::scorecard` puts them into words. `docs/scorecard.md` has every figure's formula.

pub mod campaign;
pub mod card;
pub mod census;
pub mod history;
pub mod neighbours;
pub mod signals;
pub mod steps;
pub mod told;
pub mod waivers;
pub mod watch;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::finding::Level;
use super::ids::{PolicyId, RepoId, RepoName};
use super::judge::Standing;
use card::Card;
use history::{LevelChange, Tally, WEEKS, tallies, week_ends};
use steps::Step;
use waivers::{Ending, PolicyWaivers};
use watch::Watched;

/// A repository that counts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Which.
    pub id: RepoId,
    /// Its name.
    pub name: RepoName,
    /// Whether readers of the scorecard may hear of it: a private repository is only counted
    /// where the scorecard itself is public.
    pub named: bool,
    /// How it stands; `None`: not judged (yet), or empty.
    pub card: Option<Card>,
}

/// What is to be counted.
#[derive(Debug, Clone)]
pub struct Book<'a> {
    /// The organisation or user.
    pub account: &'a str,
    /// The day (UTC).
    pub today: NaiveDate,
    /// The share of repositories that shall be on a golden path, in percent.
    pub target: u8,
    /// Every repository that counts, by name.
    pub entries: &'a [Entry],
    /// Their changes of level, by repository, then by time.
    pub history: &'a [LevelChange],
    /// What stands beside it.
    pub watched: &'a Watched,
}

/// How one team stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Team {
    /// Its name.
    pub name: Owner,
    /// Its repositories.
    pub tally: Tally,
    /// The same at the end of last week.
    pub before: Tally,
}

/// Whose a repository is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Owner {
    /// A team, by the catalog (repository text: escape it).
    Team(String),
    /// The catalog names nobody.
    Nobody,
    /// It may not be told here.
    Hidden,
}

/// A policy and in how many repositories it is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worst {
    /// Which.
    pub policy: PolicyId,
    /// In so many repositories.
    pub repositories: usize,
    /// With so many findings.
    pub findings: u64,
}

/// An organisation's figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Score {
    /// The organisation or user.
    pub account: String,
    /// The target in percent.
    pub target: u8,
    /// The judged repositories now.
    pub now: Tally,
    /// The same at the end of last week; nothing counted: there was no last week.
    pub before: Tally,
    /// Adoption in percent at the end of each of eleven weeks, oldest first, and now.
    pub weeks: [Option<u8>; WEEKS],
    /// Repositories that are not judged (yet), or empty.
    pub unjudged: usize,
    /// The ten best steps.
    pub steps: Vec<Step>,
    /// Repositories that one fulfilled policy lifts to gold: name and policy.
    pub near_gold: Vec<(String, PolicyId)>,
    /// The teams, largest first.
    pub teams: Vec<Team>,
    /// Policies that fail, those of most repositories first.
    pub failing: Vec<Worst>,
    /// Policies that could not be judged, likewise.
    pub unknown: Vec<Worst>,
    /// Ways out by policy.
    pub waivers: Vec<PolicyWaivers>,
    /// Repositories with a way out of something.
    pub waiving: usize,
    /// Ways out that end soon.
    pub ending: Vec<Ending>,
    /// Repositories whose catalog names no owner.
    pub ownerless: Vec<String>,
    /// Judged repositories that may only be counted.
    pub hidden: usize,
}

impl Score {
    /// Counts.
    pub fn of(book: &Book<'_>) -> Self {
        let Book { entries, history, .. } = book;
        let judged: Vec<(&Entry, &Card)> =
            entries.iter().filter_map(|entry| Some((entry, entry.card.as_ref()?))).collect();
        let mut now = Tally::default();
        judged.iter().for_each(|(_, card)| now.add(card.level, card.on_path()));
        let owners: BTreeMap<RepoId, Owner> =
            judged.iter().map(|(entry, card)| (entry.id, owner_of(entry, card))).collect();
        let ends = week_ends(book.today);
        let past = tallies(history, ends, &|repo| owners.contains_key(&repo));
        let mut weeks = [None; WEEKS];
        for (week, tally) in weeks.iter_mut().zip(&past) {
            *week = tally.percent();
        }
        weeks[WEEKS - 1] = now.percent();
        let named = |entry: &Entry| entry.named.then(|| entry.name.name().to_owned());
        let near_gold = judged.iter().filter(|(_, card)| card.level != Some(Level::Gold));
        let near_gold = near_gold.filter_map(|(entry, card)| {
            let lifts = |p: &PolicyId| card.level_without(&|id| id == p) == Some(Level::Gold);
            let policy = card.open.iter().map(|open| &open.policy).find(|p| lifts(p))?;
            Some((named(entry)?, policy.clone()))
        });
        let ownerless = judged.iter().filter(|(_, card)| card.owner.is_none());
        Self {
            account: book.account.to_owned(),
            target: book.target,
            now,
            before: past[WEEKS - 2],
            weeks,
            unjudged: entries.len() - judged.len(),
            steps: steps::steps(entries),
            near_gold: near_gold.collect(),
            teams: teams(&judged, &owners, history, ends[WEEKS - 2]),
            failing: worst(&judged, &[Standing::Fail]),
            unknown: worst(&judged, &[Standing::Unknown, Standing::Broken]),
            waivers: waivers::by_policy(entries),
            waiving: judged.iter().filter(|(_, card)| !card.waivers.is_empty()).count(),
            ending: waivers::ending(entries, book.today),
            ownerless: ownerless.filter_map(|(entry, _)| named(entry)).collect(),
            hidden: judged.iter().filter(|(entry, _)| !entry.named).count(),
        }
    }

    /// How many more repositories the target asks for.
    pub fn lacking(&self) -> usize {
        let wanted = (self.now.total() * usize::from(self.target)).div_ceil(100);
        wanted.saturating_sub(self.now.on_path)
    }
}

/// Whose a repository is, as far as it may be told.
pub fn owner_of(entry: &Entry, card: &Card) -> Owner {
    match &card.owner {
        _ if !entry.named => Owner::Hidden,
        Some(owner) => Owner::Team(owner.clone()),
        None => Owner::Nobody,
    }
}

fn teams(
    judged: &[(&Entry, &Card)],
    owners: &BTreeMap<RepoId, Owner>,
    history: &[LevelChange],
    last_week: super::time::Timestamp,
) -> Vec<Team> {
    let mut found: BTreeMap<&Owner, (Tally, Tally)> = BTreeMap::new();
    for (entry, card) in judged {
        let tally = &mut found.entry(&owners[&entry.id]).or_default().0;
        tally.add(card.level, card.on_path());
    }
    for own in history.chunk_by(|a, b| a.repo == b.repo) {
        let Some(owner) = owners.get(&own[0].repo) else { continue };
        if let Some(then) = history::at(own, last_week) {
            found.entry(owner).or_default().1.add(then.level, then.on_path);
        }
    }
    let team = |(name, (tally, before)): (&Owner, (Tally, Tally))| Team {
        name: name.clone(),
        tally,
        before,
    };
    let mut teams: Vec<Team> = found.into_iter().map(team).collect();
    teams.sort_by(|a, b| (b.tally.total(), &a.name).cmp(&(a.tally.total(), &b.name)));
    teams
}

fn worst(judged: &[(&Entry, &Card)], status: &[Standing]) -> Vec<Worst> {
    let mut found: BTreeMap<&PolicyId, (usize, u64)> = BTreeMap::new();
    for open in judged.iter().flat_map(|(_, card)| &card.open) {
        if status.contains(&open.status) {
            let (repositories, findings) = found.entry(&open.policy).or_default();
            *repositories += 1;
            *findings += u64::from(open.findings);
        }
    }
    let worst = |(policy, (repositories, findings)): (&PolicyId, (usize, u64))| Worst {
        policy: policy.clone(),
        repositories,
        findings,
    };
    let mut all: Vec<Worst> = found.into_iter().map(worst).collect();
    all.sort_by(|a, b| (b.repositories, &a.policy).cmp(&(a.repositories, &b.policy)));
    all
}
