//! Do the slopes hold here? A repository's own, drawn toward those of the model (ridge), once there
//! are enough labels; fewer say nothing.
//!
//! Minimised over an intercept a and slopes b: - sum of log likelihood of y under
//! logit p = a + z'b, plus lambda / 2 times |b - b0|^2, by Newton's method; z as it was when each change was
//! merged. With few labels b stays near b0, with many the penalty is outweighed. Measured on six
//! repositories (docs/risk.md): AUC .624 by b0, .601 by own slopes alone, .627 by this.

use serde::Serialize;

use super::backtest::measures::pairs;
use super::backtest::rows::Row;
use super::model::{FEATURES, Model, N, Vector};
use super::replay::{BaseRate, Merged, Replay};

/// Reverts below which slopes are left alone.
pub const ENOUGH: u64 = 100;
/// The weight of the compiled slopes.
const LAMBDA: f64 = 100.0;
/// Unknowns: the intercept and the slopes.
const M: usize = N + 1;
const STEPS: usize = 50;

/// What a history says of the model.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Calibration {
    /// Changes that count.
    pub changes: u64,
    /// Reverted within 30 days.
    pub reverted: u64,
    /// What is reverted here, by the labels of the last 395 days; prior included.
    pub base_rate: f64,
    /// AUC of the compiled slopes here; `None` without a revert.
    pub auc: Option<f64>,
    /// Slopes fitted here; `None` with fewer than [`ENOUGH`] reverts.
    pub slopes: Option<Vec<Slope>>,
    /// Whether own slopes would have been better: fitted on the earlier four fifths, tried on the
    /// rest. `None` with fewer than [`ENOUGH`] reverts among the former, or none among the latter.
    pub later: Option<Later>,
}

/// AUC over the last fifth of the changes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Later {
    /// Reverts in it.
    pub reverted: u64,
    /// By the compiled slopes.
    pub compiled: f64,
    /// By slopes that were fitted on what was before.
    pub own: f64,
}

/// One slope, compiled and own.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Slope {
    /// The signal.
    pub name: &'static str,
    /// In the model.
    pub compiled: f64,
    /// Fitted here, drawn toward it.
    pub own: f64,
}

/// Looks at the changes of repositories, each in order and on its own scale; of several, slopes are
/// fitted to all together.
pub fn calibrate(model: &Model, series: &[&[Row]]) -> Calibration {
    let walked: Vec<Walked> = series.iter().map(|rows| walk(model, rows)).collect();
    let seen: Vec<Seen> = walked.iter().flat_map(|walked| walked.seen.iter().copied()).collect();
    let reverted = reverts(&seen);
    let compiled = model.slopes();
    let own = (reverted >= ENOUGH).then(|| fit(&seen, &compiled)).flatten();
    let slopes = own.map(|own| {
        let slope =
            |j: usize| Slope { name: FEATURES[j], compiled: model.features[j].slope, own: own[j] };
        (0..N).map(slope).collect()
    });
    let base = walked.iter().fold(BaseRate::of(model, 0, 0), |sum, walked| {
        let (changes, reverted) =
            (sum.changes + walked.base.changes, sum.reverted + walked.base.reverted);
        BaseRate::of(model, changes, reverted)
    });
    Calibration {
        changes: seen.len() as u64,
        reverted,
        base_rate: base.mean(),
        auc: auc_within(walked.iter().map(|walked| walked.seen.as_slice()), &compiled),
        slopes,
        later: later(&walked, &compiled),
    }
}

/// z as it was at the merge, and whether it was reverted.
type Seen = (Vector, bool);

struct Walked {
    seen: Vec<Seen>,
    base: BaseRate,
}

fn reverts(seen: &[Seen]) -> u64 {
    seen.iter().filter(|(_, reverted)| *reverted).count() as u64
}

fn walk(model: &Model, rows: &[Row]) -> Walked {
    let mut replay = Replay::new(model);
    let mut seen = Vec::with_capacity(rows.len());
    let mut base = BaseRate::of(model, 0, 0);
    for row in rows {
        let x = row.raw.x();
        let score = replay.score(&x, row.at);
        base = score.base;
        seen.push((score.z, row.reverted));
        let (at, reverted, weight) = (row.at, row.reverted, score.sum.exp());
        replay.push(Merged { at, x: Some(x), weight, reverted });
    }
    Walked { seen, base }
}

/// Pairs of one repository, pooled by their number.
fn auc_within<'s>(series: impl Iterator<Item = &'s [Seen]>, slopes: &Vector) -> Option<f64> {
    let sum = |z: &Vector| z.iter().zip(slopes).map(|(z, b)| z * b).sum::<f64>();
    let (right, all) = series
        .map(|seen| pairs(&seen.iter().map(|(z, y)| (sum(z), *y)).collect::<Vec<_>>()))
        .fold((0.0, 0.0), |(right, all), (r, a)| (right + r, all + a));
    (all > 0.0).then(|| right / all)
}

fn later(walked: &[Walked], compiled: &Vector) -> Option<Later> {
    let cut = |walked: &Walked| walked.seen.len() * 4 / 5;
    let before: Vec<Seen> = walked.iter().flat_map(|w| w.seen[..cut(w)].iter().copied()).collect();
    let own = (reverts(&before) >= ENOUGH).then(|| fit(&before, compiled)).flatten()?;
    let rest = || walked.iter().map(|w| &w.seen[cut(w)..]);
    let reverted = rest().map(reverts).sum();
    Some(Later {
        reverted,
        compiled: auc_within(rest(), compiled)?,
        own: auc_within(rest(), &own)?,
    })
}

/// Slopes by Newton's method; `None` when that does not settle.
fn fit(seen: &[Seen], compiled: &Vector) -> Option<Vector> {
    let n = seen.len() as f64;
    let share = seen.iter().filter(|(_, y)| *y).count() as f64 / n;
    let mut b = [0.0; M];
    b[0] = (share / (1.0 - share)).ln();
    b[1..].copy_from_slice(compiled);
    for _ in 0..STEPS {
        let (mut gradient, mut hessian) = ([0.0; M], [[0.0; M]; M]);
        for j in 1..M {
            gradient[j] = LAMBDA * (b[j] - compiled[j - 1]);
            hessian[j][j] = LAMBDA;
        }
        for (z, y) in seen {
            let row: [f64; M] = std::array::from_fn(|j| if j == 0 { 1.0 } else { z[j - 1] });
            let s: f64 = row.iter().zip(&b).map(|(x, b)| x * b).sum();
            let p = 1.0 / (1.0 + (-s).exp());
            let (off, weight) = (p - f64::from(u8::from(*y)), p * (1.0 - p));
            for j in 0..M {
                gradient[j] += off * row[j];
                for k in 0..M {
                    hessian[j][k] += weight * row[j] * row[k];
                }
            }
        }
        let step = solve(hessian, gradient)?;
        for (b, step) in b.iter_mut().zip(step) {
            *b -= step;
        }
        if step.iter().all(|step| step.abs() < 1e-10) {
            return Some(std::array::from_fn(|j| b[j + 1]));
        }
    }
    None
}

/// Solves a x = y by elimination with pivots.
fn solve(mut a: [[f64; M]; M], mut y: [f64; M]) -> Option<[f64; M]> {
    for i in 0..M {
        let best = (i..M).max_by(|j, k| a[*j][i].abs().total_cmp(&a[*k][i].abs()))?;
        a.swap(i, best);
        y.swap(i, best);
        if a[i][i].abs() < 1e-12 {
            return None;
        }
        for j in i + 1..M {
            let factor = a[j][i] / a[i][i];
            let above = a[i];
            for (cell, above) in a[j].iter_mut().zip(above).skip(i) {
                *cell -= factor * above;
            }
            y[j] -= factor * y[i];
        }
    }
    let mut x = [0.0; M];
    for i in (0..M).rev() {
        let rest: f64 = (i + 1..M).map(|k| a[i][k] * x[k]).sum();
        x[i] = (y[i] - rest) / a[i][i];
    }
    Some(x)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::risk::model::Raw;
    use crate::domain::time::Timestamp;

    /// Changes of which those with many people before them are reverted more often.
    fn rows(n: usize, every: usize) -> Vec<Row> {
        let row = |i: usize| {
            let crowd = i.is_multiple_of(2);
            let raw = Raw([3.0, if crowd { 20.0 } else { 2.0 }, 0.5, 0.0, 0.0, 0.0]);
            let reverted = crowd && i.is_multiple_of(every);
            Row { at: Timestamp(i as i64 * 3_600_000), reverted, raw }
        };
        (0..n).map(row).collect()
    }

    #[test]
    fn few_labels_leave_the_slopes_alone() {
        let model = Model::built_in().expect("readable");
        let found = calibrate(model, &[&rows(1_000, 50)]);
        assert_eq!((found.changes, found.reverted), (1_000, 20));
        assert_eq!(found.slopes, None);
        assert!(found.auc.is_some_and(|auc| auc > 0.6), "{found:?}");
    }

    #[test]
    fn many_labels_move_the_slope_that_matters() {
        let model = Model::built_in().expect("readable");
        let found = calibrate(model, &[&rows(6_000, 10)]);
        assert_eq!(found.reverted, 600);
        let later = found.later.expect("enough labels before");
        assert!(later.own >= later.compiled && later.reverted == 120, "{later:?}");
        // Two of the same are twice as many, and teach the same more firmly.
        let (one, two) = (rows(6_000, 10), rows(6_000, 10));
        let both = calibrate(model, &[&one, &two]);
        assert_eq!((both.changes, both.reverted), (12_000, 1_200));
        assert_eq!(both.auc, found.auc);
        let slopes = found.slopes.expect("enough labels");
        let moved = |name: &str| {
            let slope = slopes.iter().find(|s| s.name == name).expect("there");
            slope.own - slope.compiled
        };
        assert!(moved("ndev") > 0.3, "{slopes:?}");
        // What never varies says nothing once the scale is the repository's own, after 30 changes.
        assert!(moved("b_doconly").abs() < 2e-3, "{slopes:?}");
    }
}
