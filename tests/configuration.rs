//! Do the published schemas, the reader and the documentation say the same of the configuration?

#![allow(clippy::unwrap_used)]

use serde_json::Value;
use waymark::domain::config::schema::{ConfigKind, schema};
use waymark::domain::config::{Known, OrgConfig, RepoConfig};
use waymark::domain::evaluate::Catalogue;
use waymark::domain::judge::ConfigProblem;
use waymark::domain::yaml;
use waymark::edge::disk::PolicyFiles;

const ROOT: &str = env!("CARGO_MANIFEST_DIR");

fn known() -> Known {
    Catalogue::of(&PolicyFiles::built_in().library()).known
}

fn problems(kind: ConfigKind, text: &str, known: &Known) -> Vec<ConfigProblem> {
    match kind {
        ConfigKind::Repository => RepoConfig::read("waymark.yml", text, known).1,
        ConfigKind::Organisation => OrgConfig::read("waymark.yml", text, known).1,
    }
}

#[test]
fn the_published_schemas_are_current() {
    for kind in ConfigKind::ALL {
        let name = kind.as_str();
        let file = format!("docs/schema/{name}.schema.json");
        let published: Value =
            serde_json::from_str(&std::fs::read_to_string(format!("{ROOT}/{file}")).unwrap())
                .unwrap();
        assert!(
            published == schema(kind, &Known::default()),
            "write it anew: waymark config schema --generic {name} > {file}"
        );
    }
}

/// Files, and whether they are right. What only the reader can know (which names exist, which
/// days) is not here.
const FILES: &[(ConfigKind, &str, bool)] = &[
    (ConfigKind::Repository, "", true),
    (ConfigKind::Repository, "policies:\n", true),
    (ConfigKind::Repository, "policies: {container/*: warn, '*': observe}", true),
    (ConfigKind::Repository, "policies: {container/non_root_user: off}", true),
    (ConfigKind::Repository, "policies: {container/non_root_user: loud}", false),
    (ConfigKind::Repository, "policies: {container/non_root_user: {mode: warn}}", false),
    (ConfigKind::Repository, "policies: [container/non_root_user]", false),
    (ConfigKind::Repository, "polices: {}", false),
    (ConfigKind::Repository, "locked: [path]", false),
    (ConfigKind::Repository, "exclude: [a, 'b/**']", true),
    (ConfigKind::Repository, "exclude: ['']", false),
    (ConfigKind::Repository, "parameters: {require_sha: true}", true),
    (ConfigKind::Repository, "parameters: {require_sha: 'yes'}", false),
    (ConfigKind::Repository, "waivers: [{policy: container/non_root_user, reason: x}]", false),
    (
        ConfigKind::Repository,
        "waivers: [{policy: container/non_root_user, paths: a, reason: x, expires: 2027-01-31}]",
        true,
    ),
    (
        ConfigKind::Repository,
        "waivers: [{policy: container/non_root_user, pahts: a, reason: x, expires: 2027-01-31}]",
        false,
    ),
    (ConfigKind::Organisation, "policies: {catalog/*: warn}", true),
    (ConfigKind::Organisation, "policies: {catalog/*: {mode: enforce, locked: true}}", true),
    (ConfigKind::Organisation, "policies: {catalog/*: {mod: enforce}}", false),
    (ConfigKind::Organisation, "policies: {catalog/*: {enforce_from: tomorrow}}", false),
    (ConfigKind::Organisation, "policies: {catalog/*: {rollout: {percent: 101}}}", false),
    (
        ConfigKind::Organisation,
        "policies: {catalog/*: {rollout: {percent: 20, teams: a, properties: {tier: ['1']}}}}",
        true,
    ),
    (ConfigKind::Organisation, "locked: [path, exclude, policies, parameters]", true),
    (ConfigKind::Organisation, "locked: [waivers]", false),
    (ConfigKind::Organisation, "waiver_rules: {max_days: 90, not_for: [catalog/*]}", true),
    (ConfigKind::Organisation, "waiver_rules: {max_days: 0}", false),
    (ConfigKind::Organisation, "scorecard: {}", true),
    (ConfigKind::Organisation, "scorecard: {closed: replace, target: 70}", true),
    (ConfigKind::Organisation, "scorecard: {closed: delete}", false),
    (ConfigKind::Organisation, "dashboards: {}", false),
    (ConfigKind::Organisation, "campaigns: [{name: a, policies: '*', due: 2026-12-31}]", true),
    (ConfigKind::Organisation, "campaigns: [{name: a, policies: '*'}]", false),
    (ConfigKind::Organisation, "metrics: {environments: live-*, attribution_days: 3}", true),
    (ConfigKind::Organisation, "metrics: {incident_labels: [sev1], attribution_days: x}", false),
];

#[test]
fn the_schema_and_the_reader_agree() {
    let known = known();
    for (kind, text, right) in FILES {
        let complaints = problems(*kind, text, &known);
        assert_eq!(complaints.is_empty(), *right, "{text}: {complaints:?}");
        let document = yaml::load(text, yaml::Schema::Core12)
            .documents
            .pop()
            .map(|d| d.value)
            .unwrap_or_default();
        let valid = jsonschema::is_valid(&schema(*kind, &known), &document);
        assert_eq!(valid, *right, "{text}");
    }
}

/// The YAML blocks of a page, each with its first line (from 1) and the comment in it that says
/// which file it is.
fn blocks(page: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut open: Option<(usize, String)> = None;
    for (number, line) in page.lines().enumerate() {
        match &mut open {
            None if line == "```yaml" => open = Some((number + 2, String::new())),
            None => {}
            Some(_) if line == "```" => found.extend(open.take()),
            Some((_, text)) => *text += &format!("{line}\n"),
        }
    }
    found
}

#[test]
fn every_example_of_the_documentation_is_right() {
    let known = known();
    let page = std::fs::read_to_string(format!("{ROOT}/docs/configuration.md")).unwrap();
    let mut seen = [0, 0];
    for (line, text) in blocks(&page) {
        let kind = match text.lines().next() {
            Some("# .github/waymark.yml") => ConfigKind::Repository,
            Some("# waymark.yml of acme/.github") => ConfigKind::Organisation,
            other => panic!("docs/configuration.md:{line}: which file is this? {other:?}"),
        };
        seen[usize::from(kind == ConfigKind::Organisation)] += 1;
        assert_eq!(problems(kind, &text, &known), [], "docs/configuration.md:{line}");
    }
    assert!(seen.iter().all(|n| *n >= 1), "{seen:?}");
}
