//! What does the one model say? Its numbers, read from `policies/risk/model.toml`, and the sum.
//!
//! S = sum of `b_j` `z_j` with `z_j` = (`x_j` - mean) / sd on the repository's own scale; the
//! multiple is e^S over its average. Everything else about it is in the file itself.

use std::sync::LazyLock;

use serde::Deserialize;

use super::signals::{Evidence, Unknown, find};

/// How many features there are.
pub const N: usize = 6;

/// One number per feature, in the model's order: nf, ndev, `b_known`, frev180, fix, `b_doconly`.
pub type Vector = [f64; N];

/// The names, in order; the model's file is checked against it.
pub const FEATURES: [&str; N] = ["nf", "ndev", "b_known", "frev180", "fix", "b_doconly"];
/// Which of them are counts: ln(1 + x) of them is taken.
const COUNTS: [bool; N] = [true, true, false, true, false, false];

/// The text of the built-in model.
pub const BUILT_IN: &str = include_str!("../../../policies/risk/model.toml");

static MODEL: LazyLock<Result<Model, String>> = LazyLock::new(|| Model::parse(BUILT_IN));

/// One feature's numbers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Feature {
    /// The signal that it is made of.
    pub name: String,
    /// Per standard deviation of the repository's own scale.
    pub slope: f64,
    /// 95 % interval of the slope, by bootstrap over repositories.
    pub interval: [f64; 2],
    /// Mean of x before the repository's own is known.
    pub mean: f64,
    /// Standard deviation of x before the repository's own is known.
    pub sd: f64,
    /// The repository's own standard deviation is never taken to be less.
    pub floor: f64,
}

/// How the scale moves along.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rolling {
    /// Changes that it looks back on.
    pub rows: usize,
    /// Changes that it takes before the start values are left.
    pub least: usize,
    /// z is cut to this on both sides.
    pub clip: f64,
    /// Average of e^S before the repository's own is known.
    pub average: f64,
}

/// What is known of base rates before anything is known of the repository.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prior {
    /// First parameter of the Beta distribution.
    pub reverted: f64,
    /// Its second.
    pub kept: f64,
    /// Younger changes do not count yet, in days.
    pub youngest_days: i64,
    /// Older ones do not count any more, in days.
    pub oldest_days: i64,
    /// No predicted rate is above it.
    pub cap: f64,
}

/// Where the words change.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bands {
    /// From here on it is *raised*.
    pub raised: f64,
    /// Below it is *lower*.
    pub lower: f64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct Covariance {
    times: f64,
    upper: Vec<Vec<f64>>,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    event: String,
    provenance: String,
    measured: String,
    scale: Rolling,
    base: Prior,
    bands: Bands,
    feature: Vec<Feature>,
    covariance: Covariance,
}

/// The model.
#[derive(Debug, Clone)]
pub struct Model {
    /// `M6`.
    pub name: String,
    /// What is predicted.
    pub event: String,
    /// Where the numbers come from.
    pub provenance: String,
    /// What it was found to be worth.
    pub measured: String,
    /// How the scale moves along.
    pub scale: Rolling,
    /// What is known of base rates beforehand.
    pub base: Prior,
    /// Where the words change.
    pub bands: Bands,
    /// The features, in the order of [`FEATURES`].
    pub features: Vec<Feature>,
    /// Covariance of the slopes.
    pub covariance: [Vector; N],
    /// Whether the slopes are an organisation's own ([`super::own`]).
    pub own: bool,
}

impl Model {
    /// The one in this binary.
    pub fn built_in() -> Result<&'static Self, &'static str> {
        MODEL.as_ref().map_err(String::as_str)
    }

    /// Reads a model's file; every number must be there and make sense.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File = toml::from_str(text).map_err(|e| e.to_string())?;
        let names: Vec<&str> = file.feature.iter().map(|f| f.name.as_str()).collect();
        if names != FEATURES {
            return Err(format!("the features must be {}", FEATURES.join(", ")));
        }
        if file.feature.iter().any(|f| !(f.sd > 0.0 && f.floor > 0.0)) {
            return Err("standard deviations and floors must be above 0".to_owned());
        }
        let mut covariance = [[0.0; N]; N];
        let shaped = file.covariance.upper.iter().enumerate().all(|(i, row)| row.len() == N - i);
        if file.covariance.upper.len() != N || !shaped {
            return Err(format!("the covariance must be the upper triangle of {N} by {N}"));
        }
        for (i, row) in file.covariance.upper.iter().enumerate() {
            for (k, value) in row.iter().enumerate() {
                covariance[i][i + k] = value / file.covariance.times;
                covariance[i + k][i] = value / file.covariance.times;
            }
        }
        let File { name, event, provenance, measured, scale, base, bands, feature, .. } = file;
        let features = feature;
        let own = false;
        Ok(Self {
            name,
            event,
            provenance,
            measured,
            scale,
            base,
            bands,
            features,
            covariance,
            own,
        })
    }

    /// The slopes.
    pub fn slopes(&self) -> Vector {
        std::array::from_fn(|j| self.features[j].slope)
    }

    /// The scale before the repository's own is known.
    pub fn start(&self) -> Scale {
        Scale {
            mean: std::array::from_fn(|j| self.features[j].mean),
            sd: std::array::from_fn(|j| self.features[j].sd.max(self.features[j].floor)),
            average: self.scale.average,
            rows: 0,
        }
    }

    /// S: the sum of slope times z.
    pub fn sum(&self, z: &Vector) -> f64 {
        self.features.iter().zip(z).map(|(feature, z)| feature.slope * z).sum()
    }

    /// z, cut to the clip.
    pub fn z(&self, scale: &Scale, x: &Vector) -> Vector {
        let clip = self.scale.clip;
        std::array::from_fn(|j| ((x[j] - scale.mean[j]) / scale.sd[j]).clamp(-clip, clip))
    }

    /// The variance of S that comes of the slopes' uncertainty: z'Vz.
    pub fn variance(&self, z: &Vector) -> f64 {
        let row = |i: usize| (0..N).map(|j| z[i] * self.covariance[i][j] * z[j]).sum::<f64>();
        (0..N).map(row).sum::<f64>().max(0.0)
    }
}

/// A repository's own scale at one moment.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scale {
    /// Mean of each x.
    pub mean: Vector,
    /// Standard deviation of each x, never below its floor.
    pub sd: Vector,
    /// Average of e^S.
    pub average: f64,
    /// Of how many changes; 0 for the start values.
    pub rows: usize,
}

/// The raw values of the six signals.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Raw(pub Vector);

impl Raw {
    /// Reads them; the error says which is not known, and why.
    pub fn read(evidence: Evidence<'_>) -> Result<Self, (&'static str, Unknown)> {
        let mut raw = [0.0; N];
        for (value, name) in raw.iter_mut().zip(FEATURES) {
            let signal = find(name).ok_or((name, "there is no such signal"))?;
            *value = (signal.read)(evidence).map_err(|why| (name, why))?;
        }
        Ok(Self(raw))
    }

    /// x: ln(1 + count) of counts, shares and flags as they are.
    pub fn x(&self) -> Vector {
        std::array::from_fn(|j| if COUNTS[j] { self.0[j].ln_1p() } else { self.0[j] })
    }
}

/// The raw value that an x stands for.
pub fn raw_of(feature: usize, x: f64) -> f64 {
    if COUNTS.get(feature).copied().unwrap_or(false) { x.exp_m1() } else { x }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// S at the start scale without clipping, as the model's description has it; digits beyond
    /// its three were computed apart (docs/risk.md).
    #[test]
    fn the_sum_is_that_of_the_description() {
        let mut model = Model::parse(BUILT_IN).expect("readable");
        model.scale.clip = f64::INFINITY;
        let mut scale = model.start();
        scale.sd = std::array::from_fn(|j| model.features[j].sd);
        let cases = [
            ([12.0, 20.0, 0.25, 1.0, 0.0, 0.0], VECTOR_A),
            ([1.0, 3.0, 1.0, 0.0, 1.0, 0.0], VECTOR_B),
            ([40.0, 45.0, 0.0, 4.0, 0.0, 0.0], VECTOR_C),
        ];
        for (raw, expected) in cases {
            let sum = model.sum(&model.z(&scale, &Raw(raw).x()));
            assert!((sum - expected).abs() < 1e-9, "{raw:?}: {sum} is not {expected}");
        }
    }

    const VECTOR_A: f64 = 0.691001144454;
    const VECTOR_B: f64 = -0.762033640977;
    const VECTOR_C: f64 = 1.352741610952;

    #[test]
    fn the_covariance_has_the_standard_errors_of_the_description() {
        let model = Model::built_in().expect("readable");
        let errors = [0.034, 0.040, 0.032, 0.028, 0.037, 0.074];
        for (j, expected) in errors.into_iter().enumerate() {
            assert!((model.covariance[j][j].sqrt() - expected).abs() < 0.001, "{j}");
            for k in 0..N {
                assert_eq!(model.covariance[j][k], model.covariance[k][j]);
            }
        }
    }

    #[test]
    fn a_document_flag_is_cut() {
        let model = Model::built_in().expect("readable");
        let x = Raw([1.0, 1.0, 1.0, 0.0, 0.0, 1.0]).x();
        assert_eq!(model.z(&model.start(), &x)[5], 3.0);
    }

    #[test]
    fn a_model_that_lacks_something_is_refused() {
        assert!(Model::parse(&BUILT_IN.replace("name = \"fix\"", "name = \"fox\"")).is_err());
        assert!(Model::parse(&BUILT_IN.replace("    [55.57],\n", "")).is_err());
        assert!(Model::parse(&BUILT_IN.replace("sd = 0.343", "sd = 0.0")).is_err());
    }
}
