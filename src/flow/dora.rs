//! How do repositories deliver? Their records are read from the store, one repository after the
//! other, and measured; nothing is asked of GitHub.

use std::collections::BTreeMap;

use crate::domain::ids::{InstallationId, RepoId, RepoName};
use crate::domain::metrics::measure::{DAY_MS, Measured};
use crate::domain::metrics::summary::{AccountDora, CohortDora, RepoDora, WindowDora};
use crate::domain::metrics::{
    Cohorts, Comparison, Deployment, History, Incident, MetricsRules, Period, WINDOWS,
};
use crate::domain::report::dora::{COHORT_BLOCK_DAYS, render_cohorts};
use crate::domain::time::Timestamp;
use crate::edge::store::{Past, RepoRow, Store, StoreError};

use super::sighted::metrics_rules;

/// So far back records are read: the longest period, and what was live, shipped or failing at its
/// beginning.
pub(super) const REACH_MS: i64 = 210 * DAY_MS;

/// Records as the store keeps them → what the domain measures: production only, incidents only.
pub(super) fn history_of(past: Past, rules: &MetricsRules) -> History {
    let Past { repo, deployments, incidents, runs } = past;
    let deployments: Vec<Deployment> = deployments
        .into_iter()
        .filter(|row| row.environment.is_empty() || rules.is_production(&row.environment))
        .filter_map(|row| {
            Some(Deployment {
                source: row.source,
                id: row.id,
                environment: row.environment,
                sha: row.sha?,
                created: row.created,
                succeeded: row.succeeded,
                failed: row.failed,
                compared: row.compared,
            })
        })
        .collect();
    let incidents = incidents.into_iter().filter(|row| row.counts);
    let read = repo.read.as_ref();
    // Before the past is read, nothing is known but what events told.
    let heard = || deployments.iter().map(|d| d.created).min();
    History {
        created: repo.created,
        known_from: read.map_or_else(heard, |read| read.known_from),
        whole: read.is_some_and(|read| read.whole),
        first_production: read.and_then(|read| read.first_production),
        incidents: incidents
            .map(|row| Incident { number: row.number, opened: row.opened, closed: row.closed })
            .collect(),
        deployments,
        runs,
    }
}

/// Measures every repository of an installation that is not archived, or the one that is named.
pub async fn measure(
    store: &Store,
    installation: InstallationId,
    only: Option<&RepoName>,
    now: Timestamp,
) -> Result<Option<AccountDora>, StoreError> {
    let Some(known) = store.installation(installation).await? else { return Ok(None) };
    let named = |repo: &RepoRow, only: &RepoName| {
        only.to_string().eq_ignore_ascii_case(&repo.name.to_string())
    };
    let mut repos = store.repos(installation).await?;
    repos.retain(|repo| repo.archived != Some(true) && only.is_none_or(|only| named(repo, only)));
    let mut yard = Yard::of(store, installation, now).await?;
    let mut repositories = Vec::with_capacity(repos.len());
    for repo in repos {
        repositories.push(yard.measure(store, repo).await?);
    }
    repositories.sort_by(|a, b| a.repository.cmp(&b.repository));
    Ok(Some(AccountDora {
        account: known.account.unwrap_or_else(|| installation.to_string()),
        measured: now.to_rfc3339(),
        repositories,
        cohorts: yard.cohorts(),
    }))
}

/// The block *DORA by cohort* of an installation, Markdown; `None` where nothing was measured. It
/// changes from day to day.
pub async fn cohort_block(
    store: &Store,
    installation: InstallationId,
    now: Timestamp,
) -> Result<Option<String>, StoreError> {
    let mut yard = Yard::of(store, installation, now).await?;
    for repo in store.repos(installation).await? {
        if repo.archived != Some(true) {
            yard.measure(store, repo).await?;
        }
    }
    let known = yard.cohorts.iter().any(|(_, c)| !c.on.is_empty() || !c.off.is_empty());
    // Drawing anew is dear, and the block compares in one period only.
    let shown = yard.cohorts.iter().map(|period| match period.0 {
        COHORT_BLOCK_DAYS => told(period, Cohorts::compare),
        _ => told(period, Cohorts::figures),
    });
    Ok(known.then(|| render_cohorts(&shown.collect::<Vec<_>>(), now.date()) + "\n"))
}

/// Where repositories of one installation are measured, one after the other, so that no more than
/// one history is in memory.
pub struct Yard {
    rules: MetricsRules,
    now: Timestamp,
    /// Since when repositories are on their golden path.
    adopted: BTreeMap<RepoId, Timestamp>,
    cohorts: [(u32, Cohorts); WINDOWS.len()],
}

impl Yard {
    /// For an installation, at a time.
    pub async fn of(
        store: &Store,
        installation: InstallationId,
        now: Timestamp,
    ) -> Result<Self, StoreError> {
        let rules = metrics_rules(store, installation).await?;
        let mut adopted = BTreeMap::new();
        for change in store.level_history(installation).await?.iter().filter(|c| c.on_path) {
            // The first time counts, even if it left the path since.
            adopted.entry(change.repo).or_insert(change.since);
        }
        Ok(Self { rules, now, adopted, cohorts: WINDOWS.map(|days| (days, Cohorts::default())) })
    }

    /// Measures a repository, and counts it with its cohort.
    pub async fn measure(&mut self, store: &Store, repo: RepoRow) -> Result<RepoDora, StoreError> {
        let Self { rules, now, .. } = self;
        let past = store.past(repo.id, now.plus_ms(-REACH_MS)).await?;
        let adopted = self.adopted.get(&repo.id).copied();
        let problem = past.repo.read.as_ref().and_then(|read| read.problem.clone());
        let history = history_of(past, rules);
        let measured = Measured::of(&history, rules);
        for (days, cohort) in &mut self.cohorts {
            cohort.add(&measured, adopted, Period::last(*days, *now));
        }
        let windows = WINDOWS.map(|days| WindowDora {
            days,
            measures: measured.in_period(Period::last(days, *now)),
        });
        Ok(RepoDora {
            id: repo.id,
            repository: repo.name,
            on_path_since: adopted.map(Timestamp::to_rfc3339),
            source: history.deployments().first().map(|d| d.source.as_str()),
            creation_to_first_ms: measured.creation_to_first_ms(),
            windows: windows.to_vec(),
            problem,
        })
    }

    /// The cohorts of what was measured so far.
    pub fn cohorts(&self) -> Vec<CohortDora> {
        self.cohorts.iter().map(|period| told(period, Cohorts::compare)).collect()
    }
}

fn told((days, cohorts): &(u32, Cohorts), measures: fn(&Cohorts) -> Vec<Comparison>) -> CohortDora {
    CohortDora {
        days: *days,
        on_path: cohorts.on.len(),
        not_yet: cohorts.off.len(),
        measures: measures(cohorts),
    }
}
