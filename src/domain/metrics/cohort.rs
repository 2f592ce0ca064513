//! Do repositories on the golden path deliver differently? Two cohorts, compared with an interval,
//! and no claim of cause: who adopts first may have been quicker before.
//!
//! A repository counts as *on the path* from its own adoption date on, and as *not yet* before it,
//! so one that adopts in the middle of a period stands in both cohorts with its two parts.
//! Repositories, not commits, are the units: a cohort's figure is the median over its repositories
//! of each one's own figure, except for the change failure rate, which is failures by deployments of
//! the whole cohort (a repository with one deployment has a rate of 0 % or 100 %).

use serde::Serialize;
use utoipa::ToSchema;

use super::bootstrap::difference;
use super::measure::{Measured, Measures, Period};
use super::statistics::quantile_of;
use crate::domain::time::Timestamp;

/// What one repository adds to a cohort. Milliseconds are plain numbers here.
#[derive(Debug, Clone, PartialEq)]
pub struct Member {
    /// Deployments per day; `None` of no time, or of a repository that never deployed.
    pub per_day: Option<f64>,
    /// Its median lead time.
    pub lead_ms: Option<f64>,
    /// Its failed deployments, and all.
    pub failures: (u64, u64),
    /// Its median time to restore.
    pub restore_ms: Option<f64>,
    /// Its median CI duration.
    pub ci_ms: Option<f64>,
    /// Its CI success rate.
    pub ci_success: Option<f64>,
    /// From its creation to its first production deployment, if that came in the period.
    pub first_ms: Option<f64>,
}

impl Member {
    fn of(measures: &Measures, deploys: bool, first_ms: Option<i64>) -> Self {
        let plain = |ms: Option<i64>| ms.map(|ms| ms as f64);
        Self {
            per_day: measures.deployments.per_day.filter(|_| deploys),
            lead_ms: plain(measures.lead_time.median_ms),
            failures: (measures.change_failures.hits, measures.change_failures.n),
            restore_ms: plain(measures.time_to_restore.median_ms),
            ci_ms: plain(measures.ci_duration.median_ms),
            ci_success: measures.ci_success.share,
            first_ms: plain(first_ms),
        }
    }

    fn says_something(&self) -> bool {
        self.per_day.is_some()
            || self.ci_ms.is_some()
            || self.first_ms.is_some()
            || self.restore_ms.is_some()
            || self.failures.1 > 0
    }

    fn bits(&self) -> Vec<f64> {
        let (hits, n) = self.failures;
        let times = [self.lead_ms, self.restore_ms, self.ci_ms, self.first_ms];
        let all = times.into_iter().chain([self.per_day, self.ci_success]);
        // What lacks is another figure than 0.
        let all = all.map(|figure| figure.unwrap_or(-1.0));
        all.chain([hits as f64, n as f64]).collect()
    }
}

/// The two cohorts of a period, repository by repository.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cohorts {
    /// On the path.
    pub on: Vec<Member>,
    /// Not yet.
    pub off: Vec<Member>,
}

/// Shorter parts of a period say nothing about a frequency.
const LEAST_DAYS: f64 = 1.0;

impl Cohorts {
    /// Adds a repository with its adoption date, if it has one. Those that never deployed and have
    /// no CI say nothing and are left out.
    pub fn add(&mut self, repo: &Measured<'_>, adopted: Option<Timestamp>, period: Period) {
        let deploys = repo.steps().iter().any(|step| step.at <= period.to);
        let (before, after) = match adopted {
            None => (Some(period), None),
            Some(at) if at <= period.from => (None, Some(period)),
            Some(at) if at >= period.to => (Some(period), None),
            Some(at) => (Some(period.until(at)), Some(period.since(at))),
        };
        for (part, cohort) in [(before, &mut self.off), (after, &mut self.on)] {
            let Some(part) = part.filter(|part| repo.known(*part).days() >= LEAST_DAYS) else {
                continue;
            };
            let first = repo
                .creation_to_first_ms()
                .filter(|_| repo.first_production().is_some_and(|first| part.holds(first)));
            let member = Member::of(&repo.in_period(part), deploys, first);
            if member.says_something() {
                cohort.push(member);
            }
        }
    }

    /// All comparisons, in a fixed order.
    pub fn compare(&self) -> Vec<Comparison> {
        self.all(true)
    }

    /// The same without intervals, for which both cohorts would be drawn thousands of times.
    pub fn figures(&self) -> Vec<Comparison> {
        self.all(false)
    }

    fn all(&self, sure: bool) -> Vec<Comparison> {
        let medians = |name, of: fn(&Member) -> Option<f64>| self.medians(name, of, sure);
        vec![
            medians(Measure::DeploymentsPerDay, |m| m.per_day),
            medians(Measure::LeadTime, |m| m.lead_ms),
            self.comparison(
                Measure::ChangeFailureRate,
                |m| (m.failures.1 > 0).then_some(0.0),
                failure_rate,
                sure,
            ),
            medians(Measure::TimeToRestore, |m| m.restore_ms),
            medians(Measure::CiDuration, |m| m.ci_ms),
            medians(Measure::CiSuccess, |m| m.ci_success),
            medians(Measure::CreationToFirst, |m| m.first_ms),
        ]
    }

    fn medians(&self, name: Measure, of: fn(&Member) -> Option<f64>, sure: bool) -> Comparison {
        let figure = |members: &[&Member], q: f64| {
            let mut figures: Vec<f64> = members.iter().filter_map(|m| of(m)).collect();
            quantile_of(&mut figures, q)
        };
        let mut comparison = self.comparison(name, of, |members| figure(members, 0.5), sure);
        let all = |members: &'_ [Member]| figure(&members.iter().collect::<Vec<_>>(), 0.75);
        comparison.on.p75 = all(&self.on);
        comparison.off.p75 = all(&self.off);
        comparison
    }

    fn comparison(
        &self,
        name: Measure,
        has: impl Fn(&Member) -> Option<f64>,
        figure: impl Fn(&[&Member]) -> Option<f64>,
        sure: bool,
    ) -> Comparison {
        let with = |members: &[Member]| -> Vec<Member> {
            members.iter().filter(|m| has(m).is_some()).cloned().collect()
        };
        let (on, off) = (with(&self.on), with(&self.off));
        let side = |members: &[Member]| Side {
            repositories: members.len(),
            figure: figure(&members.iter().collect::<Vec<_>>()),
            p75: None,
        };
        let (one, other) = (side(&on), side(&off));
        Comparison {
            measure: name,
            difference: one.figure.zip(other.figure).map(|(a, b)| a - b),
            interval: sure.then(|| difference(&on, &off, Member::bits, &figure)).flatten(),
            on: one,
            off: other,
        }
    }
}

fn failure_rate(members: &[&Member]) -> Option<f64> {
    let sum = |pick: fn(&Member) -> u64| members.iter().map(|m| pick(m)).sum::<u64>();
    let (hits, n) = (sum(|m| m.failures.0), sum(|m| m.failures.1));
    (n > 0).then(|| hits as f64 / n as f64)
}

/// What is compared. Its name in JSON ends with its unit, where it has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub enum Measure {
    /// Deployments per day; more is better.
    #[serde(rename = "deployments_per_day")]
    DeploymentsPerDay,
    /// Lead time for changes, in milliseconds.
    #[serde(rename = "lead_time_ms")]
    LeadTime,
    /// Failed ones by all deployments, 0 to 1.
    #[serde(rename = "change_failure_rate")]
    ChangeFailureRate,
    /// Time to restore, in milliseconds.
    #[serde(rename = "time_to_restore_ms")]
    TimeToRestore,
    /// CI duration on the default branch, in milliseconds.
    #[serde(rename = "ci_duration_ms")]
    CiDuration,
    /// Share of the runs on the default branch that succeeded, 0 to 1; more is better.
    #[serde(rename = "ci_success_rate")]
    CiSuccess,
    /// From a repository's creation to its first production deployment in the period, in milliseconds.
    #[serde(rename = "creation_to_first_ms")]
    CreationToFirst,
}

/// One cohort's side of a comparison.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, ToSchema)]
pub struct Side {
    /// Repositories that have this measure.
    pub repositories: usize,
    /// The cohort's figure: median over repositories, or the pooled rate.
    pub figure: Option<f64>,
    /// Three quarters of the repositories have no more; `None` for the pooled rate.
    pub p75: Option<f64>,
}

/// One measure of both cohorts.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Comparison {
    /// Which.
    pub measure: Measure,
    /// On the path.
    pub on: Side,
    /// Not yet.
    pub off: Side,
    /// `on − off`.
    pub difference: Option<f64>,
    /// 95 % bootstrap interval of the difference; `None` below five repositories on a side.
    pub interval: Option<(f64, f64)>,
}

impl Comparison {
    /// Whether the interval leaves out zero: the cohorts differ, for whatever reason.
    pub fn is_clear(&self) -> bool {
        self.interval.is_some_and(|(low, high)| low > 0.0 || high < 0.0)
    }
}
