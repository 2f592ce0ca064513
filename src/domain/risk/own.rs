//! What an organisation's own reverts make of the model: its slopes, drawn toward the compiled ones.

use serde::{Deserialize, Serialize};

use super::backtest::tell::thousands;
use super::model::{Model, N, Vector};
use super::ridge::LAMBDA;

/// z of a 95 % interval.
const NINETY_FIVE: f64 = 1.96;

/// Slopes that were fitted to the changes of one organisation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Own {
    /// The quarter with whose end the changes end.
    pub until: String,
    /// Changes that they were fitted to.
    pub changes: u64,
    /// Reverts among them.
    pub reverted: u64,
    /// In the model's order.
    pub slopes: Vector,
    /// Of the slopes.
    pub covariance: [Vector; N],
}

impl Own {
    /// The model with these slopes. Start values, prior and bands stay.
    #[must_use]
    pub fn model(&self, compiled: &Model) -> Model {
        let mut model = compiled.clone();
        let Self { until, reverted, slopes, covariance, .. } = self;
        let changes = thousands(self.changes);
        model.name = format!("{}, own slopes up to {until}", compiled.name);
        model.provenance = format!(
            "fitted on {changes} human changes ({reverted} reverted) of this organisation up to {until}, drawn toward the slopes of {} (ridge, lambda {LAMBDA})",
            compiled.name,
        );
        model.measured = format!(
            "slopes fitted on {reverted} reverts among {changes} changes of this organisation up to {until}, drawn toward those of {}, because they order its last fifth at least as well",
            compiled.name,
        );
        model.covariance = *covariance;
        for (j, feature) in model.features.iter_mut().enumerate() {
            let half = NINETY_FIVE * covariance[j][j].max(0.0).sqrt();
            feature.slope = slopes[j];
            feature.interval = [slopes[j] - half, slopes[j] + half];
        }
        model.own = true;
        model
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::risk::replay::{Merged, Replay};
    use crate::domain::time::Timestamp;

    #[test]
    fn the_average_is_that_of_the_own_slopes() {
        let compiled = Model::built_in().expect("readable");
        let slopes = compiled.slopes().map(|slope| 2.0 * slope);
        let mut covariance = [[0.0; N]; N];
        covariance[1][1] = 0.01;
        let until = "2026-Q3".to_owned();
        let own = Own { until, changes: 9_000, reverted: 120, slopes, covariance };
        let model = own.model(compiled);
        assert_eq!(model.features[1].slope, 2.0 * compiled.features[1].slope);
        let [low, high] = model.features[1].interval;
        assert!((high - low - 2.0 * 1.96 * 0.1).abs() < 1e-12);

        // Half of the changes one standard deviation above the mean of one signal, half below.
        let mut replay = Replay::new(&model);
        for n in 0..400_u32 {
            let x = [1.4, if n.is_multiple_of(2) { 3.0 } else { 1.0 }, 0.5, 0.0, 0.0, 0.0];
            // Stored with the weight of the compiled slopes.
            replay.push(Merged { at: Timestamp(0), x: Some(x), weight: 1.1, reverted: false });
        }
        let scale = replay.scale();
        let z = 1.0 / scale.sd[1];
        let b = slopes[1];
        let expected = f64::midpoint((b * z).exp(), (-b * z).exp());
        assert!((scale.average - expected).abs() < 1e-9, "{scale:?}");
    }
}
