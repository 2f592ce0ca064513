//! Which findings has somebody answered for? Waivers: a documented way out with an end.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::finding::Finding;
use super::glob;
use super::ids::PolicyId;
use super::judge::WaiverNote;

/// One entry of `waivers:` in `.github/waymark.yml`, always read from the base branch.
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
}

impl Waiver {
    /// Whether it still counts on `today`.
    pub fn is_valid(&self, today: NaiveDate) -> bool {
        today <= self.expires
    }

    /// Whether its scope covers a finding, its date aside.
    pub fn covers(&self, finding: &Finding) -> bool {
        let path = finding.place.path.as_deref();
        self.policy == finding.policy
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
        }
    }

    fn finding(path: &str) -> Finding {
        Finding {
            policy: PolicyId::parse("container/non_root_user").expect("valid"),
            message: "runs as root".to_owned(),
            place: Place { path: Some(path.to_owned()), ..Place::default() },
            resource: Some("stage 0".to_owned()),
            remediation: None,
        }
    }

    #[test]
    fn it_counts_through_its_last_day() {
        assert!(waiver().is_valid(NaiveDate::from_ymd_opt(2026, 11, 21).expect("valid")));
        assert!(!waiver().is_valid(NaiveDate::from_ymd_opt(2026, 11, 22).expect("valid")));
    }

    #[test]
    fn it_covers_its_paths_and_resource_only() {
        assert!(waiver().covers(&finding("services/api/Dockerfile")));
        assert!(!waiver().covers(&finding("services/api/old/Dockerfile")));
        let other = Waiver { resource: Some("stage 1".to_owned()), ..waiver() };
        assert!(!other.covers(&finding("services/api/Dockerfile")));
    }
}
