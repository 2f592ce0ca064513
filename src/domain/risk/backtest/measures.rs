//! How good is a prediction? AUC, calibration, and intervals of shares.

use serde::Serialize;

/// 95 %, both sides.
const Z: f64 = 1.959_963_984_540_054;

/// Pairs of one that was reverted and one that was not: how many are in the right order (ties
/// count half), and how many there are.
pub fn pairs(scored: &[(f64, bool)]) -> (f64, f64) {
    let mut sorted: Vec<(f64, bool)> = scored.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let (mut right, mut kept_below) = (0.0, 0.0);
    for tie in sorted.chunk_by(|a, b| a.0 == b.0) {
        let reverted = tie.iter().filter(|(_, reverted)| *reverted).count() as f64;
        let kept = tie.len() as f64 - reverted;
        right += reverted * (kept_below + kept / 2.0);
        kept_below += kept;
    }
    let reverted = sorted.iter().filter(|(_, reverted)| *reverted).count() as f64;
    (right, reverted * kept_below)
}

/// The area under the ROC curve; `None` when all became the same.
///
/// ```
/// use waymark::domain::risk::backtest::measures::auc;
/// let scored = [(0.9, true), (0.8, false), (0.7, true), (0.1, false)];
/// // Of four pairs three are in the right order.
/// assert_eq!(auc(&scored), Some(0.75));
/// assert_eq!(auc(&[(0.5, true), (0.5, false)]), Some(0.5));
/// assert_eq!(auc(&[(0.5, true)]), None);
/// ```
pub fn auc(scored: &[(f64, bool)]) -> Option<f64> {
    let (right, all) = pairs(scored);
    (all > 0.0).then(|| right / all)
}

/// Changes of similar predicted rate.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Bin {
    /// Changes.
    pub changes: u64,
    /// Reverted.
    pub reverted: u64,
    /// Mean predicted rate.
    pub predicted: f64,
    /// Share that was reverted.
    pub observed: f64,
    /// Its 95 % interval (Wilson).
    pub interval: [f64; 2],
}

/// Cuts the changes into bins of equal size by predicted rate, lowest first.
pub fn bins(scored: &[(f64, bool)], count: usize) -> Vec<Bin> {
    let mut sorted: Vec<(f64, bool)> = scored.to_vec();
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    let n = sorted.len();
    let bin = |i: usize| {
        let part = &sorted[i * n / count..(i + 1) * n / count];
        let changes = part.len() as u64;
        let reverted = part.iter().filter(|(_, reverted)| *reverted).count() as u64;
        let of = (changes as f64).max(1.0);
        Bin {
            changes,
            reverted,
            predicted: part.iter().map(|(rate, _)| rate).sum::<f64>() / of,
            observed: reverted as f64 / of,
            interval: wilson(reverted, changes),
        }
    };
    (0..count).map(bin).collect()
}

/// Expected calibration error: the mean distance of predicted and observed, by changes.
pub fn expected_error(bins: &[Bin]) -> f64 {
    let all: u64 = bins.iter().map(|bin| bin.changes).sum();
    let off = |bin: &Bin| (bin.predicted - bin.observed).abs() * bin.changes as f64;
    bins.iter().map(off).sum::<f64>() / (all as f64).max(1.0)
}

/// The 95 % interval of a share (Wilson 1927); 0 to 1 when nothing was counted.
///
/// ```
/// use waymark::domain::risk::backtest::measures::wilson;
/// let [low, high] = wilson(10, 100);
/// assert!((low - 0.0552).abs() < 1e-4 && (high - 0.1744).abs() < 1e-4);
/// ```
pub fn wilson(hits: u64, of: u64) -> [f64; 2] {
    if of == 0 {
        return [0.0, 1.0];
    }
    let (n, p) = (of as f64, hits as f64 / of as f64);
    let middle = p + Z * Z / (2.0 * n);
    let spread = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    [((middle - spread) / scale).max(0.0), ((middle + spread) / scale).min(1.0)]
}
