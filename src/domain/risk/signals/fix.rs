//! FIX: does the change say that it repairs something?

use std::sync::LazyLock;

use regex::Regex;

use super::{Evidence, KAMEI, Signal, Unknown, flag};

pub(super) const SIGNAL: Signal = Signal {
    name: "fix",
    title: "the title speaks of a repair",
    definition: "the title holds a word for repairing: fix, hotfix, bug, patch, regression, broken, defect, repair",
    unit: "yes or no",
    formula: "1 if the title matches the pattern, else 0",
    source: KAMEI,
    read: fix,
};

/// The words that count, whole words in any case.
const WORDS: &str =
    r"(?i)\b(fix(e[sd]|ing|up)?|hotfix|bug(fix)?|patch(es|ed)?|regression|broken|defect|repair)\b";

static PATTERN: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(WORDS).ok());

/// 1 when the title speaks of a repair.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::signals::{Evidence, fix};
/// let of = |title| fix(Evidence::without_past(&Change::of(title, &[])));
/// assert_eq!(of("Fixes rounding of VAT"), Ok(1.0));
/// assert_eq!(of("Add a prefix to invoices"), Ok(0.0));
/// ```
pub fn fix(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    speaks_of_repair(&evidence.change.title).map(flag).ok_or("its pattern cannot be read")
}

/// Whether a title speaks of a repair; [`fix`] has the example. `None`: the pattern cannot be read.
pub fn speaks_of_repair(title: &str) -> Option<bool> {
    PATTERN.as_ref().map(|pattern| pattern.is_match(title))
}
