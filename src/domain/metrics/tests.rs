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

mod cohorts;

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

/// As GitHub's *Revert* button names what it takes back, and as `git revert -m 1` does.
#[test]
fn reverts_of_pull_requests_and_of_whole_merges_are_seen() {
    use Relation::Ahead;
    let squash = Commit { pull: Some(12), ..commit('b', "11-02 08:00") };
    let merge = Commit { merge: true, pull: Some(14), ..commit('m', "11-03 08:30") };
    let button =
        Commit { pull: Some(15), reverts: Some(Reverted::Pull(12)), ..commit('d', "11-04 09:00") };
    let by_git = Commit {
        reverts: Some(Reverted::Commit(sha('m').as_str().to_owned())),
        ..commit('e', "11-05 09:00")
    };
    let again = Commit { pull: Some(16), ..commit('f', "11-06 09:00") };
    let two = vec![commit('x', "11-03 07:00"), merge];
    let d = deployment;
    let deployments = vec![
        d(1, 'a', "11-01 10:00", "11-01 10:00"),
        with(d(2, 'b', "11-02 10:00", "11-02 10:00"), 'a', Ahead, vec![squash]),
        with(d(3, 'm', "11-03 10:00", "11-03 10:00"), 'b', Ahead, two),
        with(d(4, 'd', "11-04 10:00", "11-04 10:00"), 'm', Ahead, vec![button]),
        with(d(5, 'e', "11-05 10:00", "11-05 10:00"), 'd', Ahead, vec![by_git]),
        with(d(6, 'f', "11-06 10:00", "11-06 10:00"), 'e', Ahead, vec![again]),
    ];
    let history = History { deployments, ..History::default() };
    let rules = MetricsRules::default();
    let measured = Measured::of(&history, &rules);
    let failed: Vec<usize> = measured.failures().failed.keys().copied().collect();
    assert_eq!(failed, [1, 2]);
    let week = measured.in_period(Period::last(7, at(NOW)));
    assert_eq!(week.change_failures, Share::of(2, 6));
    // Two days each.
    assert_eq!((week.time_to_restore.n, week.time_to_restore.median_ms), (2, Some(2880 * MINUTE)));
    // 120, 180 (the merge brings no change of its own), 60, 60, 60
    assert_eq!((week.lead_time.n, week.lead_time.median_ms), (5, Some(60 * MINUTE)));
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
