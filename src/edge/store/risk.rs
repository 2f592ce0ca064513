//! What do we remember of a repository's history, and of its open pull requests, to say how risky a
//! change is?

mod changes;
mod counted;
mod coverage;
mod people;
#[cfg(test)]
mod plans;
mod pulls;
mod quarters;
mod reading;
mod relations;
mod reports;
mod slopes;
mod touches;

use sha2::{Digest, Sha256};

pub use changes::{Ripe, RiskChange, RiskHistory};
pub use coverage::{CoverageRow, PutCoverage};
pub use pulls::RiskPull;
pub use quarters::{Harm, QuarterCount};
pub use touches::RiskTouch;

/// Names that are asked for at once. A shorter list is filled up with its first, so that one text
/// does for all.
const BATCH: usize = 100;

/// `$3, $4, …`: places for a batch of names.
fn places(first: usize) -> String {
    let places: Vec<String> = (first..first + BATCH).map(|n| format!("${n}")).collect();
    places.join(", ")
}

/// A batch of names as long as its places.
fn filled<T>(batch: &[T]) -> impl Iterator<Item = &T> {
    batch.iter().chain(std::iter::repeat_n(&batch[0], BATCH - batch.len()))
}

/// 63 bits of a text's digest: what paths, titles and addresses are recognised by.
pub fn mark(text: &str) -> i64 {
    let digest = Sha256::digest(text.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(first) & i64::MAX
}
