//! How much of the change is tests?

use super::{Evidence, OURS, Signal, Unknown};

pub(super) const SIGNAL: Signal = Signal {
    name: "tests",
    title: "share of changed lines in tests",
    definition: "how much of the changed lines lies in files of tests, by their paths",
    unit: "share",
    formula: "changed lines in test files / changed lines",
    source: OURS,
    read: test_share,
};

/// The share of changed lines that lies in tests, 0 to 1.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::signals::{Evidence, test_share};
/// let change = Change::of("", &[("src/a.rs", 6, 0), ("tests/a.rs", 2, 0)]);
/// assert_eq!(test_share(Evidence::without_past(&change)), Ok(0.25));
/// ```
pub fn test_share(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    let files = &evidence.whole()?.files;
    let all: u64 = files.iter().map(|file| file.lines()).sum();
    let tests = files.iter().filter(|file| is_test(&file.path)).map(|file| file.lines());
    Ok(if all == 0 { 0.0 } else { tests.sum::<u64>() as f64 / all as f64 })
}

fn is_test(path: &str) -> bool {
    let lower = path.to_ascii_lowercase();
    let folders = ["test", "tests", "spec", "specs", "__tests__", "testdata", "e2e"];
    let name = lower.rsplit('/').next().unwrap_or(&lower);
    lower.split('/').rev().skip(1).any(|folder| folders.contains(&folder))
        || name.starts_with("test_")
        || ["_test.", ".test.", "_spec.", ".spec.", "tests."].iter().any(|part| name.contains(part))
}
