//! What is decided, on which facts? Reasons are weighed; nothing is dropped, only sorted.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::request::{Acknowledged, GateRequest};
use crate::domain::ids::PolicyId;
use crate::domain::time::Timestamp;

/// GitHub takes so many status reports for one deployment.
pub const MAX_REPORTS: u32 = 10;
/// How many facts a decision is explained by.
pub const MAX_FACTS: usize = 3;

/// What one reason asks for, from harmless to final.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Wish {
    /// Said, and holds nobody up.
    Note,
    /// It may clear by itself.
    Wait,
    /// It will not.
    Reject,
}

/// What one rule of the pack says of a deployment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Reason {
    /// The rule: `deployment/freeze`.
    #[schema(value_type = String)]
    pub rule: PolicyId,
    /// The condition that it names: `freeze`. What people acknowledge.
    pub condition: String,
    /// The change that it is about: `#12`, `4f2a91c`; `None`: the deployment as a whole.
    #[serde(default)]
    pub change: Option<String>,
    /// What it asks for.
    pub verdict: Wish,
    /// What is so; may hold anybody's text.
    pub message: String,
    /// What would change it.
    pub remedy: Option<String>,
    /// When it clears, if that is known; RFC 3339 in UTC.
    pub until: Option<String>,
    /// Who took responsibility for it, so that it does not count.
    pub acknowledged: Option<Acknowledged>,
}

/// The answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Go ahead.
    Approved,
    /// Not now; ask again later.
    Waiting,
    /// No.
    Rejected,
}

impl Verdict {
    /// GitHub's and our word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Approved => "approved",
            Self::Waiting => "waiting",
            Self::Rejected => "rejected",
        }
    }
}

/// How long somebody has waited, and what they were told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// When it was first asked.
    pub since: Timestamp,
    /// How many status reports were given.
    pub reports: u32,
    /// When waiting ends.
    pub ends: Timestamp,
}

/// A decision with everything that led to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Decision {
    /// The answer.
    pub verdict: Verdict,
    /// Every reason, the deciding ones first.
    pub reasons: Vec<Reason>,
    /// How many of them decided: for an approval none.
    pub deciding: usize,
    /// When to ask again, while waiting; RFC 3339 in UTC.
    pub ask_again: Option<String>,
    /// Whether it was rejected only because waiting took too long.
    pub timed_out: bool,
}

impl Decision {
    /// The facts that decided, at most [`MAX_FACTS`].
    pub fn facts(&self) -> &[Reason] {
        &self.reasons[..self.deciding.min(MAX_FACTS)]
    }

    /// The conditions that decided, sorted: what makes it another decision than the one before.
    pub fn conditions(&self) -> Vec<&str> {
        let decided = self.reasons[..self.deciding].iter();
        let mut names: Vec<&str> = decided.map(|reason| reason.condition.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

/// Weighs what the rules say.
pub fn decide(
    request: &GateRequest,
    mut reasons: Vec<Reason>,
    patience: Patience,
    now: Timestamp,
) -> Decision {
    for reason in &mut reasons {
        let fits = |ack: &&Acknowledged| {
            ack.covers(&reason.condition, &request.environment, reason.change.as_deref())
        };
        if reason.verdict > Wish::Note {
            reason.acknowledged = request.waivers.iter().find(fits).cloned();
        }
    }
    let counts = |reason: &Reason| reason.verdict > Wish::Note && reason.acknowledged.is_none();
    // The gravest first; of those that clear, the last to clear; then by name, for good order.
    reasons.sort_by(|a, b| {
        let rank = |r: &Reason| (counts(r), r.verdict);
        rank(b)
            .cmp(&rank(a))
            .then_with(|| b.until.cmp(&a.until))
            .then_with(|| (&a.rule, &a.message).cmp(&(&b.rule, &b.message)))
    });
    let deciding = reasons.iter().filter(|reason| counts(reason)).count();
    let gravest = reasons.iter().filter(|r| counts(r)).map(|r| r.verdict).max();
    let spent = now >= patience.ends || patience.reports >= MAX_REPORTS;
    let (verdict, timed_out) = match gravest {
        None | Some(Wish::Note) => (Verdict::Approved, false),
        Some(Wish::Reject) => (Verdict::Rejected, false),
        Some(Wish::Wait) if spent => (Verdict::Rejected, true),
        Some(Wish::Wait) => (Verdict::Waiting, false),
    };
    let ask_again =
        (verdict == Verdict::Waiting).then(|| next_look(&reasons[..deciding], patience, now));
    Decision {
        verdict,
        reasons,
        deciding,
        ask_again: ask_again.map(Timestamp::to_rfc3339),
        timed_out,
    }
}

/// When to look again: every 5 minutes in the first hour, every 15 in the next three, then hourly;
/// sooner when a reason is known to clear by then, and never behind the end of waiting.
fn next_look(waiting: &[Reason], patience: Patience, now: Timestamp) -> Timestamp {
    const MINUTE: i64 = 60_000;
    let waited = now.0 - patience.since.0;
    let pause = match waited / (60 * MINUTE) {
        ..=0 => 5,
        1..=3 => 15,
        _ => 60,
    };
    let clears = |r: &Reason| r.until.as_deref().and_then(Timestamp::parse_rfc3339);
    // Where the end of all is known, nothing changes before.
    let known: Option<Vec<Timestamp>> = waiting.iter().map(clears).collect();
    let regular = now.plus_ms(pause * MINUTE);
    let next = match known.and_then(|ends| ends.into_iter().max()) {
        Some(end) if end > now => end.max(now.plus_ms(1_000)),
        _ => regular,
    };
    // An override is told at once, so a long sleep costs nobody anything.
    next.min(patience.ends).max(now.plus_ms(1_000))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::domain::gate::request::tests::request;

    pub(crate) fn reason(condition: &str, verdict: Wish) -> Reason {
        Reason {
            rule: PolicyId::parse(&format!("deployment/{condition}")).expect("valid"),
            condition: condition.to_owned(),
            change: None,
            verdict,
            message: format!("`{condition}` is so"),
            remedy: None,
            until: None,
            acknowledged: None,
        }
    }

    const NOW: Timestamp = Timestamp(1_795_252_000_000);

    fn patience() -> Patience {
        Patience { since: NOW, reports: 0, ends: NOW.plus_ms(86_400_000) }
    }

    fn ack(condition: &str, environment: Option<&str>) -> Acknowledged {
        Acknowledged {
            condition: condition.to_owned(),
            environment: environment.map(ToOwned::to_owned),
            change: None,
            by: "ada".to_owned(),
            reason: "r".to_owned(),
            at: NOW.to_rfc3339(),
        }
    }

    #[test]
    fn the_gravest_reason_decides_and_the_others_are_kept() {
        let said = vec![
            reason("note", Wish::Note),
            reason("slow", Wish::Wait),
            reason("bad", Wish::Reject),
        ];
        let decision = decide(&request(), said.clone(), patience(), NOW);
        assert_eq!(decision.verdict, Verdict::Rejected);
        assert_eq!(decision.conditions(), ["bad", "slow"]);
        assert_eq!(decision.facts()[0].condition, "bad");
        assert_eq!(decision.reasons.len(), 3);
        let waiting = decide(&request(), said[..2].to_vec(), patience(), NOW);
        assert_eq!(waiting.verdict, Verdict::Waiting);
        assert_eq!(waiting.ask_again.as_deref(), Some("2026-11-21T09:11:40Z"));
        let fine = decide(&request(), said[..1].to_vec(), patience(), NOW);
        assert_eq!((fine.verdict, fine.deciding), (Verdict::Approved, 0));
    }

    #[test]
    fn what_somebody_answers_for_does_not_count() {
        let said = || vec![reason("bad", Wish::Reject), reason("slow", Wish::Wait)];
        let with = |acks: &[Acknowledged]| {
            let request = GateRequest { waivers: acks.to_vec(), ..request() };
            decide(&request, said(), patience(), NOW)
        };
        assert_eq!(with(&[ack("bad", None)]).verdict, Verdict::Waiting);
        assert_eq!(with(&[ack("bad", Some("staging"))]).verdict, Verdict::Rejected);
        assert_eq!(with(&[ack("*", Some("staging"))]).verdict, Verdict::Rejected);
        let all = with(&[ack("*", Some("production"))]);
        assert_eq!(all.verdict, Verdict::Approved);
        assert!(all.reasons.iter().all(|r| r.acknowledged.is_some()));
    }

    #[test]
    fn what_somebody_answers_for_in_one_change_is_not_another_ones() {
        let of = |change: &str| Some(change.to_owned());
        let said = || ["#1", "#2"].map(|c| Reason { change: of(c), ..reason("bad", Wish::Reject) });
        let with = |condition: &str, change| {
            let waivers = vec![Acknowledged { change, ..ack(condition, None) }];
            decide(&GateRequest { waivers, ..request() }, said().to_vec(), patience(), NOW)
        };
        let one = with("bad", of("#1"));
        assert_eq!((one.verdict, one.deciding), (Verdict::Rejected, 1));
        assert_eq!(one.facts()[0].change, of("#2"));
        assert_eq!(with("bad", None).verdict, Verdict::Approved);
        assert_eq!(with("*", of("#3")).verdict, Verdict::Approved);
    }

    #[test]
    fn waiting_ends() {
        let said = || vec![reason("slow", Wish::Wait)];
        let late = patience().ends;
        let decision = decide(&request(), said(), patience(), late);
        assert_eq!((decision.verdict, decision.timed_out), (Verdict::Rejected, true));
        let told = Patience { reports: MAX_REPORTS, ..patience() };
        assert_eq!(decide(&request(), said(), told, NOW).verdict, Verdict::Rejected);
    }

    #[test]
    fn it_looks_again_when_something_can_have_changed() {
        let look = |until: &[Option<&str>], hours: i64| {
            let now = NOW.plus_ms(hours * 3_600_000);
            let waiting = until.iter().map(|until| Reason {
                until: until.map(ToOwned::to_owned),
                ..reason("slow", Wish::Wait)
            });
            let next = next_look(&waiting.collect::<Vec<_>>(), patience(), now);
            (next.0 - now.0) / 60_000
        };
        assert_eq!(look(&[None], 0), 5);
        assert_eq!(look(&[None], 2), 15);
        assert_eq!(look(&[None], 5), 60);
        assert_eq!(look(&[None], 23), 60);
        // 09:06:40 is the present: the freeze ends 23 minutes later.
        assert_eq!(look(&[Some("2026-11-21T09:30:00Z")], 0), 23);
        assert_eq!(look(&[Some("2026-11-21T09:30:00Z"), None], 0), 5);
        assert_eq!(look(&[Some("2026-12-24T00:00:00Z")], 0), 24 * 60);
    }
}
