//! How sure is the difference of two cohorts? The percentile bootstrap.
//!
//! Repositories are drawn, not single commits or deployments: those of one repository resemble each
//! other, and taking them for independent would make intervals far too narrow.

use super::random::SplitMix64;
use super::statistics::quantile;

/// How often both cohorts are drawn anew. The 2.5 % quantile then rests on 50 draws.
pub const DRAWS: usize = 2_000;

/// Below so many repositories a cohort is not drawn from: the same few would only be shuffled.
pub const LEAST: usize = 5;

/// The 95 % interval of `figure(one) − figure(other)` (Efron 1979): both cohorts are drawn [`DRAWS`]
/// times with replacement, each as large as it is, and the middle 95 % of the differences remain.
/// `None` when a cohort has fewer than [`LEAST`] members, or a drawn figure too often does not exist.
///
/// `one` and `other` are the members; `bits` says what of a member seeds the stream.
///
/// ```
/// use waymark::domain::metrics::bootstrap::difference;
/// let median = |drawn: &[&f64]| {
///     let mut sorted: Vec<f64> = drawn.iter().map(|x| **x).collect();
///     sorted.sort_by(f64::total_cmp);
///     waymark::domain::metrics::statistics::quantile(&sorted, 0.5)
/// };
/// let quick = [1.0, 2.0, 2.0, 3.0, 4.0, 2.5];
/// let slow = [8.0, 9.0, 7.5, 11.0, 10.0, 9.5];
/// let (low, high) = difference(&quick, &slow, |x| vec![*x], median).unwrap();
/// assert!(high < 0.0, "quick ones take less time, surely: {low}..{high}");
/// let again = difference(&quick, &slow, |x| vec![*x], median).unwrap();
/// assert_eq!((low, high), again);
/// ```
pub fn difference<T>(
    one: &[T],
    other: &[T],
    bits: impl Fn(&T) -> Vec<f64>,
    figure: impl Fn(&[&T]) -> Option<f64>,
) -> Option<(f64, f64)> {
    if one.len() < LEAST || other.len() < LEAST {
        return None;
    }
    let sizes = [one.len() as f64, other.len() as f64];
    let figures = one.iter().chain(other).flat_map(bits);
    let mut stream = SplitMix64::seeded_by(sizes.into_iter().chain(figures));
    let draw = |from: &[T], stream: &mut SplitMix64| -> Option<f64> {
        let drawn: Vec<&T> = (0..from.len()).map(|_| &from[stream.below(from.len())]).collect();
        figure(&drawn)
    };
    let mut differences: Vec<f64> = (0..DRAWS)
        .filter_map(|_| {
            let (a, b) = (draw(one, &mut stream), draw(other, &mut stream));
            Some(a? - b?)
        })
        .collect();
    if differences.len() < DRAWS * 9 / 10 {
        return None;
    }
    differences.sort_by(f64::total_cmp);
    Some((quantile(&differences, 0.025)?, quantile(&differences, 0.975)?))
}
