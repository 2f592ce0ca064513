//! Which waivers need somebody's hand? Findings of our own about those that have ended, last too
//! long, break the organisation's rules, cannot be read, or excuse nothing.
//!
//! They warn, belong to no level, and are configured like other policies
//! (`waymark/waiver_unused: off`). What a change did not bring is *existing*, as everywhere.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{Refusal, Waiver};
use crate::domain::config::WaiverRules;
use crate::domain::finding::{Finding, Level, Mode, Place, Severity};
use crate::domain::glob::Globs;
use crate::domain::ids::PolicyId;
use crate::domain::judge::ConfigProblem;
use crate::domain::policy::metadata::PolicyMeta;
use crate::domain::policy::outcome::{Outcome, Status};

/// The pack that these policies seem to be of.
pub const PACK: &str = "waymark";

const EXPIRED: &str = "waymark/waiver_expired";
const TOO_LONG: &str = "waymark/waiver_too_long";
const REFUSED: &str = "waymark/waiver_refused";
const UNMATCHED: &str = "waymark/waiver_unmatched";
const UNUSED: &str = "waymark/waiver_unused";
const MALFORMED: &str = "waymark/waiver_malformed";

/// Id, title, why, what to do.
const POLICIES: [(&str, &str, &str, &str); 6] = [
    (
        EXPIRED,
        "Waivers end when they said",
        "A waiver that has ended excuses nothing any more. Left where it is, it hides which \
         exceptions are still agreed upon.",
        "Fix what it covered and remove it, or agree on a new last day.",
    ),
    (
        TOO_LONG,
        "Waivers end in time",
        "An exception without an end in sight becomes the rule. The organisation sets the longest \
         time, counted from today; a waiver beyond it does not count.",
        "Choose a last day within the organisation's `waiver_rules.max_days`.",
    ),
    (
        REFUSED,
        "Waivers keep to the organisation's rules",
        "The organisation asks for an owner who answers for each waiver, and keeps some policies \
         for itself. A waiver against these rules does not count.",
        "Name an owner, or ask those who look after the organisation's configuration.",
    ),
    (
        UNMATCHED,
        "Waivers name what is judged here",
        "A waiver for a policy or a file that is not judged here excuses nothing: often a folder \
         has moved, or the golden path has changed.",
        "Remove it, or mend its `policy` or `paths`.",
    ),
    (
        UNUSED,
        "Waivers excuse something",
        "The fault that a waiver covers has gone. Left where it is, it would excuse the next one \
         without a word.",
        "Remove it.",
    ),
    (
        MALFORMED,
        "Waivers in comments can be read",
        "A comment that is meant as a waiver but cannot be read excuses nothing.",
        "Write `waymark:ignore <policy> until=YYYY-MM-DD reason=\"…\"`.",
    ),
];

/// Their METADATA.
pub fn policies() -> Vec<PolicyMeta> {
    let meta = |(id, title, why, remedy): &(&str, &str, &str, &str)| {
        Some(PolicyMeta {
            id: PolicyId::parse(id).ok()?,
            title: (*title).to_owned(),
            description: (*why).to_owned(),
            severity: Severity::Low,
            level: Level::Bronze,
            mode: Mode::Warn,
            needs: BTreeSet::new(),
            remediation: (*remedy).to_owned(),
            fix: None,
            since: None,
            parameters: Default::default(),
            related_resources: Vec::new(),
            tags: Default::default(),
            path: String::new(),
        })
    };
    POLICIES.iter().filter_map(meta).collect()
}

/// Their ids.
pub fn ids() -> impl Iterator<Item = PolicyId> {
    POLICIES.iter().filter_map(|(id, ..)| PolicyId::parse(id).ok())
}

/// The waivers that somebody looks after, and what they are held against.
pub struct Upkeep<'a> {
    /// Those of the repository's file, as they will be once the change is merged.
    pub waivers: &'a [Waiver],
    /// Those of the file before the change; `None`: there is nothing before.
    pub before: Option<&'a [Waiver]>,
    /// Those beside the faults.
    pub inline: &'a [Waiver],
    /// Comments that are none.
    pub malformed: &'a [ConfigProblem],
    /// What they must keep to.
    pub rules: &'a WaiverRules,
    /// What was found at the head.
    pub outcomes: &'a [Outcome],
    /// The files that policies read.
    pub files: BTreeSet<&'a str>,
    /// The day (UTC).
    pub today: NaiveDate,
}

/// A finding about a waiver.
pub struct Concern {
    /// What is wrong.
    pub finding: Finding,
    /// Whether the change brought it, as far as the waiver itself tells; of a comment, its file
    /// tells.
    pub is_new: Option<bool>,
}

impl Upkeep<'_> {
    /// What needs somebody's hand, in the order of the file.
    pub fn concerns(&self) -> Vec<Concern> {
        let mut found = Vec::new();
        for waiver in self.waivers {
            let known = self.before.map(|before| before.iter().any(|w| w.says_the_same(waiver)));
            let is_new = known == Some(false);
            if let Some((id, message)) = self.concern(waiver, is_new) {
                found.extend(concern(id, message, waiver, Some(known != Some(true))));
            }
        }
        for waiver in self.inline {
            if let Some((id, message)) = self.concern(waiver, false) {
                found.extend(concern(id, message, waiver, None));
            }
        }
        for problem in self.malformed {
            let place = place(&problem.path, problem.line);
            found.extend(PolicyId::parse(MALFORMED).ok().map(|policy| Concern {
                finding: Finding {
                    policy,
                    message: format!("This waiver cannot be read: {}", problem.message),
                    place,
                    resource: None,
                    remediation: None,
                    fixable: false,
                },
                is_new: None,
            }));
        }
        found
    }

    fn concern(&self, waiver: &Waiver, is_new: bool) -> Option<(&'static str, String)> {
        let of = format!("The waiver of `{}`", waiver.policy);
        match waiver.counts(self.today, self.rules) {
            Err(Refusal::Expired) => {
                return Some((EXPIRED, format!("{of} ended on {}", waiver.expires)));
            }
            Err(Refusal::TooLong) => {
                let most = self.rules.max_days.unwrap_or_default();
                let message = format!(
                    "{of} lasts until {}: the organisation allows {most} days",
                    waiver.expires
                );
                return Some((TOO_LONG, message));
            }
            Err(Refusal::NoOwner) => {
                return Some((REFUSED, format!("{of} names no `owner`, as the organisation asks")));
            }
            Err(Refusal::Forbidden) => {
                let message = format!("{of} does not count: only the organisation may waive it");
                return Some((REFUSED, message));
            }
            Ok(()) => {}
        }
        let Some(outcome) = self.outcomes.iter().find(|o| o.policy == waiver.policy) else {
            return Some((UNMATCHED, format!("{of} excuses nothing: it is not judged here")));
        };
        let uncertain = matches!(outcome.status, Status::Unknown | Status::Broken);
        // Who waives before merging the fault (as our summary proposes) is not told off at once.
        if is_new || uncertain || outcome.findings.iter().any(|f| waiver.covers(f)) {
            return None;
        }
        let globs = Globs::new(&waiver.paths);
        let found = outcome.findings.iter().filter_map(|f| f.place.path.as_deref());
        if !waiver.paths.is_empty()
            && !self.files.iter().copied().chain(found).any(|path| globs.mean(path))
        {
            let paths = waiver.paths.join("`, `");
            return Some((UNMATCHED, format!("{of} excuses nothing: no file is named `{paths}`")));
        }
        Some((UNUSED, format!("{of} is not needed: it covers no finding")))
    }
}

fn place(path: &str, line: Option<u32>) -> Place {
    Place { path: Some(path.to_owned()), start_line: line, end_line: line, pointer: None }
}

fn concern(id: &str, message: String, waiver: &Waiver, is_new: Option<bool>) -> Option<Concern> {
    let finding = Finding {
        policy: PolicyId::parse(id).ok()?,
        message,
        place: place(&waiver.file, waiver.line),
        resource: None,
        remediation: None,
        fixable: false,
    };
    Some(Concern { finding, is_new })
}
