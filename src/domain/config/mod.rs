//! What do an organisation and a repository ask of us, and what holds when they disagree?
//!
//! Two files: `waymark.yml` of the organisation's configuration repository, and
//! `.github/waymark.yml` of each repository. [`tables`] lists their keys once; the [`reader`]
//! checks files by those tables, [`schema`] prints them as JSON Schema. [`effective`] lays the
//! built-in defaults, the organisation and the repository over each other.

pub mod effective;
pub mod gating;
mod known;
pub mod organisation;
mod reader;
pub mod repository;
pub mod rollout;
pub mod schema;
pub mod scorecard;
mod shape;
mod tables;

pub use effective::{Effective, Layers, Origin, Standing};
pub use gating::{FreezeRule, GateRules, Scope, SloRules};
pub use known::Known;
pub use organisation::{CommandRule, OrgConfig, PolicyRule, RiskRules, Upgrades, WaiverRules};
pub use repository::RepoConfig;
pub use rollout::{Labels, Membership, Rollout, Traits};
pub use scorecard::{Campaign, ScorecardRules, WhenClosed};

/// Where a repository's file may lie; the first that exists counts.
pub const CONFIG_PATHS: [&str; 2] = [".github/waymark.yml", ".github/waymark.yaml"];

/// Where the organisation's file may lie in its configuration repository.
pub const ORGANISATION_PATHS: [&str; 2] = ["waymark.yml", "waymark.yaml"];

/// The setting that a pattern over policy ids gives for one policy: the one that names it, else
/// that of the longest pattern that means it (of equally long ones the first in the alphabet).
/// Patterns are an id, `pack/*` or `*`.
fn most_specific<'a, T>(
    entries: &'a std::collections::BTreeMap<String, T>,
    id: &super::ids::PolicyId,
) -> Option<(&'a str, &'a T)> {
    meaning(entries, id).next()
}

/// All entries that mean a policy, the most specific first.
fn meaning<'a, T>(
    entries: &'a std::collections::BTreeMap<String, T>,
    id: &super::ids::PolicyId,
) -> impl Iterator<Item = (&'a str, &'a T)> {
    let patterns = [id.as_str().to_owned(), format!("{}/*", id.pack()), "*".to_owned()];
    let found = patterns.into_iter().filter_map(|pattern| entries.get_key_value(&pattern));
    found.map(|(key, value)| (key.as_str(), value))
}

/// A place as people write it: `.github/waymark.yml:4`.
pub(crate) fn place(file: &str, line: Option<u32>) -> String {
    line.map_or_else(|| file.to_owned(), |line| format!("{file}:{line}"))
}
