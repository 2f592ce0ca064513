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
    let pattern = PATTERN.as_ref().ok_or("its pattern cannot be read")?;
    Ok(flag(pattern.is_match(&evidence.change.title)))
}
