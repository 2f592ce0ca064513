//! How is a likelihood said so that nobody takes it for more than it is?

use super::{Fact, RiskReport};
use crate::domain::report::words::count;
use crate::domain::risk::assess::{Assessment, Band, Driver};
use crate::domain::risk::condition::Weight;

/// The verdict in words: `Raised: about 2.4 times this repository's usual, 25 in 1,000; 1 condition`.
pub fn headline(report: &RiskReport) -> String {
    let weighty = report.conditions.iter().filter(|c| c.weight != Weight::Note);
    let conditions = match weighty.count() {
        0 => String::new(),
        n => format!("; {}", count(n, "condition", "conditions")),
    };
    let said = match &report.assessment {
        None => format!("Not known: {}", report.withheld.as_deref().unwrap_or("nothing to go by")),
        Some(a) => {
            let times = times(a.multiple.value);
            let rate = per_thousand(a.rate.value);
            match a.band {
                Band::Raised => {
                    format!("Raised: about {times} times this repository's usual, {rate}")
                }
                Band::Lower => {
                    format!("Lower: about {times} times this repository's usual, {rate}")
                }
                Band::Usual => format!("Usual for this repository: about {times} times, {rate}"),
            }
        }
    };
    let partial = if report.partial.is_some() { "Partial. " } else { "" };
    format!("{partial}{said}{conditions}")
}

/// `2.4`, `0.85`, `14`.
pub(crate) fn times(multiple: f64) -> String {
    if multiple < 0.95 {
        format!("{multiple:.2}")
    } else if multiple < 9.95 {
        format!("{multiple:.1}")
    } else {
        format!("{multiple:.0}")
    }
}

/// `25 in 1,000`, `1.4 in 1,000`.
pub(crate) fn per_thousand(rate: f64) -> String {
    let of = rate * 1000.0;
    if of < 9.5 { format!("{of:.1} in 1,000") } else { format!("{of:.0} in 1,000") }
}

/// A driver put into words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DriverWords {
    /// `×1.32`.
    pub factor: String,
    /// What was found: `the author has changed 1 of 4 existing files before`.
    pub found: String,
    /// What is usual here: `7 of 10`.
    pub usual: String,
    /// What would lower it, or why it is low.
    pub helps: String,
}

/// Puts a driver into words.
pub fn driver_words(report: &RiskReport, driver: &Driver) -> DriverWords {
    let raises = driver.factor > 1.0;
    let n = |value: f64| value.round() as usize;
    let existing = report.existing_files;
    let (found, usual, helps) = match driver.name {
        "nf" => (
            count(n(driver.value), "file", "files"),
            count(n(driver.usual), "file", "files"),
            "smaller pull requests",
        ),
        "ndev" => (
            format!("{} changed these files before", count(n(driver.value), "person", "people")),
            few(driver.usual),
            "a change of its own for the files that everybody changes",
        ),
        "b_known" if existing == 0 => (
            "every file is new".to_owned(),
            tenths(driver.usual),
            "a look by somebody who knows the neighbourhood",
        ),
        "b_known" => (
            format!(
                "the author has changed {} of {} before",
                n(driver.value * existing as f64),
                count(existing, "existing file", "existing files")
            ),
            tenths(driver.usual),
            "a look by somebody who knows the files",
        ),
        "frev180" => (
            format!("{} on these files in 180 days", count(n(driver.value), "revert", "reverts")),
            few(driver.usual),
            "knowing why those were taken back",
        ),
        "fix" => {
            let found = if driver.value > 0.0 { "says that it repairs" } else { "is no repair" };
            (format!("the title {found}"), format!("{} repairs", tenths(driver.usual)), "")
        }
        "b_doconly" => {
            let found = if driver.value > 0.0 { "only documents" } else { "not only documents" };
            (found.to_owned(), tenths(driver.usual), "")
        }
        other => (format!("{other} {}", few(driver.value)), few(driver.usual), ""),
    };
    DriverWords {
        factor: format!("×{:.2}", driver.factor),
        found,
        usual,
        helps: if raises { helps.to_owned() } else { String::new() },
    }
}

/// `7 of 10`.
fn tenths(share: f64) -> String {
    format!("{} of 10", (share * 10.0).round().clamp(0.0, 10.0))
}

/// `0.3`, `12`.
fn few(value: f64) -> String {
    if value < 9.95 && (value - value.round()).abs() > 0.05 {
        format!("{value:.1}")
    } else {
        format!("{:.0}", value.abs())
    }
}

/// A fact in words: `14 lines added`, `touches dependencies`; nothing for a flag that is down.
pub fn fact_words(fact: &Fact) -> Option<String> {
    match fact.unit {
        "yes or no" => (fact.value > 0.0).then(|| fact.title.to_owned()),
        "share" => Some(format!("{}: {:.2}", fact.title, fact.value)),
        "days" => Some(format!("{}: {}", fact.title, few(fact.value))),
        _ => Some(format!("{}: {}", fact.title, few(fact.value))),
    }
}

/// What the numbers rest on, in one or two sentences.
pub fn history_words(report: &RiskReport) -> String {
    let Some(history) = &report.history else {
        return "No history of this repository is known yet, so nothing is estimated.".to_owned();
    };
    let since = history.since.date();
    let begins = if history.whole { "since it began on" } else { "since" };
    let changes =
        count(usize::try_from(history.changes).unwrap_or(usize::MAX), "change", "changes");
    let mut words = format!("{changes} known {begins} {since}.");
    let Some(a) = &report.assessment else { return words };
    let rate = match (a.own_changes, a.own_reverts) {
        (0, _) => " None is old enough to tell how often changes are reverted here".to_owned(),
        (n, k) => format!(" {k} of {n} merged 30 to 395 days before were reverted within 30 days"),
    };
    words += &rate;
    words += if a.is_borrowed() {
        ": the rate is based on 18 public repositories, not yet on this one."
    } else {
        "."
    };
    if a.compared_with == 0 {
        words += " Too few changes are known to say what is usual here; what is usual in 18 public repositories stands in for it.";
    }
    words
}

/// What should be said below every number.
pub fn usual_words(assessment: &Assessment) -> String {
    let fine = (1.0 - assessment.rate.value) * 100.0;
    let fine = if fine > 99.0 { format!("{fine:.1}") } else { format!("{fine:.0}") };
    format!(
        "Most changes in this band are fine: about {fine} % of those like this one stay. This number never blocks; it says where a second look pays."
    )
}
