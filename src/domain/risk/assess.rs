//! What do we say of a change? The multiple with its interval, the rate, and what drives them.

use serde::Serialize;

use super::model::{FEATURES, Model, N, Raw, raw_of};
use super::replay::Score;

/// z of a 90 % interval.
const NINETY: f64 = 1.64;
/// A factor nearer to 1 than this is not worth a line.
const WORTH_SAYING: f64 = 0.08;
/// With fewer own reverts the base rate rests on other repositories.
pub const FEW_REVERTS: u64 = 5;

/// In a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Band {
    /// Less often than usual.
    Lower,
    /// As often as usual.
    Usual,
    /// More often than usual.
    Raised,
}

impl Band {
    /// The word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Lower => "lower",
            Self::Usual => "usual",
            Self::Raised => "raised",
        }
    }
}

/// A feature that moves the multiple, or does not.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Driver {
    /// The signal.
    pub name: &'static str,
    /// What it multiplies the odds by: e^(slope times z).
    pub factor: f64,
    /// As measured.
    pub value: f64,
    /// The value of the repository's average change (on the scale that the model uses).
    pub usual: f64,
}

/// A number with its 90 % interval.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Estimate {
    /// The number.
    pub value: f64,
    /// Its 90 % interval.
    pub interval: [f64; 2],
}

/// What the model says of one change, ready to be put into words.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Assessment {
    /// In a word.
    pub band: Band,
    /// Times the repository's usual rate.
    pub multiple: Estimate,
    /// The share of changes like this that is reverted.
    pub rate: Estimate,
    /// Features that move it by 8 % or more, the strongest first.
    pub drivers: Vec<Driver>,
    /// Changes of this repository that it was compared with; 0: start values of 18 others.
    pub compared_with: usize,
    /// Changes that the base rate was counted on.
    pub own_changes: u64,
    /// Reverts among them.
    pub own_reverts: u64,
}

impl Assessment {
    /// From a score.
    pub fn of(model: &Model, score: &Score, raw: &Raw) -> Self {
        let slopes_variance = model.variance(&score.z);
        let spread = |value: f64, variance: f64, cap: f64| {
            let factor = (NINETY * variance.sqrt()).exp();
            Estimate { value, interval: [value / factor, (value * factor).min(cap)] }
        };
        let multiple = spread(score.multiple, slopes_variance, f64::INFINITY);
        let of_rate = slopes_variance + score.base.log_variance();
        let rate = spread(score.rate, of_rate, model.base.cap);
        let driver = |j: usize| Driver {
            name: FEATURES[j],
            factor: (model.features[j].slope * score.z[j]).exp(),
            value: raw.0[j],
            usual: raw_of(j, score.scale.mean[j]),
        };
        let mut drivers: Vec<Driver> =
            (0..N).map(driver).filter(|d| (d.factor - 1.0).abs() >= WORTH_SAYING).collect();
        drivers.sort_by(|a, b| b.factor.ln().abs().total_cmp(&a.factor.ln().abs()));
        Self {
            band: band(model, score.multiple),
            multiple,
            rate,
            drivers,
            compared_with: score.scale.rows,
            own_changes: score.base.changes,
            own_reverts: score.base.reverted,
        }
    }

    /// Whether the base rate rests mostly on other repositories.
    pub fn is_borrowed(&self) -> bool {
        self.own_reverts < FEW_REVERTS
    }
}

/// The word for a multiple.
pub fn band(model: &Model, multiple: f64) -> Band {
    if multiple < model.bands.lower {
        Band::Lower
    } else if multiple >= model.bands.raised {
        Band::Raised
    } else {
        Band::Usual
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::risk::replay::Replay;
    use crate::domain::time::Timestamp;

    fn assess(raw: [f64; N]) -> Assessment {
        let model = Model::built_in().expect("readable");
        let raw = Raw(raw);
        let score = Replay::new(model).score(&raw.x(), Timestamp(0));
        Assessment::of(model, &score, &raw)
    }

    #[test]
    fn a_change_far_from_its_authors_ground_is_raised() {
        let said = assess([40.0, 45.0, 0.0, 4.0, 0.0, 0.0]);
        assert_eq!(said.band, Band::Raised);
        let names: Vec<_> = said.drivers.iter().map(|d| d.name).collect();
        assert_eq!(names, ["b_known", "ndev", "frev180", "nf"]);
        assert!(said.is_borrowed());
        let [low, high] = said.multiple.interval;
        assert!(low < said.multiple.value && said.multiple.value < high);
        // The base rate's own uncertainty comes on top.
        let [low_rate, high_rate] = said.rate.interval;
        assert!(high_rate / low_rate > high / low);
    }

    #[test]
    fn documents_are_lower() {
        assert_eq!(assess([1.0, 3.0, 1.0, 0.0, 0.0, 1.0]).band, Band::Lower);
    }

    proptest! {
        /// More earlier authors, more reverts and more files never lower it; knowing more of the
        /// files never raises it; a rate stays a rate.
        #[test]
        fn it_moves_the_right_way(
            nf in 1.0..200.0_f64, ndev in 0.0..100.0_f64, known in 0.0..1.0_f64,
            reverts in 0.0..30.0_f64, j in 0_usize..4, more in 0.0..1.0_f64,
        ) {
            let raw = [nf, ndev, known, reverts, 0.0, 0.0];
            let (mut other, step) = (raw, [50.0, 50.0, 1.0 - known, 10.0]);
            other[j] += more * step[j];
            let (a, b) = (assess(raw), assess(other));
            let (low, high) = if j == 2 { (&b, &a) } else { (&a, &b) };
            prop_assert!(low.multiple.value <= high.multiple.value + 1e-12);
            prop_assert!((0.0..=0.6).contains(&b.rate.value));
        }
    }
}
