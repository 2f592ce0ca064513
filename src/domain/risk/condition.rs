//! What is so about a change that needs no statistics? Named conditions with their evidence and a
//! way to clear them. They are never mixed into the probability.

mod coverage;
mod ddl;
mod notes;
mod review;

use serde::{Deserialize, Serialize};

pub use coverage::of_coverage;
pub use ddl::{Class, Found, Source, of_migrations, read_migrations, read_sources};
pub use notes::{of_dependents, of_expertise, of_pace};
pub use review::{Review, Verdict, by_others, last_look, of_merge, of_reviews};

/// What conditions of migrations are called: they can be told from the files alone.
pub const OF_MIGRATIONS: [&str; 5] = [
    "irreversible_migration",
    "blocking_migration",
    "migration_breaks_running_code",
    "migration_not_understood",
    "no_lock_timeout",
];

/// What conditions of a change are called that we know of ourselves.
pub const NAMES: [&str; 12] = [
    OF_MIGRATIONS[0],
    OF_MIGRATIONS[1],
    OF_MIGRATIONS[2],
    OF_MIGRATIONS[3],
    OF_MIGRATIONS[4],
    "unreviewed",
    "self_merged",
    "stale_approval",
    "low_coverage",
    "rubber_stamp",
    "no_expert",
    "many_dependents",
];

/// What conditions are called that are of the hour, not of the change. The gate has rules of its own
/// for them, of the same name, and asks anew.
pub const MOMENTARY: [&str; 2] = ["freeze", "error_budget"];

/// How much a condition asks for; the most last.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Good to know.
    Note,
    /// Should be looked at.
    Warn,
    /// Somebody should say that they know.
    Acknowledge,
}

impl Weight {
    /// In words.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "good to know",
            Self::Warn => "look at it",
            Self::Acknowledge => "needs acknowledgement",
        }
    }
}

/// One of them. Whoever knows of another kind of condition (a freeze, a burnt error budget) makes
/// one of these.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Short and stable, to be acknowledged by: `irreversible_migration`, `unreviewed`.
    pub name: String,
    /// How much it asks for.
    pub weight: Weight,
    /// What was found, one sentence each, without full stop; text between backticks is code. May
    /// quote the repository: escape it.
    pub evidence: Vec<String>,
    /// What makes it go away, one sentence without full stop.
    pub how_to_clear: String,
}
