//! Which of GitHub's deliveries have we missed? Compares its list with our inbox.
//!
//! GitHub never repeats a failed delivery by itself, and an answer of ours may be lost on its
//! way, so its word about success is not asked for: what is not in the inbox was missed.

use std::collections::{HashMap, HashSet};

use super::event::READERS;
use super::schedule::AHEAD_MS;
use super::time::Timestamp;

/// For how long github.com keeps deliveries. Enterprise Server keeps them for seven days.
pub const KEPT_MS: i64 = 3 * 24 * 60 * 60 * 1000;

/// How far behind the last comparison the next one begins: an attempt is listed when GitHub made
/// it, which may be some minutes after it could be seen.
const OVERLAP_MS: i64 = 15 * 60 * 1000;

/// What our own check runs call forth. Read, they ask for nothing, and they are most of the list.
const ECHOES: &[(&str, &str)] = &[
    ("check_run", "created"),
    ("check_run", "completed"),
    ("check_suite", "requested"),
    ("check_suite", "completed"),
];

/// GitHub's note of one attempt to deliver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Of the attempt.
    pub id: u64,
    /// Of the delivery: the inbox key.
    pub guid: String,
    /// When it was made.
    pub at: Timestamp,
    /// Our HTTP status as GitHub heard it; 0 when it heard none.
    pub status: u16,
    /// `X-GitHub-Event`.
    pub event: String,
    /// The payload's `action`.
    pub action: Option<String>,
}

impl Attempt {
    /// Whether its payload could ask us for anything.
    pub fn matters(&self) -> bool {
        let echo = ECHOES
            .iter()
            .any(|(event, action)| *event == self.event && Some(*action) == self.action.as_deref());
        READERS.iter().any(|reader| reader.event == self.event) && !echo
    }
}

/// From which moment on GitHub's list is compared, when all before `through` is and this comparison
/// began at `top`. A comparison that was made in the future says nothing: the clock went back, and
/// nobody knows for how long it was ahead. Then all that GitHub still lists is compared.
pub fn floor(through: Option<Timestamp>, top: Timestamp) -> Timestamp {
    let known = through.filter(|through| *through <= top.plus_ms(AHEAD_MS));
    known.map_or(Timestamp(0), |through| through.plus_ms(-OVERLAP_MS))
}

/// One attempt for each GUID that matters and is not known, oldest first.
pub fn missed<'a>(attempts: &'a [Attempt], known: &HashSet<String>) -> Vec<&'a Attempt> {
    let mut by_guid: HashMap<&str, &Attempt> = HashMap::new();
    for attempt in attempts.iter().filter(|a| a.matters() && !known.contains(&a.guid)) {
        let first = by_guid.entry(&attempt.guid).or_insert(attempt);
        if attempt.id < first.id {
            *first = attempt;
        }
    }
    let mut missed: Vec<&Attempt> = by_guid.into_values().collect();
    missed.sort_by_key(|attempt| (attempt.at, attempt.id));
    missed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(id: u64, guid: &str, event: &str, action: Option<&str>) -> Attempt {
        let at = Timestamp(i64::try_from(id).expect("small"));
        let action = action.map(str::to_owned);
        Attempt { id, guid: guid.to_owned(), at, status: 502, event: event.to_owned(), action }
    }

    #[test]
    fn a_comparison_from_the_future_says_nothing() {
        let now = Timestamp(100 * OVERLAP_MS);
        let ago = |ms: i64| Some(now.plus_ms(-ms));
        assert_eq!(floor(None, now), Timestamp(0));
        assert_eq!(floor(ago(300_000), now), now.plus_ms(-300_000 - OVERLAP_MS));
        assert_eq!(floor(ago(-2_000), now), now.plus_ms(2_000 - OVERLAP_MS), "another's clock");
        assert_eq!(floor(ago(-3_600_000), now), Timestamp(0));
    }

    #[test]
    fn one_attempt_for_each_unknown_guid_that_matters() {
        let list = [
            attempt(9, "b", "push", None),
            attempt(8, "echo", "check_run", Some("completed")),
            attempt(7, "wish", "check_run", Some("rerequested")),
            attempt(6, "star", "star", Some("created")),
            attempt(5, "known", "push", None),
            attempt(4, "a", "pull_request", Some("opened")),
            attempt(3, "b", "push", None),
        ];
        let known = HashSet::from(["known".to_owned()]);
        let found: Vec<(u64, &str)> =
            missed(&list, &known).iter().map(|a| (a.id, a.guid.as_str())).collect();
        assert_eq!(found, [(3, "b"), (4, "a"), (7, "wish")]);
        assert!(missed(&[], &known).is_empty());
    }
}
