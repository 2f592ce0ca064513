//! Do repositories on the path differ? A repository's parts, clear differences, small samples.

use super::*;
use crate::domain::metrics::cohort::{Cohorts, Measure};

/// Deploys every `hours`, each change `lead` minutes old.
fn steady(hours: i64, lead: i64) -> History {
    let now = at(NOW);
    let count = 30 * 24 / hours;
    let deployments = (0..count).map(|n| {
        let done = now.plus_ms(-(count - n) * hours * 60 * MINUTE + MINUTE);
        let name = |n: i64| Sha::parse(&format!("{:040x}", n + 1)).expect("valid");
        let one = Commit {
            sha: name(n),
            committed: done.plus_ms(-lead * MINUTE),
            merge: false,
            pull: None,
            reverts: None,
        };
        let compared = (n > 0).then(|| Compared {
            with: name(n - 1),
            relation: Relation::Ahead,
            commits: vec![one],
            partial: false,
        });
        let done = Some(done);
        Deployment {
            id: n,
            sha: name(n),
            succeeded: done,
            compared,
            ..deployment(n, 'x', NOW, NOW)
        }
    });
    History { deployments: deployments.collect(), ..History::default() }
}

#[test]
fn a_repository_that_adopts_in_between_stands_in_both() {
    let (history, rules) = (steady(24, 60), MetricsRules::default());
    let measured = Measured::of(&history, &rules);
    let period = Period::last(30, at(NOW));
    let mut cohorts = Cohorts::default();
    cohorts.add(&measured, Some(at("10-29 00:00")), period);
    assert_eq!((cohorts.on.len(), cohorts.off.len()), (1, 1));
    assert_eq!(cohorts.on[0].failures.1 + cohorts.off[0].failures.1, 30);
    assert_eq!(cohorts.off[0].per_day, Some(1.0));
    cohorts.add(&measured, Some(at("12-01 00:00")), period);
    cohorts.add(&measured, Some(at("09-01 00:00")), period);
    assert_eq!((cohorts.on.len(), cohorts.off.len()), (2, 2));
}

#[test]
fn a_clear_difference_is_clear_and_a_small_sample_has_no_interval() {
    let rules = MetricsRules::default();
    let period = Period::last(30, at(NOW));
    let mut cohorts = Cohorts::default();
    for n in 0..6 {
        let (quick, slow) = (steady(12, 30 + n), steady(48, 600 + 10 * n));
        cohorts.add(&Measured::of(&quick, &rules), Some(at("09-01 00:00")), period);
        cohorts.add(&Measured::of(&slow, &rules), None, period);
    }
    let compared = cohorts.compare();
    assert_eq!(compared[1].measure, Measure::LeadTime);
    let lead = &compared[1];
    // Medians of 30..=35 and of 600, 610, …, 650 minutes.
    assert_eq!(lead.on.figure, Some(32.5 * MINUTE as f64));
    assert_eq!(lead.off.figure, Some(625.0 * MINUTE as f64));
    assert!(lead.is_clear(), "{lead:?}");
    assert_eq!(compared, cohorts.compare());
    // Nobody failed: a difference of nothing, and certainly no clear one.
    assert!(!compared[2].is_clear());
    cohorts.on.truncate(4);
    assert_eq!(cohorts.compare()[1].interval, None);
    assert_eq!(cohorts.compare()[3].difference, None);
}

/// The same, created so many hours before its first deployment; so many of its four runs succeed.
fn young(hours: i64, green: usize) -> History {
    let mut history = steady(24, 60);
    let first = history.deployments[0].succeeded.expect("it succeeded");
    history.created = Some(first.plus_ms(-hours * 60 * MINUTE));
    history.whole = true;
    let run = |n: usize| Run {
        started: at("11-01 10:00"),
        finished: at("11-01 10:05"),
        success: Some(n < green),
    };
    history.runs = (0..4).map(run).collect();
    history
}

#[test]
fn ci_success_and_the_time_to_the_first_deployment_are_compared_too() {
    let rules = MetricsRules::default();
    let period = Period::last(30, at(NOW));
    let mut cohorts = Cohorts::default();
    for n in 1..=6 {
        let (quick, slow) = (young(n, 4), young(24 * n, 2));
        cohorts.add(&Measured::of(&quick, &rules), Some(at("09-01 00:00")), period);
        cohorts.add(&Measured::of(&slow, &rules), None, period);
    }
    let compared = cohorts.compare();
    let of = |measure| compared.iter().find(|c| c.measure == measure).expect("compared");
    let success = of(Measure::CiSuccess);
    assert_eq!((success.on.figure, success.off.figure), (Some(1.0), Some(0.5)));
    let first = of(Measure::CreationToFirst);
    let hours = |hours: f64| Some(hours * 60.0 * MINUTE as f64);
    // Medians of 1..=6 hours and of 24, 48, …, 144.
    assert_eq!((first.on.figure, first.off.figure), (hours(3.5), hours(84.0)));
    assert_eq!((first.on.repositories, first.on.p75), (6, hours(4.75)));
    assert!(success.is_clear() && first.is_clear());
    // The figures alone are the same, without the drawing.
    for (sure, plain) in compared.iter().zip(cohorts.figures()) {
        assert_eq!((sure.on, sure.off), (plain.on, plain.off));
        assert_eq!(plain.interval, None);
    }
}

#[test]
fn a_first_deployment_belongs_to_its_period_and_to_its_cohort() {
    let (history, rules) = (young(5, 4), MetricsRules::default());
    let measured = Measured::of(&history, &rules);
    let mut cohorts = Cohorts::default();
    cohorts.add(&measured, Some(at("10-29 00:00")), Period::last(30, at(NOW)));
    assert_eq!((cohorts.on[0].first_ms, cohorts.off[0].first_ms.is_some()), (None, true));
    let mut week = Cohorts::default();
    week.add(&measured, None, Period::last(7, at(NOW)));
    assert_eq!(week.off[0].first_ms, None);
}
