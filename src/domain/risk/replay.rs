//! What was known at each moment? A repository's changes in order, each compared with those before
//! it and with the labels that were known by then.

use std::collections::VecDeque;

use crate::domain::time::Timestamp;

use super::DAY_MS;
use super::model::{Model, N, Scale, Vector};

/// A change counts as reverted when that happened within so many days of its merge.
pub const LABEL_DAYS: i64 = 30;

/// A merged change that counts: a human's, and not itself a revert.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Merged {
    /// When.
    pub at: Timestamp,
    /// Its features; `None` when they could not be known then.
    pub x: Option<Vector>,
    /// e^S by the compiled slopes, as it was then; 1 when `x` is not known.
    pub weight: f64,
    /// Whether it was reverted within [`LABEL_DAYS`].
    pub reverted: bool,
}

/// How often changes were reverted here, and what is believed of it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BaseRate {
    /// Changes that are old enough to tell and young enough to count.
    pub changes: u64,
    /// Those of them that were reverted.
    pub reverted: u64,
    /// First parameter of the posterior Beta distribution.
    pub alpha: f64,
    /// Its second.
    pub beta: f64,
}

impl BaseRate {
    /// From the prior and what was counted.
    pub fn of(model: &Model, changes: u64, reverted: u64) -> Self {
        Self {
            changes,
            reverted,
            alpha: model.base.reverted + reverted as f64,
            beta: model.base.kept + changes.saturating_sub(reverted) as f64,
        }
    }

    /// The posterior mean: the share of changes that is reverted.
    pub fn mean(&self) -> f64 {
        self.alpha / (self.alpha + self.beta)
    }

    /// The variance of its logarithm: trigamma(alpha) - trigamma(alpha + beta).
    pub fn log_variance(&self) -> f64 {
        trigamma(self.alpha) - trigamma(self.alpha + self.beta)
    }
}

/// The second derivative of ln gamma, for x > 0: recurrence up to 10, then the asymptotic series
/// (Abramowitz & Stegun 6.4.6 and 6.4.12).
fn trigamma(x: f64) -> f64 {
    let (mut x, mut sum) = (x, 0.0);
    while x < 10.0 {
        sum += 1.0 / (x * x);
        x += 1.0;
    }
    let y = 1.0 / (x * x);
    sum + 1.0 / x + y / 2.0 + y / x * (1.0 / 6.0 - y * (1.0 / 30.0 - y * (1.0 / 42.0 - y / 30.0)))
}

/// What the model says of one change.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// S.
    pub sum: f64,
    /// The features on the repository's scale.
    pub z: Vector,
    /// e^S over its average.
    pub multiple: f64,
    /// Probability of a revert.
    pub rate: f64,
    /// What it was compared with.
    pub scale: Scale,
    /// How often changes are reverted here.
    pub base: BaseRate,
}

impl Score {
    /// On a repository's scale, from its base rate.
    pub fn of(model: &Model, scale: Scale, base: BaseRate, x: &Vector) -> Self {
        let z = model.z(&scale, x);
        let sum = model.sum(&z);
        let multiple = sum.exp() / scale.average;
        let rate = (base.mean() * multiple).min(model.base.cap);
        Self { sum, z, multiple, rate, scale, base }
    }
}

/// The scale of some changes, each with x and e^S as they were then; at most as many as the model
/// looks back on.
pub fn scale_of(model: &Model, window: impl Iterator<Item = (Vector, f64)>) -> Scale {
    let mut replay = Replay::new(model);
    for (x, weight) in window {
        replay.push(Merged { at: Timestamp(0), x: Some(x), weight, reverted: false });
    }
    replay.scale()
}

/// A walk through a repository's changes, oldest first.
#[derive(Debug, Clone)]
pub struct Replay<'m> {
    model: &'m Model,
    window: VecDeque<(Vector, f64)>,
    /// Running sums of x, of its square and of e^S over the window.
    sums: (Vector, Vector, f64),
    /// Merge time and label of changes that are too young to count, oldest first.
    young: VecDeque<(Timestamp, bool)>,
    /// Those that count.
    ripe: VecDeque<(Timestamp, bool)>,
    /// Reverts among the latter.
    reverted: u64,
}

impl<'m> Replay<'m> {
    /// Nothing is known yet.
    pub fn new(model: &'m Model) -> Self {
        let sums = ([0.0; N], [0.0; N], 0.0);
        let (window, young, ripe) = (VecDeque::new(), VecDeque::new(), VecDeque::new());
        Self { model, window, sums, young, ripe, reverted: 0 }
    }

    /// The scale at this moment: of the previous changes, or the start values.
    pub fn scale(&self) -> Scale {
        let rows = self.window.len();
        if rows < self.model.scale.least.max(2) {
            return self.model.start();
        }
        let n = rows as f64;
        let (sums, squares, weights) = &self.sums;
        let mean: Vector = std::array::from_fn(|j| sums[j] / n);
        let sd = std::array::from_fn(|j| {
            let variance = (squares[j] - n * mean[j] * mean[j]) / (n - 1.0);
            variance.max(0.0).sqrt().max(self.model.features[j].floor)
        });
        let mut scale = Scale { mean, sd, average: weights / n, rows };
        if self.model.own {
            // The weights are those of the compiled slopes, whatever slopes hold now.
            let weight = |(x, _): &(Vector, f64)| self.model.sum(&self.model.z(&scale, x)).exp();
            scale.average = self.window.iter().map(weight).sum::<f64>() / n;
        }
        scale
    }

    /// How often changes are reverted here, by the labels that can be told `now`. Time goes on
    /// from call to call.
    pub fn base(&mut self, now: Timestamp) -> BaseRate {
        let prior = &self.model.base;
        let oldest = now.plus_ms(-prior.oldest_days * DAY_MS);
        let youngest = now.plus_ms(-prior.youngest_days * DAY_MS);
        while let Some((at, label)) = self.young.pop_front_if(|(at, _)| *at <= youngest) {
            self.ripe.push_back((at, label));
            self.reverted += u64::from(label);
        }
        while let Some((_, label)) = self.ripe.pop_front_if(|(at, _)| *at < oldest) {
            self.reverted -= u64::from(label);
        }
        BaseRate::of(self.model, self.ripe.len() as u64, self.reverted)
    }

    /// What the model says of a change with these features.
    pub fn score(&mut self, x: &Vector, now: Timestamp) -> Score {
        Score::of(self.model, self.scale(), self.base(now), x)
    }

    /// A change was merged; it is part of what the next ones are compared with.
    pub fn push(&mut self, merged: Merged) {
        if let Some(x) = merged.x {
            self.add(&x, merged.weight, 1.0);
            self.window.push_back((x, merged.weight));
            if self.window.len() > self.model.scale.rows
                && let Some((x, weight)) = self.window.pop_front()
            {
                self.add(&x, weight, -1.0);
            }
        }
        self.young.push_back((merged.at, merged.reverted));
    }

    fn add(&mut self, x: &Vector, weight: f64, sign: f64) {
        let (sums, squares, weights) = &mut self.sums;
        for j in 0..N {
            sums[j] += sign * x[j];
            squares[j] += sign * x[j] * x[j];
        }
        *weights += sign * weight;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trigamma_has_its_known_values() {
        let pi2 = std::f64::consts::PI * std::f64::consts::PI;
        assert!((trigamma(1.0) - pi2 / 6.0).abs() < 1e-10);
        assert!((trigamma(0.5) - pi2 / 2.0).abs() < 1e-10);
    }

    #[test]
    fn only_ripe_and_fresh_labels_count() {
        let model = Model::built_in().expect("readable");
        let mut replay = Replay::new(model);
        let day = |n: i64| Timestamp(n * DAY_MS);
        for (at, reverted) in [(0, true), (10, false), (380, true), (400, false)] {
            replay.push(Merged { at: day(at), x: None, weight: 1.0, reverted });
        }
        let base = replay.base(day(405));
        assert_eq!((base.changes, base.reverted), (1, 0));
        let base = replay.base(day(411));
        assert_eq!((base.changes, base.reverted), (1, 1));
        assert_eq!(base.mean(), 2.65 / 146.65);
    }

    #[test]
    fn the_scale_is_that_of_the_last_changes() {
        let model = Model::built_in().expect("readable");
        let mut replay = Replay::new(model);
        let merged = |k: usize| {
            let x = [k as f64, 0.0, 0.5, 0.0, 0.0, 0.0];
            Merged { at: Timestamp(0), x: Some(x), weight: 2.0, reverted: false }
        };
        (0..29).for_each(|k| replay.push(merged(k)));
        assert_eq!(replay.scale().rows, 0);
        (29..700).for_each(|k| replay.push(merged(k)));
        let scale = replay.scale();
        assert_eq!((scale.rows, scale.average), (500, 2.0));
        // 200 to 699: mean 449.5, variance (500^2 - 1) / 12 * 500 / 499.
        assert!((scale.mean[0] - 449.5).abs() < 1e-9);
        let variance: f64 = 249_999.0 / 12.0 * 500.0 / 499.0;
        assert!((scale.sd[0] - variance.sqrt()).abs() < 1e-6);
        assert_eq!(scale.sd[2], 0.15);
    }
}
