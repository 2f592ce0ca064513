//! Entropy: how scattered is the change?

use super::{Evidence, KAMEI, Signal, Unknown, number};

pub(super) const SIGNAL: Signal = Signal {
    name: "entropy",
    title: "how evenly the lines are spread",
    definition: "how evenly the changed lines are spread over the touched files: 0 in one file, 1 the same in each",
    unit: "share",
    formula: "-sum p_i log2 p_i / log2 NF, p_i = changed lines of file i / all changed lines; 0 when NF <= 1",
    source: KAMEI,
    read: entropy,
};

/// Normalised entropy of the changed lines over the files, 0 to 1.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::signals::{Evidence, entropy};
/// let of = |files| entropy(Evidence::without_past(&Change::of("", files))).expect("known");
/// assert_eq!(of(&[("a.rs", 7, 1)]), 0.0);
/// assert_eq!(of(&[("a.rs", 2, 2), ("b.rs", 4, 0)]), 1.0);
/// // p = 3/4, 1/4: 0.75 log2(4/3) + 0.25 log2(4) = 0.8113
/// assert!((of(&[("a.rs", 3, 0), ("b.rs", 1, 0)]) - 0.811_278_124_459_132_9).abs() < 1e-12);
/// ```
pub fn entropy(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    let files = &evidence.whole()?.files;
    let all: u64 = files.iter().map(|file| file.lines()).sum();
    if files.len() <= 1 || all == 0 {
        return Ok(0.0);
    }
    let shares = files.iter().map(|file| file.lines() as f64 / all as f64).filter(|p| *p > 0.0);
    let bits: f64 = shares.map(|p| -p * p.log2()).sum();
    Ok(bits / number(files.len()).log2())
}
