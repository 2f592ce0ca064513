//! What do we remember of a repository's history, and of its open pull requests, to say how risky a
//! change is?

mod changes;
mod counted;
mod coverage;
mod people;
mod pulls;
mod quarters;
mod reading;
mod relations;
mod reports;
mod touches;

use sha2::{Digest, Sha256};

pub use changes::{Ripe, RiskChange, RiskHistory};
pub use coverage::{CoverageRow, PutCoverage};
pub use pulls::RiskPull;
pub use quarters::{Harm, QuarterCount};
pub use touches::RiskTouch;

/// 63 bits of a text's digest: what paths, titles and addresses are recognised by.
pub fn mark(text: &str) -> i64 {
    let digest = Sha256::digest(text.as_bytes());
    let mut first = [0; 8];
    first.copy_from_slice(&digest[..8]);
    i64::from_be_bytes(first) & i64::MAX
}
