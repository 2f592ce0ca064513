//! Who is offered a newer version of their golden path now, and who waits?
//!
//! Versions spread in waves: the canaries that the organisation names go first; a day later, when
//! one of them has merged it, so many of a hundred repositories each day follow. The waves pause
//! while default branches that were well before the upgrade fail after it.

use super::config::Upgrades;
use super::config::rollout::lot;
use super::glob;
use super::ids::{RepoId, RepoName};
use super::time::Timestamp;

/// Of a hundred repositories, how many are offered an upgrade each day when nobody says.
pub const PERCENT_PER_DAY: u8 = 10;
/// How long the canaries are watched, in milliseconds.
const DAY_MS: i64 = 24 * 60 * 60 * 1000;
/// The waves pause when more than one in so many upgraded repositories fails.
const ONE_IN: usize = 20;

/// What is said when waiting is of no use.
const NO_CANARY_LEFT: &str = "no canary will merge it: each has closed its pull request or could \
                              not be offered one. Name another repository in `upgrades.canary`, or \
                              leave that empty to go on without";

/// A repository that has adopted a golden path, as seen from one version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Which.
    pub repo: RepoId,
    /// Its name.
    pub name: RepoName,
    /// Whether it holds the version.
    pub holds: bool,
    /// When it was offered the version.
    pub offered: Option<Timestamp>,
    /// Whether its default branch began to fail after it merged the version.
    pub fails: bool,
    /// Whether its offer will not be merged: it was closed, or there could be none.
    pub declined: bool,
}

impl Member {
    fn is_behind(&self) -> bool {
        !self.holds && self.offered.is_none()
    }

    fn is_merged(&self) -> bool {
        self.holds && self.offered.is_some()
    }
}

/// What is to be done now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wave {
    /// Everybody holds the version or was offered it.
    Nothing,
    /// Nobody goes on while these fail.
    Paused(Vec<RepoName>),
    /// Nobody goes on yet, for this reason.
    Waits(&'static str),
    /// These are next.
    Go(Vec<RepoId>),
}

/// Decides on the next wave of `version`.
pub fn next_wave(rules: &Upgrades, version: &str, members: &[Member], now: Timestamp) -> Wave {
    if !members.iter().any(Member::is_behind) {
        return Wave::Nothing;
    }
    let is_canary = |member: &&Member| {
        rules.canary.iter().any(|pattern| glob::matches(pattern, member.name.name()))
    };
    let failing: Vec<&Member> = members.iter().filter(|member| member.fails).collect();
    let merged = members.iter().filter(|member| member.is_merged()).count();
    if failing.iter().any(is_canary) || failing.len() * ONE_IN > merged {
        return Wave::Paused(failing.into_iter().map(|member| member.name.clone()).collect());
    }
    let (canaries, others): (Vec<&Member>, Vec<&Member>) = members.iter().partition(is_canary);
    let next: Vec<RepoId> = canaries.iter().filter(|c| c.is_behind()).map(|c| c.repo).collect();
    if !next.is_empty() {
        return Wave::Go(next);
    }
    let percent = usize::from(rules.percent_per_day.unwrap_or(PERCENT_PER_DAY));
    if percent == 0 {
        return Wave::Waits("`upgrades.percent_per_day` is 0");
    }
    let offered = canaries.iter().filter_map(|canary| canary.offered);
    if let Some(last) = offered.max() {
        if now < last.plus_ms(DAY_MS) {
            return Wave::Waits("the canaries have a day to show faults");
        }
        if !canaries.iter().any(|canary| canary.holds) {
            return Wave::Waits(match canaries.iter().all(|canary| canary.declined) {
                true => NO_CANARY_LEFT,
                false => "no canary has merged it yet",
            });
        }
    }
    let today = now.date();
    let spent = others.iter().filter(|m| m.offered.is_some_and(|at| at.date() == today)).count();
    // At least one, or a small organisation would wait for ever.
    let share = (members.len() * percent).div_ceil(100);
    let mut next: Vec<&Member> = others.into_iter().filter(|member| member.is_behind()).collect();
    // Another order for each version, so that the same repositories are not always first.
    next.sort_by_key(|member| (lot(version, member.repo.0), member.repo));
    next.truncate(share.saturating_sub(spent));
    if next.is_empty() {
        return Wave::Waits("today's share is spent");
    }
    Wave::Go(next.into_iter().map(|member| member.repo).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_795_252_000_000);

    fn members(count: i64) -> Vec<Member> {
        let member = |n| Member {
            repo: RepoId(n),
            name: RepoName::parse(&format!("acme/r{n}")).expect("a name"),
            holds: false,
            offered: None,
            fails: false,
            declined: false,
        };
        (0..count).map(member).collect()
    }

    fn rules(percent: Option<u8>) -> Upgrades {
        Upgrades { canary: vec!["r0".to_owned()], percent_per_day: percent }
    }

    fn wave(members: &[Member], now: Timestamp) -> Wave {
        next_wave(&rules(None), "v", members, now)
    }

    #[test]
    fn canaries_go_first_and_the_others_a_day_later_when_one_has_merged() {
        let mut all = members(30);
        assert_eq!(wave(&all, NOW), Wave::Go(vec![RepoId(0)]));
        all[0].offered = Some(NOW);
        assert!(
            matches!(wave(&all, NOW.plus_ms(DAY_MS - 1)), Wave::Waits(why) if why.contains("day"))
        );
        let later = NOW.plus_ms(DAY_MS);
        assert!(matches!(wave(&all, later), Wave::Waits(why) if why.contains("merged")));
        all[0].holds = true;
        let Wave::Go(first) = wave(&all, later) else { panic!("they go") };
        assert_eq!(first.len(), 3, "ten of a hundred");
        // They are spent for the day; the next day brings others.
        for member in all.iter_mut().filter(|member| first.contains(&member.repo)) {
            member.offered = Some(later);
        }
        assert_eq!(wave(&all, later), Wave::Waits("today's share is spent"));
        let Wave::Go(second) = wave(&all, later.plus_ms(DAY_MS)) else { panic!("they go") };
        assert!(second.len() == 3 && second.iter().all(|repo| !first.contains(repo)));
    }

    #[test]
    fn canaries_that_will_not_merge_it_are_told_and_others_can_be_named() {
        let mut all = members(30);
        let rules = |canary: &[&str]| Upgrades {
            canary: canary.iter().map(|name| (*name).to_owned()).collect(),
            percent_per_day: None,
        };
        for member in &mut all[..2] {
            (member.offered, member.declined) = (Some(NOW), true);
        }
        let later = NOW.plus_ms(DAY_MS);
        let two = rules(&["r0", "r1"]);
        let said = |all: &[Member]| next_wave(&two, "v", all, later);
        assert!(matches!(said(&all), Wave::Waits(why) if why.contains("no canary will merge it")));
        all[1].declined = false;
        assert!(matches!(said(&all), Wave::Waits(why) if why.contains("no canary has merged")));
        all[1].declined = true;
        // Another canary has its turn, and without any the others have.
        assert_eq!(next_wave(&rules(&["r0", "r7"]), "v", &all, later), Wave::Go(vec![RepoId(7)]));
        assert!(matches!(next_wave(&rules(&[]), "v", &all, later), Wave::Go(_)));
    }

    #[test]
    fn it_pauses_while_upgraded_repositories_fail() {
        let mut all = members(50);
        for member in &mut all[..40] {
            (member.holds, member.offered) = (true, Some(NOW.plus_ms(-3 * DAY_MS)));
        }
        all[7].fails = true;
        all[8].fails = true;
        assert!(matches!(wave(&all, NOW), Wave::Go(_)), "two of forty is bad luck");
        all[9].fails = true;
        assert!(matches!(wave(&all, NOW), Wave::Paused(names) if names.len() == 3));
        let mut all = members(50);
        (all[0].holds, all[0].offered, all[0].fails) = (true, Some(NOW), true);
        assert!(matches!(wave(&all, NOW.plus_ms(DAY_MS)), Wave::Paused(_)), "a canary is heard");
    }

    #[test]
    fn it_ends_and_can_be_switched_off() {
        let mut all = members(1);
        all[0].holds = true;
        assert_eq!(wave(&all, NOW), Wave::Nothing);
        let off = Upgrades { canary: Vec::new(), percent_per_day: Some(0) };
        assert!(matches!(next_wave(&off, "v", &members(3), NOW), Wave::Waits(_)));
        let few = Upgrades { canary: Vec::new(), percent_per_day: Some(1) };
        assert!(
            matches!(next_wave(&few, "v", &members(3), NOW), Wave::Go(repos) if repos.len() == 1)
        );
    }
}
