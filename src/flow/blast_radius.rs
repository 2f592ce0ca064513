//! Whom would a change of an organisation's policies or configuration hit? Tried on every default
//! branch that is kept.

use std::collections::BTreeMap;

use crate::domain::config::Standing;
use crate::domain::evaluate::{Answer, ConfigFile};
use crate::domain::ids::{InstallationId, PolicyId};
use crate::domain::impact::{Flip, Impact, RepoImpact, Side};
use crate::domain::report::policies_check::Radius;
use crate::edge::clock::Stopwatch;
use crate::edge::evaluator::Evaluators;

use super::App;
use super::check_policies::MAX_DEATHS;
use super::fate::Fate;
use super::organisation::Organisation;

/// Repositories that a change is tried on.
const MAX_REPOS: i64 = 5_000;
/// Time for all of them, in milliseconds; the job's lease is renewed meanwhile.
const MAX_MS: u128 = 120_000;

/// What an organisation asks for, at one commit of its configuration repository.
pub(super) struct Rules {
    /// Who judges by its policies.
    pub(super) evaluators: Evaluators,
    /// Its file.
    pub(super) file: Option<ConfigFile>,
}

impl App {
    /// Judges every stored default branch under old and new rules.
    pub(super) async fn blast_radius(
        &self,
        installation: InstallationId,
        old: &Rules,
        new: &Rules,
        watch: &Stopwatch,
    ) -> Result<Radius, Fate> {
        let mut radius = Radius::default();
        let mut found = Vec::new();
        let mut deaths: BTreeMap<PolicyId, usize> = BTreeMap::new();
        let today = self.clock.now().date();
        for row in self.store.snapshots(installation, MAX_REPOS).await? {
            if watch.ms() > MAX_MS {
                radius.out_of_time += 1;
                continue;
            }
            let Some(mut request) = self.kept(installation, row.repo).await? else {
                radius.without_snapshot += 1;
                continue;
            };
            let few = |id: &PolicyId| deaths.get(id).is_none_or(|n| *n < MAX_DEATHS);
            if !deaths.is_empty() {
                // Of both, so that what is not asked does not seem to have been mended.
                let mut ids = new.evaluators.catalogue().ids();
                ids.extend(old.evaluators.catalogue().ids());
                request.only = Some(ids.into_iter().filter(few).collect());
            }
            request.organisation = old.file.clone();
            let before = old.evaluators.evaluate(&request).await?;
            request.organisation = new.file.clone();
            let after = new.evaluators.evaluate(&request).await?;
            let labels = self.store.labels(row.repo).await?;
            let organisation = Organisation { labels, ..Organisation::default() };
            let traits = organisation.traits(row.repo, &after);
            let at = Standing { traits: &traits, today };
            let before = side(&old.evaluators, &before, at);
            let after = side(&new.evaluators, &after, at);
            let impact = RepoImpact::between(row.name.to_string(), before, after);
            for change in impact.changes.iter().filter(|c| c.flip == Flip::NewlyBroken) {
                *deaths.entry(change.policy.clone()).or_default() += 1;
            }
            found.push(impact);
        }
        radius.impact = Impact::of(found);
        Ok(radius)
    }
}

/// An answer with what makes modes of it.
pub(super) fn side<'a>(
    evaluators: &'a Evaluators,
    answer: &'a Answer,
    at: Standing<'a>,
) -> Side<'a> {
    Side { answer, metas: &evaluators.catalogue().policies, at }
}
