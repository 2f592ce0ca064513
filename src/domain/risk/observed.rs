//! What else was seen of a change, besides its files and their past? Each part may be unknown.

use std::collections::BTreeMap;

use super::condition::{Review, Verdict, by_others};
use super::dependents::Dependents;
use super::signals::Unknown;
use crate::domain::time::Timestamp;

/// What was seen, each part or the reason why it is not known.
#[derive(Debug, Clone, PartialEq)]
pub struct Observed {
    /// Lines in the touched files before the change.
    pub lines_before: Result<u64, Unknown>,
    /// Percent of the changed lines that tests run through.
    pub patch_coverage: Result<f64, Unknown>,
    /// By how many percentage points the project's coverage changes.
    pub project_coverage: Result<f64, Unknown>,
    /// Who looked at it, and how?
    pub reviewing: Result<Reviewing, Unknown>,
    /// Who depends on it?
    pub dependents: Result<Dependents, Unknown>,
}

impl Observed {
    /// Nobody looked at anything, for one reason.
    pub fn nothing(why: Unknown) -> Self {
        Self {
            lines_before: Err(why),
            patch_coverage: Err(why),
            project_coverage: Err(why),
            reviewing: Err(why),
            dependents: Err(why),
        }
    }
}

/// How a change was looked at by people other than its author. Programs do not count.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reviewing {
    /// People whose last verdict is an approval.
    pub approvals: u64,
    /// How many of them know the files: they changed at least half of the touched ones that were
    /// there before, or own one by CODEOWNERS. `None` when none is known to, and history is not known,
    /// nothing that was there is touched, or a team owns a file.
    pub experts: Option<u64>,
    /// Comments on its lines; `None` when nobody counted.
    pub comments: Option<u64>,
    /// Milliseconds from when it could be reviewed to the first approval; `None` when there is none,
    /// or nobody saw when it began.
    pub waited_ms: Option<i64>,
    /// Lines changed behind the last approved commit; `None` when there is no approval, or that
    /// cannot be told.
    pub after: Option<u64>,
}

impl Reviewing {
    /// What the reviews alone tell; `ready` is when they could begin.
    pub fn of(reviews: &[Review], author: Option<&str>, ready: Option<Timestamp>) -> Self {
        let approved = |review: &&&Review| review.verdict == Verdict::Approved;
        let given = by_others(reviews, author);
        let first = given.iter().filter(approved).map(|review| review.at).min();
        let waited = first.zip(ready).map(|(first, ready)| first.0 - ready.0);
        Self {
            approvals: approvers(reviews, author).len() as u64,
            // Approved before it was ready: it was looked at earlier than we know of.
            waited_ms: waited.filter(|ms| *ms >= 0),
            ..Self::default()
        }
    }
}

/// Logins of people other than the author whose last verdict is an approval.
pub fn approvers<'a>(reviews: &'a [Review], author: Option<&str>) -> Vec<&'a str> {
    let mut last: BTreeMap<&str, &Review> = BTreeMap::new();
    for review in by_others(reviews, author) {
        // Words alone change no verdict.
        let (Some(by), true) = (review.by.as_deref(), review.verdict != Verdict::Commented) else {
            continue;
        };
        let known = last.entry(by).or_insert(review);
        if review.at >= known.at {
            *known = review;
        }
    }
    let approve = |(_, review): &(&str, &Review)| review.verdict == Verdict::Approved;
    last.into_iter().filter(approve).map(|(by, _)| by).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn review(by: &str, verdict: Verdict, at: i64) -> Review {
        let by = Some(by.to_owned());
        Review { by, bot: false, verdict, commit: None, at: Timestamp(at) }
    }

    #[test]
    fn the_last_verdict_of_others_counts() {
        let reviews = [
            review("ann", Verdict::Approved, 1),
            review("bob", Verdict::Approved, 2),
            review("bob", Verdict::Commented, 3),
            review("cid", Verdict::Approved, 4),
            review("cid", Verdict::ChangesRequested, 5),
            Review { bot: true, ..review("ci[bot]", Verdict::Approved, 1) },
        ];
        assert_eq!(approvers(&reviews, Some("ann")), ["bob"]);
        let told = Reviewing::of(&reviews, Some("ann"), Some(Timestamp(0)));
        assert_eq!((told.approvals, told.waited_ms), (1, Some(2)));
        assert_eq!(Reviewing::of(&reviews, Some("ann"), None).waited_ms, None);
        assert_eq!(Reviewing::of(&reviews, Some("ann"), Some(Timestamp(9))).waited_ms, None);
    }
}
