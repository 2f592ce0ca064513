//! Does somebody answer for a finding? The repository's waivers, the organisation's, and comments.

use chrono::NaiveDate;

use crate::domain::config::WaiverRules;
use crate::domain::finding::Finding;
use crate::domain::waiver::Waiver;

/// How long before its end a waiver is told of, in days.
const SOON: i64 = 14;

/// Everything that can excuse a finding.
pub(super) struct Excuses<'a> {
    /// The base branch's waivers.
    pub(super) repository: &'a [Waiver],
    /// Comments that count where they stand.
    pub(super) inline: &'a [Waiver],
    /// The organisation's waivers, which no rule binds.
    pub(super) organisation: &'a [Waiver],
    /// What the repository's must keep to.
    pub(super) rules: &'a WaiverRules,
    /// The day (UTC).
    pub(super) today: NaiveDate,
}

impl Excuses<'_> {
    /// What excuses a finding. `carried` is the comment that waives the same finding at the base.
    pub(super) fn of<'w>(
        &'w self,
        finding: &Finding,
        carried: Option<&'w Waiver>,
    ) -> Option<&'w Waiver> {
        let own = self.repository.iter().chain(self.inline).filter(|w| w.covers(finding));
        let bound = own.chain(carried).find(|w| w.counts(self.today, self.rules).is_ok());
        let free = WaiverRules::default();
        bound.or_else(|| {
            let mut all = self.organisation.iter().filter(|w| w.covers(finding));
            all.find(|w| w.counts(self.today, &free).is_ok())
        })
    }

    /// One line about waivers that are in use and end soon: policy, day, owner.
    pub(super) fn ending<'w>(&self, used: impl IntoIterator<Item = &'w Waiver>) -> Option<String> {
        let mut ends = std::collections::BTreeSet::new();
        for waiver in used {
            let left = (waiver.expires - self.today).num_days();
            if left <= SOON {
                ends.insert((waiver.expires, waiver.policy.clone(), waiver.owner.clone()));
            }
        }
        let word = |(day, policy, owner): &(NaiveDate, _, Option<String>)| {
            let owner = owner.as_deref().map(|o| format!(", owner {o}")).unwrap_or_default();
            match (*day - self.today).num_days() {
                0 => format!("`{policy}` today{owner}"),
                1 => format!("`{policy}` on {day} (1 day left{owner})"),
                left => format!("`{policy}` on {day} ({left} days left{owner})"),
            }
        };
        let all: Vec<String> = ends.iter().map(word).collect();
        let what = if all.len() == 1 { "a waiver ends" } else { "waivers end" };
        (!all.is_empty()).then(|| format!("{what} soon: {}", all.join(", ")))
    }
}
