//! How much, how fast, how safely, in a period? The measures of one repository.

use serde::Serialize;
use utoipa::ToSchema;

use super::failure::{Failures, failures};
use super::record::History;
use super::rules::MetricsRules;
use super::sequence::{Kind, Step, sequence};
use super::statistics::{Durations, Frequency, Share};
use crate::domain::time::Timestamp;

/// Milliseconds of a day; days here are 24 hours, not calendar days of some time zone.
pub const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// The periods that are reported, in days.
pub const WINDOWS: [u32; 3] = [7, 30, 90];

/// `from < t ≤ to`: an event at a border belongs to one period only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Period {
    /// Its beginning, excluded.
    pub from: Timestamp,
    /// Its end, included.
    pub to: Timestamp,
}

impl Period {
    /// The last `days` days before `now`.
    pub fn last(days: u32, now: Timestamp) -> Self {
        Self { from: now.plus_ms(-i64::from(days) * DAY_MS), to: now }
    }

    /// Whether it holds a moment.
    ///
    /// ```
    /// use waymark::domain::metrics::measure::{DAY_MS, Period};
    /// use waymark::domain::time::Timestamp;
    /// let week = Period::last(7, Timestamp(10 * DAY_MS));
    /// assert!(week.holds(Timestamp(10 * DAY_MS)) && week.holds(Timestamp(3 * DAY_MS + 1)));
    /// assert!(!week.holds(Timestamp(3 * DAY_MS)));
    /// ```
    pub fn holds(&self, t: Timestamp) -> bool {
        self.from < t && t <= self.to
    }

    /// Its part from `since` on.
    #[must_use]
    pub fn since(self, since: Timestamp) -> Self {
        Self { from: self.from.max(since).min(self.to), to: self.to }
    }

    /// Its part up to `until`.
    #[must_use]
    pub fn until(self, until: Timestamp) -> Self {
        Self { from: self.from, to: self.to.min(until).max(self.from) }
    }

    /// Its length in days.
    pub fn days(&self) -> f64 {
        (self.to.0 - self.from.0).max(0) as f64 / DAY_MS as f64
    }
}

/// What a repository did in a period.
#[derive(Debug, Clone, Default, PartialEq, Serialize, ToSchema)]
pub struct Measures {
    /// Successful production deployments that brought something: see [`Kind::counts`].
    pub deployments: Frequency,
    /// Each commit that reached users for the first time: from committed to deployed.
    pub lead_time: Durations,
    /// Failed ones among the deployments.
    pub change_failures: Share,
    /// Restorations in the period: from the beginning of the failure.
    pub time_to_restore: Durations,
    /// Incidents open at the period's end; they have no time to restore yet.
    pub open_incidents: usize,
    /// Deployments of an older commit.
    pub rollbacks: usize,
    /// Attempts that failed before they reached users; no part of the change failure rate.
    pub failed_attempts: usize,
    /// Finished runs for pushes to the default branch that succeeded or failed.
    pub ci_duration: Durations,
    /// Those that succeeded.
    pub ci_success: Share,
    /// Deployments of which not every commit is known: their part of the lead time is missing.
    pub partial: usize,
}

/// A repository's history with everything worked out that does not depend on a period.
pub struct Measured<'a> {
    history: &'a History,
    steps: Vec<Step<'a>>,
    failures: Failures,
    failed_attempts: Vec<Timestamp>,
}

impl<'a> Measured<'a> {
    /// Sorts out who did what to whom.
    pub fn of(history: &'a History, rules: &MetricsRules) -> Self {
        let deployments = history.deployments();
        let attempts = deployments.iter().filter(|d| d.succeeded.is_none());
        let failed_attempts = attempts.filter_map(|d| d.failed).collect();
        let steps = sequence(deployments);
        let failures = failures(&steps, &history.incidents, rules);
        Self { history, steps, failures, failed_attempts }
    }

    /// The successful deployments in order.
    pub fn steps(&self) -> &[Step<'a>] {
        &self.steps
    }

    /// When attempts failed that reached nobody.
    pub fn failed_attempts(&self) -> &[Timestamp] {
        &self.failed_attempts
    }

    /// What failed and was restored.
    pub fn failures(&self) -> &Failures {
        &self.failures
    }

    /// When the repository was created, where that is known.
    pub fn created(&self) -> Option<Timestamp> {
        self.history.created
    }

    /// From the repository's creation to its first production deployment, in milliseconds. `None`
    /// when there is none, or when an earlier one may have been missed.
    pub fn creation_to_first_ms(&self) -> Option<i64> {
        Some((self.first_production()?.0 - self.history.created?.0).max(0))
    }

    /// When the repository first was deployed to production. `None` when it was not, or when an earlier
    /// deployment may have been missed.
    pub fn first_production(&self) -> Option<Timestamp> {
        let first = self.steps.first().map(|step| step.at);
        first.into_iter().chain(self.history.first_production).min().filter(|_| self.history.whole)
    }

    /// The part of a period in which deployments of this repository are known: not before it was
    /// created, nor before we began to look.
    pub fn known(&self, period: Period) -> Period {
        let History { created, known_from, .. } = *self.history;
        let begins = created.into_iter().chain(known_from).max();
        begins.map_or(period, |begins| period.since(begins))
    }

    /// The measures in a period.
    ///
    /// Worked, in hours since some moment: the first version is live at 0; a commit of hour 1 is
    /// deployed at 3 (lead time 2), an incident follows from 4 to 9 (time to restore 5); a commit of
    /// hour 6 is deployed at 10 (lead time 4), found bad, and the version before it is deployed again
    /// at 11 (time to restore 1). Three deployments, two of which failed; one rollback.
    ///
    /// ```
    /// use waymark::domain::ids::Sha;
    /// use waymark::domain::metrics::measure::{Measured, Period};
    /// use waymark::domain::metrics::record::{
    ///     Commit, Compared, Deployment, History, Incident, Relation, Source,
    /// };
    /// use waymark::domain::metrics::MetricsRules;
    /// use waymark::domain::time::Timestamp;
    ///
    /// const HOUR: i64 = 3_600_000;
    /// let at = |hour: i64| Timestamp(1_000_000 * HOUR + hour * HOUR);
    /// let sha = |n: u8| Sha::parse(&format!("{n:040x}")).unwrap();
    /// let deployed = |n: u8, hour, compared| Deployment {
    ///     source: Source::Deployment,
    ///     id: hour,
    ///     environment: "production".to_owned(),
    ///     sha: sha(n),
    ///     created: at(hour),
    ///     succeeded: Some(at(hour)),
    ///     failed: None,
    ///     compared,
    /// };
    /// let brings = |n: u8, hour| {
    ///     let one = Commit { sha: sha(n), committed: at(hour), merge: false, pull: None, reverts: None };
    ///     let (with, relation, commits) = (sha(n - 1), Relation::Ahead, vec![one]);
    ///     Some(Compared { with, relation, commits, partial: false })
    /// };
    /// let history = History {
    ///     created: Some(at(-6)),
    ///     whole: true,
    ///     deployments: vec![
    ///         deployed(1, 0, None),
    ///         deployed(2, 3, brings(2, 1)),
    ///         deployed(3, 10, brings(3, 6)),
    ///         deployed(2, 11, None),
    ///     ],
    ///     incidents: vec![Incident { number: 7, opened: at(4), closed: Some(at(9)) }],
    ///     ..History::default()
    /// };
    /// let rules = MetricsRules::default();
    /// let measured = Measured::of(&history, &rules);
    /// let day = measured.in_period(Period::last(1, at(18)));
    /// assert_eq!((day.deployments.n, day.deployments.per_day), (3, Some(3.0)));
    /// assert_eq!((day.lead_time.n, day.lead_time.median_ms), (2, Some(3 * HOUR)));
    /// assert_eq!((day.change_failures.hits, day.change_failures.n), (2, 3));
    /// assert_eq!((day.time_to_restore.n, day.time_to_restore.median_ms), (2, Some(3 * HOUR)));
    /// assert_eq!(day.rollbacks, 1);
    /// // From the creation at −6 to the first deployment at 0.
    /// assert_eq!(measured.creation_to_first_ms(), Some(6 * HOUR));
    /// ```
    pub fn in_period(&self, period: Period) -> Measures {
        let known = self.known(period);
        let mut counted = 0;
        let (mut failed, mut partial, mut rollbacks) = (0, 0, 0);
        let mut leads = Vec::new();
        for (i, step) in self.steps.iter().enumerate().filter(|(_, s)| period.holds(s.at)) {
            rollbacks += usize::from(step.kind == Kind::Rollback);
            if !step.kind.counts() {
                continue;
            }
            counted += 1;
            failed += u64::from(self.failures.failed.contains_key(&i));
            partial += usize::from(step.partial);
            let commits = step.brought.iter().filter(|commit| !commit.merge);
            leads.extend(commits.map(|commit| step.at.0 - commit.committed.0));
        }
        let restored = self.failures.restored.iter().filter(|r| period.holds(r.at));
        let incidents = self.history.incidents.iter();
        let open = incidents.filter(|incident| {
            incident.opened <= period.to && incident.closed.is_none_or(|at| at > period.to)
        });
        let runs = || {
            let runs = self.history.runs.iter().filter(|run| period.holds(run.finished));
            runs.filter_map(|run| Some((run, run.success?)))
        };
        let green = runs().filter(|(_, success)| *success).count() as u64;
        Measures {
            deployments: Frequency::of(counted, known.days()),
            lead_time: Durations::of(leads),
            change_failures: Share::of(failed, counted),
            time_to_restore: Durations::of(restored.map(|r| r.at.0 - r.from.0).collect()),
            open_incidents: open.count(),
            rollbacks,
            failed_attempts: self.failed_attempts.iter().filter(|t| period.holds(**t)).count(),
            ci_duration: Durations::of(
                runs().map(|(run, _)| run.finished.0 - run.started.0).collect(),
            ),
            ci_success: Share::of(green, runs().count() as u64),
            partial,
        }
    }
}
