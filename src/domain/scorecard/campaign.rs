//! How far is a campaign? Counted by team, with what was left on earlier days.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::{Entry, Owner, owner_of};
use crate::domain::config::Campaign;
use crate::domain::judge::{Judgement, Standing};

/// How far it is.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Progress {
    /// Repositories in its scope.
    pub total: usize,
    /// Those in which something is left to do.
    pub left: usize,
    /// By team: in scope, left.
    pub teams: BTreeMap<Owner, (usize, usize)>,
    /// Where something is left, as far as it may be named.
    pub open: Vec<String>,
}

/// What is remembered of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// Repositories in scope.
    pub total: usize,
    /// Those with something left to do.
    pub left: usize,
}

/// Counts.
pub fn progress(campaign: &Campaign, entries: &[Entry]) -> Progress {
    let mut found = Progress::default();
    for entry in entries {
        let Some(card) = &entry.card else { continue };
        if !campaign.scope.holds(entry.name.name(), &card.path, card.owner.as_deref()) {
            continue;
        }
        let open = card.open.iter().any(|open| campaign.asks(&open.policy));
        let team = found.teams.entry(owner_of(entry, card)).or_default();
        team.0 += 1;
        found.total += 1;
        if open {
            team.1 += 1;
            found.left += 1;
            if entry.named {
                found.open.push(entry.name.name().to_owned());
            }
        }
    }
    found
}

/// What a check tells of campaigns that are on and not done here.
pub fn reminders(
    judgement: &Judgement,
    campaigns: &[Campaign],
    name: &str,
    owner: Option<&str>,
    today: NaiveDate,
) -> Vec<String> {
    let on = campaigns.iter().filter(|campaign| {
        campaign.is_on(today) && campaign.scope.holds(name, &judgement.path, owner)
    });
    on.filter_map(|campaign| {
        let open = judgement.policies.iter().filter(|policy| {
            matches!(policy.status, Standing::Fail | Standing::Unknown) && campaign.asks(&policy.id)
        });
        let ids: Vec<String> = open.map(|policy| format!("`{}`", policy.id)).collect();
        let what = ids.join(", ");
        (!ids.is_empty()).then(|| {
            format!(
                "the campaign \"{}\" ends on {}; open here: {what}",
                campaign.name, campaign.due
            )
        })
    })
    .collect()
}
