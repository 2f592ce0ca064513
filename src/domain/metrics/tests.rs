//! The figures of a scripted history, computed by hand: `docs/dora.md` shows the same table.
//!
//! Times of day are written in several zones on purpose; those of the table are UTC.
//!
//! | deployment | succeeded | brings (lead time) | it is | failed? |
//! |---|---|---|---|---|
//! | 1 `a` | Nov 1 09:10 | unknown: the first | first | |
//! | 2 `b` | Nov 2 06:30 | 2 commits and their merge (120, 90 min) | change | incidents 50, 51 |
//! | 3 `c` | Nov 2 10:00 | a squash (30) | change | rolled back by 4 |
//! | 4 `b` | Nov 2 11:20 | | rollback | |
//! | 5 `c` | Nov 2 13:00 | nothing new | change | |
//! | 6 `e` | Nov 3 10:00 | 2 commits (120, 60) | change | reverted by 7 |
//! | 7 `f` | Nov 4 10:00 | the revert (15) | change | |
//! | 8 `h` | Nov 5 10:20 | 2 commits (40, 30) | change | |
//! | 9 `g` | Nov 5 10:30 | begun before 8, done after it | overtaken | |
//! | 10 `i` | Nov 6 10:00 | 1 commit (60), `h` again | change | |
//! | 11 | never | | failed attempt | |
//! | 12 `i` to `prod-eu` | Nov 6 10:30 | | spread | |
//! | 13 `k` | Nov 7 09:00 | a commit and its own revert (60, 30) | change | incident 52, open |

use super::measure::{Measured, Period};
use super::message::Reverted;
use super::record::*;
use super::rules::MetricsRules;
use super::sequence::Kind;
use super::sequence::sequence;
use super::statistics::Share;
use crate::domain::ids::Sha;
use crate::domain::time::Timestamp;

const MINUTE: i64 = 60_000;

fn sha(letter: char) -> Sha {
    Sha::parse(&format!("{:040x}", u32::from(letter))).expect("valid")
}

fn at(text: &str) -> Timestamp {
    let (day, rest) = text.split_once(' ').expect("day and time");
    let zone = if rest.len() > 5 { "" } else { ":00Z" };
    let text = format!("2026-{day}T{rest}{zone}");
    Timestamp::parse_rfc3339(&text).unwrap_or_else(|| panic!("{text}"))
}

fn commit(letter: char, committed: &str) -> Commit {
    Commit { sha: sha(letter), committed: at(committed), merge: false, pull: None, reverts: None }
}

fn deployment(id: i64, letter: char, begun: &str, done: &str) -> Deployment {
    Deployment {
        source: Source::Deployment,
        id,
        environment: "production".to_owned(),
        sha: sha(letter),
        created: at(begun),
        succeeded: Some(at(done)),
        failed: None,
        compared: None,
    }
}

fn with(d: Deployment, with: char, relation: Relation, commits: Vec<Commit>) -> Deployment {
    let compared = Compared { with: sha(with), relation, commits, partial: false };
    Deployment { compared: Some(compared), ..d }
}

fn incident(number: i64, opened: &str, closed: Option<&str>) -> Incident {
    Incident { number, opened: at(opened), closed: closed.map(at) }
}

fn script() -> History {
    use Relation::{Ahead, Behind};
    let merge = Commit { merge: true, pull: Some(2), ..commit('b', "11-02 05:10") };
    let squash = Commit { pull: Some(3), ..commit('c', "11-02 09:30") };
    let four = Commit { pull: Some(4), ..commit('d', "11-03 08:00") };
    let revert = Commit {
        reverts: Some(Reverted::Commit(sha('d').as_str().to_owned())),
        ..commit('f', "11-04 09:45")
    };
    let nine = Commit { pull: Some(9), ..commit('j', "11-07 08:00") };
    let unseen = Commit { reverts: Some(Reverted::Pull(9)), ..commit('k', "11-07 08:30") };
    let early = [commit('1', "11-01 23:30:00-05:00"), commit('2', "11-02 06:00:00+01:00"), merge];
    let d = deployment;
    let deployments = vec![
        d(1, 'a', "11-01 09:00", "11-01 09:10"),
        with(d(2, 'b', "11-02 06:20", "11-02 06:30"), 'a', Ahead, early.to_vec()),
        with(d(3, 'c', "11-02 09:50", "11-02 10:00"), 'b', Ahead, vec![squash.clone()]),
        with(d(4, 'b', "11-02 11:10", "11-02 11:20"), 'c', Behind, vec![]),
        with(d(5, 'c', "11-02 12:50", "11-02 13:00"), 'b', Ahead, vec![squash]),
        with(
            d(6, 'e', "11-03 09:50", "11-03 19:00:00+09:00"),
            'c',
            Ahead,
            vec![four, commit('e', "11-03 09:00")],
        ),
        with(d(7, 'f', "11-04 09:50", "11-04 10:00"), 'e', Ahead, vec![revert]),
        with(
            d(8, 'h', "11-05 10:00", "11-05 10:20"),
            'f',
            Ahead,
            vec![commit('g', "11-05 09:40"), commit('h', "11-05 09:50")],
        ),
        with(d(9, 'g', "11-05 09:50", "11-05 10:30"), 'h', Behind, vec![]),
        with(
            d(10, 'i', "11-06 09:50", "11-06 10:00"),
            'g',
            Ahead,
            vec![commit('h', "11-05 09:50"), commit('i', "11-06 09:00")],
        ),
        Deployment {
            succeeded: None,
            failed: Some(at("11-06 12:00")),
            ..d(11, 'z', "11-06 11:50", "11-06 12:00")
        },
        Deployment {
            environment: "prod-eu".to_owned(),
            ..d(12, 'i', "11-06 10:20", "11-06 10:30")
        },
        with(d(13, 'k', "11-07 08:50", "11-07 09:00"), 'i', Ahead, vec![nine, unseen]),
        // A worse source is not counted beside a better one.
        Deployment { source: Source::Release, ..d(99, 'y', "11-07 08:50", "11-07 09:30") },
    ];
    let incidents = vec![
        incident(50, "11-02 07:00", Some("11-02 09:00")),
        incident(51, "11-02 03:00:00-05:00", Some("11-02 10:30")),
        incident(52, "11-07 10:00", None),
        // Before there was any deployment.
        incident(53, "10-31 12:00", Some("11-01 01:00:00+09:00")),
    ];
    let run = |started: &str, finished: &str, success| Run {
        started: at(started),
        finished: at(finished),
        success,
    };
    let runs = vec![
        run("11-02 05:00", "11-02 05:04", Some(true)),
        run("11-03 09:00", "11-03 09:10", Some(false)),
        run("11-04 09:00", "11-04 09:06", Some(true)),
        run("11-05 09:00", "11-05 09:01", None),
        run("11-06 09:00", "11-06 09:08", Some(true)),
    ];
    let created = Some(at("10-20 09:10"));
    History { created, whole: true, deployments, incidents, runs, ..History::default() }
}

const NOW: &str = "11-08 00:00";

#[test]
fn the_table_computed_by_hand() {
    let (history, rules) = (script(), MetricsRules::default());
    let measured = Measured::of(&history, &rules);
    let week = measured.in_period(Period::last(7, at(NOW)));
    assert_eq!((week.deployments.n, week.deployments.days), (9, 7.0));
    assert_eq!((week.rollbacks, week.failed_attempts, week.partial), (1, 1, 1));

    // 15 30 30 30 40 60 60 60 90 120 120
    let lead = week.lead_time;
    assert_eq!((lead.n, lead.small), (11, false));
    assert_eq!(lead.median_ms, Some(60 * MINUTE));
    assert_eq!(lead.p75_ms, Some(75 * MINUTE));
    assert_eq!(lead.interval_ms, Some((30 * MINUTE, 120 * MINUTE)));

    assert_eq!(week.change_failures, Share::of(4, 9));
    assert_eq!(week.open_incidents, 1);
    // 80 (rollback) 120 150 (incidents) 1440 (revert)
    let restore = week.time_to_restore;
    assert_eq!((restore.n, restore.small, restore.interval_ms), (4, true, None));
    assert_eq!(restore.median_ms, Some(135 * MINUTE));
    assert_eq!(restore.p75_ms, Some(472 * MINUTE + MINUTE / 2));

    // 4 6 8 10, one of them red; the cancelled one says nothing.
    assert_eq!(week.ci_duration.median_ms, Some(7 * MINUTE));
    assert_eq!(week.ci_duration.p75_ms, Some(8 * MINUTE + MINUTE / 2));
    assert_eq!(week.ci_success, Share::of(3, 4));
    assert_eq!(measured.creation_to_first_ms(), Some(12 * 24 * 60 * MINUTE));

    let month = measured.in_period(Period::last(30, at(NOW)));
    // The repository is 18 days, 14 hours and 50 minutes old.
    assert_eq!(month.deployments.n, 9);
    assert!((month.deployments.days - (18.0 + 14.0 / 24.0 + 50.0 / 1440.0)).abs() < 1e-9);
    // 80 120 150 240 1440
    assert_eq!(month.time_to_restore.median_ms, Some(150 * MINUTE));
    assert_eq!(month.time_to_restore.p75_ms, Some(240 * MINUTE));
}

#[test]
fn each_deployment_is_what_the_table_says() {
    let history = script();
    let steps = sequence(history.deployments());
    let kinds: Vec<(i64, Kind)> = steps.iter().map(|s| (s.deployment.id, s.kind)).collect();
    use Kind::*;
    let expected = [
        (1, First),
        (2, Change),
        (3, Change),
        (4, Rollback),
        (5, Change),
        (6, Change),
        (7, Change),
        (8, Change),
        (9, Overtaken),
        (10, Change),
        (12, Spread),
        (13, Change),
    ];
    assert_eq!(kinds, expected);
}

#[test]
fn the_order_of_records_changes_nothing() {
    let rules = MetricsRules::default();
    let mut history = script();
    let period = Period::last(30, at(NOW));
    let figures = Measured::of(&history, &rules).in_period(period);
    history.deployments.reverse();
    history.incidents.reverse();
    history.runs.reverse();
    assert_eq!(Measured::of(&history, &rules).in_period(period), figures);
}

/// GitHub may not know a commit any more, or may not be asked: order of arrival is enough to tell a
/// rollback from rolling forward again.
#[test]
fn without_comparisons_rollbacks_are_still_seen() {
    let mut history = script();
    history.deployments.iter_mut().for_each(|d| d.compared = None);
    let kinds: Vec<Kind> = sequence(history.deployments()).iter().map(|s| s.kind).collect();
    assert_eq!(kinds[3], Kind::Rollback);
    assert_eq!(kinds[4], Kind::Change);
    // That `g` is older than `h` nobody can know.
    assert_eq!(kinds[8], Kind::Change);
}

#[test]
fn what_comes_too_late_is_not_laid_to_a_deployment() {
    let mut history = script();
    history.incidents = vec![incident(60, "11-14 08:59", Some("11-14 09:30"))];
    let rules = MetricsRules::default();
    let failed = |history: &History, rules: &MetricsRules| {
        Measured::of(history, rules).failures().failed.keys().copied().collect::<Vec<_>>()
    };
    // Steps 2 (rolled back), 5 (reverted) and 11 (the newest, six days and a bit before).
    assert_eq!(failed(&history, &rules), [2, 5, 11]);
    history.incidents[0].opened = at("11-14 09:01");
    assert_eq!(failed(&history, &rules), [2, 5]);
    // The revert came a day after.
    let strict = MetricsRules { attribution_days: 0, ..rules };
    assert_eq!(failed(&history, &strict), [2]);
}

#[test]
fn nothing_known_gives_no_figures() {
    let (history, rules) = (History::default(), MetricsRules::default());
    let measured = Measured::of(&history, &rules);
    let month = measured.in_period(Period::last(30, at(NOW)));
    assert_eq!(month.deployments.n, 0);
    assert_eq!((month.lead_time.median_ms, month.change_failures.share), (None, None));
    assert_eq!(measured.creation_to_first_ms(), None);
}

mod cohorts {
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
}
