//! Do the slopes hold here? A repository's own, drawn toward those of the model (ridge), once there
//! are enough labels; fewer say nothing.
//!
//! z is as it was when each change was merged. Measured on six repositories (docs/risk.md): AUC .624 by
//! the model's slopes, .601 by own slopes alone, .627 by this.

use serde::Serialize;

use super::backtest::measures::pairs;
use super::backtest::rows::Row;
use super::model::{FEATURES, Model, N, Vector};
use super::own::Own;
use super::replay::{BaseRate, Merged, Replay};
use super::ridge::{Fit, Seen, fit};

/// Reverts below which slopes are left alone.
pub const ENOUGH: u64 = 100;

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
    let merged = |row: &Row| {
        let (at, x, reverted) = (row.at, Some(row.raw.x()), row.reverted);
        Merged { at, x, weight: 1.0, reverted }
    };
    let walked: Vec<Walked> =
        series.iter().map(|rows| walk(model, rows.iter().map(merged))).collect();
    let seen = all_seen(&walked);
    let reverted = reverts(&seen);
    let compiled = model.slopes();
    let own = (reverted >= ENOUGH).then(|| fit(&seen, &compiled)).flatten();
    let slopes = own.map(|Fit { slopes: own, .. }| {
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
        later: later(&walked, &compiled, ENOUGH),
    }
}

#[derive(Debug)]
struct Walked {
    seen: Vec<Seen>,
    base: BaseRate,
}

fn reverts(seen: &[Seen]) -> u64 {
    seen.iter().filter(|(_, reverted)| *reverted).count() as u64
}

/// Only the scale matters here, not the weights that it was stored with.
fn walk(model: &Model, merged: impl Iterator<Item = Merged>) -> Walked {
    let mut replay = Replay::new(model);
    let mut seen = Vec::new();
    let mut base = BaseRate::of(model, 0, 0);
    for change in merged {
        if let Some(x) = change.x {
            let score = replay.score(&x, change.at);
            base = score.base;
            seen.push((score.z, change.reverted));
        }
        replay.push(change);
    }
    Walked { seen, base }
}

fn all_seen(walked: &[Walked]) -> Vec<Seen> {
    walked.iter().flat_map(|walked| walked.seen.iter().copied()).collect()
}

/// What the changes of several repositories say, one repository after the other.
#[derive(Debug, Default)]
pub struct Fitting {
    walked: Vec<Walked>,
}

impl Fitting {
    /// Adds a repository's changes, oldest first; all of them old enough to tell.
    pub fn add(&mut self, model: &Model, merged: &[Merged]) {
        self.walked.push(walk(model, merged.iter().copied()));
    }

    /// Changes seen so far.
    pub fn changes(&self) -> usize {
        self.walked.iter().map(|walked| walked.seen.len()).sum()
    }

    /// Own slopes; `None` with fewer than [`ENOUGH`] reverts, and where slopes fitted on what came
    /// before order the last fifth worse than the model's do.
    pub fn finish(self, model: &Model, until: &str) -> Option<Own> {
        let compiled = model.slopes();
        let seen = all_seen(&self.walked);
        let reverted = reverts(&seen);
        if reverted < ENOUGH {
            return None;
        }
        let tried = later(&self.walked, &compiled, 1)?;
        if tried.own < tried.compiled {
            return None;
        }
        let Fit { slopes, covariance } = fit(&seen, &compiled)?;
        let (until, changes) = (until.to_owned(), seen.len() as u64);
        Some(Own { until, changes, reverted, slopes, covariance })
    }
}

/// Pairs of one repository, pooled by their number.
fn auc_within<'s>(series: impl Iterator<Item = &'s [Seen]>, slopes: &Vector) -> Option<f64> {
    let sum = |z: &Vector| z.iter().zip(slopes).map(|(z, b)| z * b).sum::<f64>();
    let (right, all) = series
        .map(|seen| pairs(&seen.iter().map(|(z, y)| (sum(z), *y)).collect::<Vec<_>>()))
        .fold((0.0, 0.0), |(right, all), (r, a)| (right + r, all + a));
    (all > 0.0).then(|| right / all)
}

/// Tries slopes on the last fifth; `None` with fewer than `least` reverts before it, or none in it.
fn later(walked: &[Walked], compiled: &Vector, least: u64) -> Option<Later> {
    let cut = |walked: &Walked| walked.seen.len() * 4 / 5;
    let before: Vec<Seen> = walked.iter().flat_map(|w| w.seen[..cut(w)].iter().copied()).collect();
    let own = (reverts(&before) >= least).then(|| fit(&before, compiled)).flatten()?;
    let rest = || walked.iter().map(|w| &w.seen[cut(w)..]);
    let reverted = rest().map(reverts).sum();
    Some(Later {
        reverted,
        compiled: auc_within(rest(), compiled)?,
        own: auc_within(rest(), &own.slopes)?,
    })
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
        // The App takes what the command shows, from the store's rows.
        let mut fitting = Fitting::default();
        let stored = |row: &Row| {
            let (at, x, reverted) = (row.at, Some(row.raw.x()), row.reverted);
            Merged { at, x, weight: 7.0, reverted }
        };
        fitting.add(model, &one.iter().map(stored).collect::<Vec<_>>());
        assert_eq!(fitting.changes(), 6_000);
        let own = fitting.finish(model, "2026-Q3").expect("enough labels");
        for (slope, own) in slopes.iter().zip(own.slopes) {
            assert_eq!(slope.own, own);
        }
        assert_eq!((own.changes, own.reverted), (6_000, 600));
        // What never varies says nothing once the scale is the repository's own, after 30 changes.
        assert!(moved("b_doconly").abs() < 2e-3, "{slopes:?}");
    }
}
