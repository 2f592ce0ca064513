//! What do a few figures say, and how surely? Quantiles, shares, rates, and their intervals.
//!
//! Intervals are 95 %. Where a sample is too small for one, there is none: no figure is better
//! than one that looks sure.

use serde::Serialize;
use utoipa::ToSchema;

/// Samples below this size are shown as small: their medians move with every new value.
pub const SMALL: usize = 10;

/// The standard normal quantile for 95 %, two-sided.
const Z: f64 = 1.959_963_984_540_054;

/// The `q`-quantile (0 ≤ q ≤ 1) of an ascending sample, interpolated linearly: with h = (n − 1)·q,
/// it lies between the values at ⌊h⌋ and ⌊h⌋ + 1 (Hyndman and Fan 1996, type 7: the default of R,
/// NumPy and spreadsheets). `None` of nothing.
///
/// ```
/// use waymark::domain::metrics::statistics::quantile;
/// // h = 3 · 0.75 = 2.25, so 30 + 0.25 · (50 − 30).
/// assert_eq!(quantile(&[10.0, 20.0, 30.0, 50.0], 0.75), Some(35.0));
/// assert_eq!(quantile(&[10.0, 20.0, 30.0, 50.0], 0.5), Some(25.0));
/// assert_eq!(quantile(&[], 0.5), None);
/// ```
pub fn quantile(ascending: &[f64], q: f64) -> Option<f64> {
    let last = ascending.len().checked_sub(1)?;
    let h = last as f64 * q.clamp(0.0, 1.0);
    let below = (h.floor() as usize).min(last);
    let (low, high) = (ascending[below], ascending[(below + 1).min(last)]);
    Some(low + (h - below as f64) * (high - low))
}

/// The same of a sample in any order, which is rearranged: linear in its size, for where it is asked
/// thousands of times.
///
/// ```
/// use waymark::domain::metrics::statistics::quantile_of;
/// assert_eq!(quantile_of(&mut [50.0, 10.0, 30.0, 20.0], 0.75), Some(35.0));
/// assert_eq!(quantile_of(&mut [7.0], 1.0), Some(7.0));
/// assert_eq!(quantile_of(&mut [], 0.5), None);
/// ```
pub fn quantile_of(sample: &mut [f64], q: f64) -> Option<f64> {
    let last = sample.len().checked_sub(1)?;
    let h = last as f64 * q.clamp(0.0, 1.0);
    let below = (h.floor() as usize).min(last);
    let (_, low, above) = sample.select_nth_unstable_by(below, f64::total_cmp);
    let low = *low;
    let high = above.iter().copied().min_by(f64::total_cmp).unwrap_or(low);
    Some(low + (h - below as f64) * (high - low))
}

/// A 95 % interval of the median of an ascending sample, from order statistics alone: how many of
/// n values lie below the true median is Binomial(n, ½), whatever the distribution. With k the
/// largest number for which P(X ≤ k − 1) ≤ 2.5 %, the interval runs from the k-th smallest to the
/// k-th largest value. Below six values there is no such k.
///
/// ```
/// use waymark::domain::metrics::statistics::median_interval;
/// let ten: Vec<f64> = (1..=10).map(f64::from).collect();
/// // P(X ≤ 1) = 11/1024 ≤ 2.5 % < P(X ≤ 2) = 56/1024, so k = 2: second to ninth.
/// assert_eq!(median_interval(&ten), Some((2.0, 9.0)));
/// assert_eq!(median_interval(&ten[..5]), None);
/// ```
pub fn median_interval(ascending: &[f64]) -> Option<(f64, f64)> {
    let n = ascending.len();
    let mut k = 0;
    if n <= 1000 {
        // P(X = 0) = 2⁻ⁿ; each next one from the one before.
        let (mut point, mut below) = (0.5_f64.powi(n as i32), 0.0);
        while k < n / 2 {
            below += point;
            if below > 0.025 {
                break;
            }
            point *= (n - k) as f64 / (k + 1) as f64;
            k += 1;
        }
    } else {
        // The normal approximation is exact to a rank here, and 2⁻ⁿ would vanish.
        let n = n as f64;
        k = ((n - Z * n.sqrt()) / 2.0).floor() as usize;
    }
    (k > 0).then(|| (ascending[k - 1], ascending[n - k]))
}

/// A 95 % interval of a share of `hits` among `n` (Wilson 1927): with p = hits/n and z = 1.96,
/// centre (p + z²/2n) / (1 + z²/n) and half-width z·√(p(1−p)/n + z²/4n²) / (1 + z²/n). It stays
/// within 0..=1 and is honest about small n.
///
/// ```
/// use waymark::domain::metrics::statistics::wilson;
/// let (low, high) = wilson(1, 10).unwrap();
/// assert_eq!((format!("{low:.3}"), format!("{high:.3}")), ("0.018".into(), "0.404".into()));
/// assert_eq!(wilson(0, 0), None);
/// ```
pub fn wilson(hits: u64, n: u64) -> Option<(f64, f64)> {
    if n == 0 {
        return None;
    }
    let (p, count) = (hits as f64 / n as f64, n as f64);
    let scale = 1.0 + Z * Z / count;
    let centre = (p + Z * Z / (2.0 * count)) / scale;
    let half = Z * (p * (1.0 - p) / count + Z * Z / (4.0 * count * count)).sqrt() / scale;
    let low = if hits == 0 { 0.0 } else { centre - half };
    let high = if hits == n { 1.0 } else { centre + half };
    Some((low, high))
}

/// A 95 % interval of the expected number of events when `count` were seen, each independent of
/// the others (Byar's approximation of the Poisson interval): low = c·(1 − 1/9c − z/3√c)³, and
/// high the same with c + 1 and + z.
///
/// ```
/// use waymark::domain::metrics::statistics::poisson;
/// let (low, high) = poisson(10);
/// assert_eq!((format!("{low:.2}"), format!("{high:.2}")), ("4.79".into(), "18.39".into()));
/// assert_eq!(poisson(0).0, 0.0);
/// ```
pub fn poisson(count: u64) -> (f64, f64) {
    let bound =
        |c: f64, z: f64| (c * (1.0 - 1.0 / (9.0 * c) + z / (3.0 * c.sqrt())).powi(3)).max(0.0);
    let low = if count == 0 { 0.0 } else { bound(count as f64, -Z) };
    (low, bound(count as f64 + 1.0, Z))
}

/// Median and 75th percentile of durations, in milliseconds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
pub struct Durations {
    /// How many.
    pub n: usize,
    /// Half took no longer.
    pub median_ms: Option<i64>,
    /// Three quarters took no longer.
    pub p75_ms: Option<i64>,
    /// 95 % interval of the median; `None` below six values.
    pub interval_ms: Option<(i64, i64)>,
    /// Whether there are fewer than [`SMALL`].
    pub small: bool,
}

impl Durations {
    /// Of a sample in any order; negative ones (clocks that disagree) count as 0.
    ///
    /// ```
    /// use waymark::domain::metrics::statistics::Durations;
    /// let d = Durations::of(vec![40, -5, 20, 10]);
    /// assert_eq!((d.n, d.median_ms, d.p75_ms, d.small), (4, Some(15), Some(25), true));
    /// ```
    pub fn of(sample: Vec<i64>) -> Self {
        let mut sample: Vec<f64> = sample.into_iter().map(|ms| ms.max(0) as f64).collect();
        sample.sort_by(f64::total_cmp);
        let whole = |ms: f64| ms.round() as i64;
        Self {
            n: sample.len(),
            median_ms: quantile(&sample, 0.5).map(whole),
            p75_ms: quantile(&sample, 0.75).map(whole),
            interval_ms: median_interval(&sample).map(|(low, high)| (whole(low), whole(high))),
            small: sample.len() < SMALL,
        }
    }
}

/// So many of so many.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
pub struct Share {
    /// Those meant.
    pub hits: u64,
    /// All.
    pub n: u64,
    /// `hits / n`; `None` of nothing.
    pub share: Option<f64>,
    /// 95 % interval.
    pub interval: Option<(f64, f64)>,
    /// Whether there are fewer than [`SMALL`].
    pub small: bool,
}

impl Share {
    /// `hits` of `n`.
    ///
    /// ```
    /// use waymark::domain::metrics::statistics::Share;
    /// assert_eq!((Share::of(3, 12).share, Share::of(0, 0).share), (Some(0.25), None));
    /// ```
    pub fn of(hits: u64, n: u64) -> Self {
        Self {
            hits,
            n,
            share: (n > 0).then(|| hits as f64 / n as f64),
            interval: wilson(hits, n),
            small: n < SMALL as u64,
        }
    }
}

/// Events per day.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
pub struct Frequency {
    /// How many.
    pub n: u64,
    /// In how many days; not whole where less than the period is known.
    pub days: f64,
    /// `n / days`; `None` of no time.
    pub per_day: Option<f64>,
    /// 95 % interval of it.
    pub interval: Option<(f64, f64)>,
    /// Whether there are fewer than [`SMALL`].
    pub small: bool,
}

impl Frequency {
    /// `n` events in `days`.
    ///
    /// ```
    /// use waymark::domain::metrics::statistics::Frequency;
    /// let f = Frequency::of(15, 30.0);
    /// assert_eq!(f.per_day, Some(0.5));
    /// assert_eq!(Frequency::of(3, 0.0).per_day, None);
    /// ```
    pub fn of(n: u64, days: f64) -> Self {
        let some = days > 0.0;
        let (low, high) = poisson(n);
        Self {
            n,
            days,
            per_day: some.then(|| n as f64 / days),
            interval: some.then(|| (low / days, high / days)),
            small: n < SMALL as u64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_roads_to_the_median_interval_meet() {
        // R: qbinom(0.025, 1000, 0.5) = 469, qbinom(0.025, 1001, 0.5) = 469.
        let many = |n: i32| (1..=n).map(f64::from).collect::<Vec<_>>();
        assert_eq!(median_interval(&many(1000)), Some((469.0, 532.0)));
        assert_eq!(median_interval(&many(1001)), Some((469.0, 533.0)));
        assert_eq!(median_interval(&many(6)), Some((1.0, 6.0)));
    }

    #[test]
    fn shares_stay_shares() {
        assert_eq!(wilson(0, 3).map(|(low, _)| low), Some(0.0));
        assert_eq!(wilson(3, 3).map(|(_, high)| high), Some(1.0));
    }
}
