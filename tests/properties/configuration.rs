//! `.github/waymark.yml`: what is printed is read back, and nothing makes the reader panic.

use proptest::prelude::*;
use serde_json::{Value, json};
use waymark::domain::config::{Known, OrgConfig, RepoConfig};
use waymark::domain::finding::Mode;
use waymark::domain::ids::PolicyId;
use waymark::domain::waiver::Waiver;

use super::arbitrary;

const PATH: &str = ".github/waymark.yml";

const IDS: [&str; 3] = ["catalog/info_present", "container/non_root_user", "kubernetes/non_root"];
const PATTERNS: [&str; 3] = ["*", "catalog/*", "container/non_root_user"];

fn known() -> Known {
    let policies = IDS.iter().map(|id| PolicyId::parse(id).unwrap()).collect();
    Known { policies, ..Known::default() }
}

/// Text that is not blank.
fn words() -> impl Strategy<Value = String> {
    "[a-zA-Z#:'\"\\\\é😀{}*&!%@`-][ -~é\n]{0,20}"
}

fn waiver() -> impl Strategy<Value = Waiver> {
    let date = (2000..2100_i32, 1..=366_u32);
    let paths = prop::collection::vec("[a-z]{1,5}(/[a-z]{1,5}|/\\*|/\\*\\*){0,2}", 0..3);
    let option = || prop::option::of(words());
    (prop::sample::select(known().policies), paths, option(), words(), option(), date).prop_map(
        |(policy, paths, resource, reason, owner, (year, day))| Waiver {
            file: PATH.to_owned(),
            line: None,
            target: None,
            policy,
            paths,
            resource,
            reason,
            owner,
            expires: chrono::NaiveDate::from_yo_opt(year, day.min(365)).unwrap(),
        },
    )
}

fn config() -> impl Strategy<Value = RepoConfig> {
    let modes = prop::sample::select(vec![Mode::Off, Mode::Observe, Mode::Warn, Mode::Enforce]);
    let modes = prop::collection::btree_map(
        prop::sample::select(PATTERNS.map(str::to_owned).to_vec()),
        modes,
        0..3,
    );
    let plain = prop_oneof![
        any::<i32>().prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        words().prop_map(Value::from),
        prop::collection::vec(words(), 0..3).prop_map(Value::from),
    ];
    let parameters = prop::collection::btree_map("[a-z_]{1,9}", plain, 0..4);
    let waivers = prop::collection::vec(waiver(), 0..4);
    let exclude = prop::collection::vec("[a-z]{1,5}(/\\*\\*)?", 0..3);
    (prop::option::of("[a-z_]{1,9}"), parameters, modes, exclude, waivers).prop_map(
        |(path, parameters, policies, exclude, waivers)| RepoConfig {
            file: PATH.to_owned(),
            path,
            parameters: parameters.into_iter().collect(),
            policies,
            exclude,
            waivers,
            ..RepoConfig::default()
        },
    )
}

/// As YAML's subset JSON; a waiver for everywhere names no paths.
fn printed(config: &RepoConfig) -> String {
    let mut value = json!(config);
    value.as_object_mut().unwrap().retain(|key, _| key != "file" && key != "lines");
    for waiver in value["waivers"].as_array_mut().into_iter().flatten() {
        let empty = waiver["paths"].as_array().is_some_and(Vec::is_empty);
        let waiver = waiver.as_object_mut().unwrap();
        waiver.retain(|key, _| {
            !["file", "line", "target"].contains(&key.as_str()) && (key != "paths" || !empty)
        });
    }
    serde_json::to_string_pretty(&value).unwrap()
}

proptest! {
    #[test]
    fn what_is_printed_is_read_back(config in config()) {
        let (mut read, problems) = RepoConfig::read(PATH, &printed(&config), &known());
        read.lines.clear();
        read.waivers.iter_mut().for_each(|waiver| waiver.line = None);
        prop_assert_eq!(problems, vec![]);
        prop_assert_eq!(read, config);
    }

    #[test]
    fn any_text_is_read_or_complained_about(
        text in "(path|policies|waivers|parameters|[-?:#&*!|>%@`'\"{}\\[\\], \n\t~a-z0-9é]){0,40}",
        odd in arbitrary::json(),
    ) {
        for text in [text, odd.to_string(), json!({"waivers": odd}).to_string(), json!({"policies": odd}).to_string(), json!({"waiver_rules": odd, "locked": odd}).to_string()] {
            let (config, problems) = RepoConfig::read(PATH, &text, &known());
            let means = |pattern: &String| IDS.contains(&pattern.as_str()) || pattern.contains('*');
            prop_assert!(config.policies.keys().all(means));
            prop_assert!(problems.iter().all(|problem| problem.path == PATH));
            let (config, problems) = OrgConfig::read(PATH, &text, &known());
            prop_assert!(config.policies.keys().all(means));
            prop_assert!(problems.iter().all(|p| !p.message.contains("cannot be used")));
        }
    }
}
