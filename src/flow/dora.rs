//! How do repositories deliver? Their records are read from the store, one repository after the
//! other, and measured; nothing is asked of GitHub.

use crate::domain::ids::{InstallationId, RepoName};
use crate::domain::metrics::measure::{DAY_MS, Measured};
use crate::domain::metrics::summary::{AccountDora, CohortDora, RepoDora, WindowDora};
use crate::domain::metrics::{
    Cohorts, Deployment, History, Incident, MetricsRules, Period, WINDOWS,
};
use crate::domain::time::Timestamp;
use crate::edge::store::{Past, Store, StoreError};

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

/// Measures every repository of an installation, or the one that is named.
pub async fn measure(
    store: &Store,
    installation: InstallationId,
    only: Option<&RepoName>,
    now: Timestamp,
) -> Result<Option<AccountDora>, StoreError> {
    let Some(known) = store.installation(installation).await? else { return Ok(None) };
    let rules = metrics_rules(store, installation).await?;
    let mut repositories = Vec::new();
    let mut cohorts = WINDOWS.map(|days| (days, Cohorts::default()));
    for repo in store.repos(installation).await? {
        let named = |only: &RepoName| only.to_string().eq_ignore_ascii_case(&repo.name.to_string());
        if repo.archived == Some(true) || !only.is_none_or(named) {
            continue;
        }
        let past = store.past(repo.id, now.plus_ms(-REACH_MS)).await?;
        let adopted = past.repo.adopted;
        let problem = past.repo.read.as_ref().and_then(|read| read.problem.clone());
        let history = history_of(past, &rules);
        let measured = Measured::of(&history, &rules);
        for (days, cohort) in &mut cohorts {
            cohort.add(&measured, adopted, Period::last(*days, now));
        }
        let windows = WINDOWS
            .map(|days| WindowDora { days, measures: measured.in_period(Period::last(days, now)) });
        repositories.push(RepoDora {
            id: repo.id,
            repository: repo.name,
            on_path_since: adopted.map(Timestamp::to_rfc3339),
            source: history.deployments().first().map(|d| d.source.as_str()),
            creation_to_first_ms: measured.creation_to_first_ms(),
            windows: windows.to_vec(),
            problem,
        });
    }
    repositories.sort_by(|a, b| a.repository.cmp(&b.repository));
    let cohorts = cohorts.map(|(days, cohorts)| CohortDora {
        days,
        on_path: cohorts.on.len(),
        not_yet: cohorts.off.len(),
        measures: cohorts.compare(),
    });
    Ok(Some(AccountDora {
        account: known.account.unwrap_or_else(|| installation.to_string()),
        measured: now.to_rfc3339(),
        repositories,
        cohorts: cohorts.to_vec(),
    }))
}
