//! Which findings has somebody answered for? Waivers: a documented way out with an end.

pub mod inline;
pub mod upkeep;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::config::WaiverRules;
use super::finding::Finding;
use super::glob;
use super::ids::PolicyId;
use super::judge::WaiverNote;

/// One entry of `waivers:` in `.github/waymark.yml`, or one comment ([`inline`]); always read from
/// the base branch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiver {
    /// The file that it stands in.
    #[serde(default)]
    pub file: String,
    /// Its line there, from 1.
    #[serde(default)]
    pub line: Option<u32>,
    /// The policy it excuses.
    pub policy: PolicyId,
    /// Globs (`**` crosses folders, `*` does not); empty means everywhere.
    #[serde(default)]
    pub paths: Vec<String>,
    /// Exact resource; `None` means any.
    pub resource: Option<String>,
    /// Why.
    pub reason: String,
    /// Who answers for it.
    pub owner: Option<String>,
    /// The last day on which it counts (in UTC).
    pub expires: NaiveDate,
    /// Of a comment: the line of its file that it speaks of. It covers what begins there.
    #[serde(default)]
    pub target: Option<u32>,
}

/// Why a waiver does not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// Its last day is over.
    Expired,
    /// It ends later than the organisation allows.
    TooLong,
    /// The organisation asks for an owner.
    NoOwner,
    /// Only the organisation may waive the policy.
    Forbidden,
}

impl Waiver {
    /// Whether it counts on `today` by these rules; else why not.
    pub fn counts(&self, today: NaiveDate, rules: &WaiverRules) -> Result<(), Refusal> {
        let limit = rules.max_days.and_then(|days| today.checked_add_days(Days::new(days.into())));
        if self.expires < today {
            Err(Refusal::Expired)
        } else if rules.forbid(&self.policy) {
            Err(Refusal::Forbidden)
        } else if rules.require_owner && self.owner.is_none() {
            Err(Refusal::NoOwner)
        } else if limit.is_some_and(|limit| self.expires > limit) {
            Err(Refusal::TooLong)
        } else {
            Ok(())
        }
    }

    /// Whether it says the same, wherever it stands.
    pub fn says_the_same(&self, other: &Self) -> bool {
        let bare = |it: &Self| Self { line: None, target: None, ..it.clone() };
        bare(self) == bare(other)
    }

    /// Whether its scope covers a finding, its date aside.
    pub fn covers(&self, finding: &Finding) -> bool {
        let path = finding.place.path.as_deref();
        let here = |target| path == Some(&self.file) && finding.place.start_line == Some(target);
        self.policy == finding.policy
            && self.target.is_none_or(here)
            && (self.paths.is_empty()
                || path.is_some_and(|path| self.paths.iter().any(|g| glob::matches(g, path))))
            && self.resource.as_deref().is_none_or(|wanted| {
                finding.thing() == Some(wanted) || finding.resource.as_deref() == Some(wanted)
            })
    }

    /// What the report says of it.
    pub fn note(&self) -> WaiverNote {
        WaiverNote {
            reason: self.reason.clone(),
            owner: self.owner.clone(),
            expires: self.expires.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::Place;

    fn waiver() -> Waiver {
        Waiver {
            file: ".github/waymark.yml".to_owned(),
            line: Some(2),
            policy: PolicyId::parse("container/non_root_user").expect("valid"),
            paths: vec!["services/*/Dockerfile".to_owned()],
            resource: None,
            reason: "legacy image".to_owned(),
            owner: None,
            expires: NaiveDate::from_ymd_opt(2026, 11, 21).expect("valid"),
            target: None,
        }
    }

    fn finding(path: &str) -> Finding {
        Finding {
            policy: PolicyId::parse("container/non_root_user").expect("valid"),
            message: "runs as root".to_owned(),
            place: Place { path: Some(path.to_owned()), ..Place::default() },
            resource: Some("stage 0".to_owned()),
            remediation: None,
            fixable: false,
        }
    }

    #[test]
    fn it_counts_through_its_last_day() {
        let rules = WaiverRules::default();
        assert_eq!(waiver().counts(day(21), &rules), Ok(()));
        assert_eq!(waiver().counts(day(22), &rules), Err(Refusal::Expired));
    }

    fn day(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 11, day).expect("valid")
    }

    #[test]
    fn the_organisation_limits_it() {
        let rules = |max_days, require_owner, not_for: &[&str]| WaiverRules {
            max_days,
            require_owner,
            not_for: not_for.iter().map(|p| (*p).to_owned()).collect(),
        };
        assert_eq!(waiver().counts(day(11), &rules(Some(10), false, &[])), Ok(()));
        assert_eq!(waiver().counts(day(10), &rules(Some(10), false, &[])), Err(Refusal::TooLong));
        assert_eq!(waiver().counts(day(11), &rules(None, true, &[])), Err(Refusal::NoOwner));
        let forbidden = waiver().counts(day(11), &rules(None, false, &["container/*"]));
        assert_eq!(forbidden, Err(Refusal::Forbidden));
    }

    #[test]
    fn it_covers_its_paths_and_resource_only() {
        assert!(waiver().covers(&finding("services/api/Dockerfile")));
        assert!(!waiver().covers(&finding("services/api/old/Dockerfile")));
        let other = Waiver { resource: Some("stage 1".to_owned()), ..waiver() };
        assert!(!other.covers(&finding("services/api/Dockerfile")));
    }
}
