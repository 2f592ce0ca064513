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
