//! What did a repository deliver before we came? Read once, with few calls: what is not read is
//! said, not guessed.

use crate::domain::ids::{RepoId, RepoName};
use crate::domain::metrics::measure::DAY_MS;
use crate::domain::metrics::sighting::DeploymentSeen;
use crate::domain::metrics::{MetricsRules, wire};
use crate::domain::time::Timestamp;
use crate::edge::github::Installation;
use crate::edge::store::PastRead;

use super::App;
use super::measure_delivery::Refused;

/// So far back: the longest period that is reported, and what was live at its beginning.
const PAST_MS: i64 = 120 * DAY_MS;
/// Pages of each list.
const PAGES: usize = 3;
/// Deployments whose statuses are asked for, one call each.
const STATUSES: usize = 50;
/// Of the oldest ones, to find the first that ever succeeded.
const OLDEST: usize = 5;

impl App {
    /// Reads deployments, runs, releases and incidents: at most 65 calls, a dozen as a rule.
    pub(super) async fn read_past(
        &self,
        github: &Installation,
        repo: RepoId,
        name: &RepoName,
        rules: &MetricsRules,
    ) -> Result<PastRead, Refused> {
        let now = self.clock.now();
        let since = now.plus_ms(-PAST_MS);
        let facts = github.repository(name).await?;
        let created = wire::time(&facts.created_at);
        if let Some(created) = created {
            self.store.note_created(repo, created).await?;
        }
        let mut read = self.past_deployments(github, repo, name, rules).await?;
        let runs = github.recent_runs(name, &facts.default_branch, since, PAGES).await?;
        let mut first_run = None;
        for run in &runs.items {
            if self.note_finished(repo, run, rules).await? {
                first_run = first_run.into_iter().chain([run.run.finished]).min();
            }
        }
        let releases = github.recent_releases(name, since, PAGES).await?;
        for release in &releases.items {
            self.note_released(repo, release.clone()).await?;
        }
        // Patterns cannot be asked for.
        let labels = rules.incident_labels.iter().filter(|label| !label.contains(['*', '?', '{']));
        for label in labels {
            for issue in github.labelled_issues(name, label, since, PAGES).await?.items {
                self.note_issue(repo, &issue, rules).await?;
            }
        }
        if read.first_production.is_none() && read.whole {
            // No deployments: the next best source says from when on something is known.
            let oldest = |times: Vec<Timestamp>| times.into_iter().min();
            if first_run.is_some() {
                read.first_production = first_run;
                read.whole = runs.whole && created.is_some_and(|at| at > since);
                let reach = runs.items.iter().map(|run| run.run.started).collect();
                read.known_from = if runs.whole { Some(since) } else { oldest(reach) };
            } else {
                let published = releases.items.iter().filter_map(|r| r.published).collect();
                read.first_production = oldest(published);
                read.whole = releases.whole;
                read.known_from = read.first_production.filter(|_| !releases.whole);
            }
        }
        read.at = now;
        self.store.put_past_read(repo, &read).await?;
        Ok(read)
    }

    async fn past_deployments(
        &self,
        github: &Installation,
        repo: RepoId,
        name: &RepoName,
        rules: &MetricsRules,
    ) -> Result<PastRead, Refused> {
        let since = self.clock.now().plus_ms(-PAST_MS);
        let listed = github.recent_deployments(name, since, PAGES).await?;
        let mut production: Vec<DeploymentSeen> =
            listed.items.into_iter().filter(|d| rules.is_production(&d.environment)).collect();
        production.sort_by_key(|d| (std::cmp::Reverse(d.created), std::cmp::Reverse(d.id)));
        let recent = production.iter().take(STATUSES).filter(|d| d.created >= since).count();
        let mut first_production = None;
        for seen in &production[..recent] {
            let end = github.deployment_end(name, seen.id).await?;
            self.note_deployed(repo, seen, end, rules).await?;
            first_production = end.0.or(first_production);
        }
        // Everything that there is to know of the reported period was read, or it was not.
        let all_recent = production.get(recent).is_none_or(|d| d.created < since);
        let reached = production[..recent].last().map(|d| d.created);
        let known_from = match (all_recent, listed.whole) {
            (true, true) => None,
            (true, false) => Some(since),
            (false, _) => reached,
        };
        if listed.whole && recent < production.len() {
            first_production = None;
            for seen in production[recent..].iter().rev().take(OLDEST) {
                let end = github.deployment_end(name, seen.id).await?;
                if end.0.is_some() {
                    first_production = end.0;
                    break;
                }
            }
        }
        let whole = listed.whole && (production.is_empty() || first_production.is_some());
        let at = self.clock.now();
        Ok(PastRead { at, first_production, known_from, whole, problem: None })
    }
}
