//! What is good to know of how a change was reviewed, and of who depends on it?

use super::{Condition, Weight};
use crate::domain::risk::dependents::Dependents;
use crate::domain::risk::observed::Reviewing;

/// Smaller changes are read in no time, in lines.
const LARGE: u64 = 100;
/// Approved sooner than this, nobody can have read a large change, in milliseconds.
const GLANCE_MS: i64 = 5 * 60 * 1000;
/// Lines per hour that nobody reads (Cohen et al. 2006 find reviews to miss more above 500).
const LINES_PER_HOUR: i64 = 2_000;
/// Whoever knows less of the files is a stranger to them, as a share.
const AT_HOME: f64 = 0.5;
/// Entities that need the repository, directly and through others.
const MANY: (u64, u64) = (5, 20);

fn note(name: &str, evidence: String, how: &str) -> Condition {
    Condition {
        name: name.to_owned(),
        weight: Weight::Note,
        evidence: vec![evidence],
        how_to_clear: how.to_owned(),
    }
}

/// Whether a large change was approved faster than it can be read, without a word.
///
/// Definition: 100 changed lines or more, no review comment, approved within 5 minutes or faster than 2,000
/// lines per hour. Unit: yes or no. Formula: changed lines / hours from *ready for review* to the first
/// approval. Source: Cohen et al. 2006 (reviews above 500 lines per hour find less).
///
/// ```
/// use waymark::domain::risk::condition::of_pace;
/// use waymark::domain::risk::observed::Reviewing;
/// let after = |minutes: i64| {
///     let (comments, waited_ms) = (Some(0), Some(minutes * 60_000));
///     let seen = Reviewing { approvals: 1, comments, waited_ms, ..Reviewing::default() };
///     of_pace(&seen, 500).is_some()
/// };
/// // 500 lines in 14 minutes are 2,142 per hour, in 16 minutes 1,875.
/// assert!(after(14) && !after(16));
/// ```
pub fn of_pace(reviewing: &Reviewing, lines: u64) -> Option<Condition> {
    let waited = reviewing.waited_ms?;
    let fast = waited < GLANCE_MS
        || i64::try_from(lines).unwrap_or(i64::MAX).saturating_mul(3_600_000) / waited
            > LINES_PER_HOUR;
    if lines < LARGE || reviewing.comments != Some(0) || !fast {
        return None;
    }
    let minutes = waited / 60_000;
    let evidence =
        format!("{lines} changed lines were approved within {minutes} min, without a comment");
    Some(note("rubber_stamp", evidence, "have it read by somebody who takes the time"))
}

/// Whether neither its author nor those who approved it know the files. `author` is the share of
/// them that the author changed before.
///
/// Definition: approved, by nobody who knows the files, and its author knows less than half of them. Unit:
/// yes or no. Formula: signal `expert_approvals` = 0 and `b_known` < 0.5. Source: `docs/risk.md`.
///
/// ```
/// use waymark::domain::risk::condition::of_expertise;
/// use waymark::domain::risk::observed::Reviewing;
/// let seen = Reviewing { approvals: 2, experts: Some(0), ..Reviewing::default() };
/// assert!(of_expertise(&seen, Some(0.25)).is_some());
/// assert!(of_expertise(&seen, Some(0.5)).is_none());
/// ```
pub fn of_expertise(reviewing: &Reviewing, author: Option<f64>) -> Option<Condition> {
    let strangers = reviewing.approvals > 0
        && reviewing.experts == Some(0)
        && author.is_some_and(|share| share < AT_HOME);
    strangers.then(|| {
        let evidence =
            "neither the author nor anybody who approved it changed half of these files before, or owns one";
        note("no_expert", evidence.to_owned(), "a look by one of those who know these files best")
    })
}

/// Whether many depend on it.
///
/// Definition: many entities of the catalog need this repository. Unit: entities. Formula: 5 or more one
/// step away, or 20 or more in all. Source: Backstage's relations; `docs/risk.md`.
///
/// ```
/// use waymark::domain::risk::condition::of_dependents;
/// use waymark::domain::risk::dependents::Dependents;
/// assert!(of_dependents(Dependents { direct: 5, all: 5 }).is_some());
/// assert!(of_dependents(Dependents { direct: 4, all: 19 }).is_none());
/// ```
pub fn of_dependents(found: Dependents) -> Option<Condition> {
    let (direct, all) = MANY;
    (found.direct >= direct || found.all >= all).then(|| {
        let evidence = format!(
            "{} catalog entities need this repository, {} with those that need them in turn",
            found.direct, found.all
        );
        note("many_dependents", evidence, "nothing has to be cleared; a mistake here reaches far")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_glance_at_a_large_change_is_noted() {
        let of = |waited_ms, comments, lines| {
            let seen = Reviewing { waited_ms, comments, ..Reviewing::default() };
            of_pace(&seen, lines).map(|condition| condition.evidence[0].clone())
        };
        let told = of(Some(4 * 60 * 1000), Some(0), 100).expect("noted");
        assert_eq!(told, "100 changed lines were approved within 4 min, without a comment");
        assert!(of(Some(0), Some(0), u64::MAX).is_some());
        assert!(of(Some(3_600_000), Some(0), 2_001).is_some());
        assert_eq!(of(Some(3_600_000), Some(0), 2_000), None);
        assert_eq!(of(Some(0), Some(1), 500), None);
        assert_eq!(of(Some(0), None, 500), None);
        assert_eq!(of(None, Some(0), 500), None);
        assert_eq!(of(Some(0), Some(0), 99), None);
    }

    #[test]
    fn strangers_among_themselves_are_noted() {
        let of = |approvals, experts, author| {
            let seen = Reviewing { approvals, experts, ..Reviewing::default() };
            of_expertise(&seen, author).is_some()
        };
        assert!(of(1, Some(0), Some(0.4)));
        assert!(!of(0, Some(0), Some(0.0)), "nobody has approved it yet");
        assert!(!of(1, Some(1), Some(0.0)));
        assert!(!of(1, Some(0), Some(0.5)));
        assert!(!of(1, None, Some(0.0)) && !of(1, Some(0), None), "unknown is no reproach");
    }

    #[test]
    fn a_wide_radius_is_noted() {
        let of = |direct, all| of_dependents(Dependents { direct, all }).is_some();
        assert!(of(5, 5) && of(1, 20));
        assert!(!of(4, 19));
    }
}
