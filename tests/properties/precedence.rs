//! Built-in < organisation < repository, and a lock holds on every day and for every member.

use std::sync::LazyLock;

use chrono::NaiveDate;
use proptest::prelude::*;
use waymark::domain::config::{
    Layers, Membership, OrgConfig, PolicyRule, RepoConfig, Rollout, Standing, Traits,
};
use waymark::domain::evaluate::Catalogue;
use waymark::domain::finding::Mode;
use waymark::domain::policy::metadata::PolicyMeta;
use waymark::edge::disk::PolicyFiles;

static META: LazyLock<PolicyMeta> =
    LazyLock::new(|| Catalogue::of(&PolicyFiles::built_in().library()).policies.remove(0));

const MODES: [Mode; 4] = [Mode::Off, Mode::Observe, Mode::Warn, Mode::Enforce];

fn mode() -> impl Strategy<Value = Mode> {
    prop::sample::select(MODES.to_vec())
}

fn day(n: u64) -> NaiveDate {
    NaiveDate::default() + chrono::Days::new(n)
}

fn rule() -> impl Strategy<Value = PolicyRule> {
    let rollout = (0..=100_u8, mode()).prop_map(|(percent, otherwise)| Rollout {
        percent: Some(percent),
        teams: Vec::new(),
        topics: Vec::new(),
        properties: Default::default(),
        otherwise,
    });
    let starts = prop::option::of((0..100_u64).prop_map(day));
    (prop::option::of(mode()), any::<bool>(), starts, prop::option::of(rollout)).prop_map(
        |(mode, locked, enforce_from, rollout)| PolicyRule {
            mode: mode.filter(|_| enforce_from.is_none()),
            level: None,
            locked,
            enforce_from,
            rollout,
        },
    )
}

proptest! {
    #[test]
    fn the_layers_keep_their_order(
        own in mode(),
        rule in prop::option::of(rule()),
        wish in prop::option::of(mode()),
        repo in 0..1000_i64,
        today in (0..100_u64).prop_map(day),
    ) {
        let meta = PolicyMeta { mode: own, ..META.clone() };
        let key = meta.id.to_string();
        let entries = rule.clone().map(|rule| (key.clone(), rule));
        let organisation =
            OrgConfig { policies: entries.into_iter().collect(), ..OrgConfig::default() };
        let repository = RepoConfig {
            policies: wish.map(|wish| (key, wish)).into_iter().collect(),
            ..RepoConfig::default()
        };
        let silent = RepoConfig::default();
        let traits = Traits { id: Some(repo), ..Traits::default() };
        let at = Standing { traits: &traits, today };
        let layers = Layers { organisation: &organisation, repository: &repository };
        let it = layers.policy(&meta.id, Some(&meta), at);
        let without = Layers { repository: &silent, ..layers };
        let asked = without.policy(&meta.id, Some(&meta), at);
        let floor = asked.mode;

        let locked = rule.as_ref().is_some_and(|rule| rule.locked);
        match (wish, locked) {
            (None, _) => prop_assert_eq!(it.mode, floor),
            (Some(wish), false) => prop_assert_eq!(it.mode, wish),
            (Some(wish), true) => prop_assert_eq!(it.mode, wish.max(floor)),
        }
        prop_assert_eq!(it.refused.is_some(), locked && wish.is_some_and(|wish| wish < floor));
        prop_assert_eq!(
            it.refused.is_some(),
            !layers.refusals([&meta], at).is_empty(),
            "who asks in vain is told"
        );
        if let Some(PolicyRule { enforce_from: Some(start), .. }) = &rule
            && asked.rollout != Some(Membership::Outside)
        {
            prop_assert_eq!(floor, if today < *start { Mode::Warn } else { Mode::Enforce });
        }
        // What is not even evaluated is off for everybody on every day.
        if layers.is_off(&meta.id, Some(&meta)) {
            prop_assert_eq!(it.mode, Mode::Off);
        }
    }
}
