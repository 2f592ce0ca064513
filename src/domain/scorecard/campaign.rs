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

/// Teams whose way is remembered each for itself: with the rest of them together, eight lines are
/// what a chart can show.
pub const FOLLOWED: usize = 7;

/// What is remembered of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Day {
    /// Repositories in scope.
    pub total: usize,
    /// Those with something left to do.
    pub left: usize,
    /// Those of each team that is followed, in the order in which they are; the rest of `left` is that
    /// of the others. `None` of days that were noted before teams were.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub teams: Option<Vec<(Owner, usize)>>,
}

impl Day {
    /// Today, after the `days` before it. The teams that are followed are those of the first day that names any:
    /// they had most to do when it began.
    pub fn today(found: &Progress, days: &[(NaiveDate, Day)]) -> Self {
        let first = days.iter().find(|(_, day)| day.names_teams());
        let first = first.and_then(|(_, day)| day.teams.as_ref());
        let followed: Vec<Owner> = match first {
            Some(teams) => teams.iter().map(|(owner, _)| owner.clone()).collect(),
            None => {
                let mut most: Vec<_> =
                    found.teams.iter().filter(|(_, (_, left))| *left > 0).collect();
                most.sort_by(|a, b| (b.1.1, a.0).cmp(&(a.1.1, b.0)));
                most.into_iter().take(FOLLOWED).map(|(owner, _)| owner.clone()).collect()
            }
        };
        let left = |owner: Owner| {
            let left = found.teams.get(&owner).map_or(0, |(_, left)| *left);
            (owner, left)
        };
        let teams = Some(followed.into_iter().map(left).collect());
        Self { total: found.total, left: found.left, teams }
    }

    /// Whether any team is followed.
    pub fn names_teams(&self) -> bool {
        self.teams.as_ref().is_some_and(|teams| !teams.is_empty())
    }
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn progress(left: &[(&str, usize)]) -> Progress {
        let team = |(name, left): &(&str, usize)| (Owner::Team((*name).to_owned()), (9, *left));
        Progress {
            total: 9 * left.len(),
            left: left.iter().map(|(_, left)| left).sum(),
            teams: left.iter().map(team).collect(),
            open: Vec::new(),
        }
    }

    #[test]
    fn the_teams_that_had_most_to_do_at_first_are_followed() {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i"];
        let first: Vec<_> = names.iter().enumerate().map(|(n, name)| (*name, n)).collect();
        let day = Day::today(&progress(&first), &[]);
        let teams = day.teams.as_ref().unwrap();
        assert_eq!(teams.len(), FOLLOWED);
        assert_eq!(
            (&teams[0], &teams[6]),
            (&(Owner::Team("i".to_owned()), 8), &(Owner::Team("c".to_owned()), 2),)
        );
        let json = serde_json::to_string(&day).unwrap();
        assert!(json.len() < 300, "{json}");
        assert_eq!(serde_json::from_str::<Day>(&json).unwrap(), day);

        // Another team has more by now; it stays with the others.
        let days = [("2026-11-21".parse().unwrap(), day)];
        let later = Day::today(&progress(&[("a", 9), ("i", 1)]), &days).teams.unwrap();
        assert_eq!(later[0], (Owner::Team("i".to_owned()), 1));
        assert_eq!(later.iter().map(|(_, left)| left).sum::<usize>(), 1);
    }

    #[test]
    fn days_of_before_are_read() {
        let old: Day = serde_json::from_str(r#"{"total":8,"left":7}"#).unwrap();
        assert_eq!(old, Day { total: 8, left: 7, teams: None });
        // They name no team, so today's are the first.
        let days = [("2026-11-20".parse().unwrap(), old)];
        let today = Day::today(&progress(&[("a", 1), ("b", 0)]), &days);
        assert_eq!(today.teams.unwrap(), [(Owner::Team("a".to_owned()), 1)]);
    }
}
