//! Where does the bootstrap take its randomness from? From the data: same figures, same seed, same
//! interval. SplitMix64 (Steele, Lea and Flood 2014): 64 bits of state, passes BigCrush, and more
//! than enough for drawing indices.

/// A stream of numbers that looks random and is not.
#[derive(Debug, Clone)]
pub struct SplitMix64(u64);

/// 2⁶⁴ divided by the golden ratio, made odd.
const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

impl SplitMix64 {
    /// A stream that begins at `seed`.
    ///
    /// ```
    /// use waymark::domain::metrics::random::SplitMix64;
    /// // The reference values for this seed.
    /// let mut stream = SplitMix64::new(1_234_567);
    /// assert_eq!(stream.next_u64(), 6_457_827_717_110_365_317);
    /// assert_eq!(stream.next_u64(), 3_203_168_211_198_807_973);
    /// ```
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A stream seeded by figures: any other figure, or another order, is another stream.
    pub fn seeded_by(figures: impl IntoIterator<Item = f64>) -> Self {
        Self(
            figures
                .into_iter()
                .fold(0, |seed: u64, figure| mix(seed.wrapping_add(STEP) ^ figure.to_bits())),
        )
    }

    /// The next number.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        mix(self.0)
    }

    /// A number below `n`, each equally likely up to n/2⁶⁴ (Lemire 2019, without rejection). 0 when
    /// `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        ((u128::from(self.next_u64()) * n as u128) >> 64) as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_make_the_stream() {
        let first = |figures: &[f64]| SplitMix64::seeded_by(figures.iter().copied()).next_u64();
        assert_eq!(first(&[1.0, 2.0]), first(&[1.0, 2.0]));
        assert_ne!(first(&[1.0, 2.0]), first(&[2.0, 1.0]));
        assert_ne!(first(&[0.0]), first(&[0.0, 0.0]));
    }

    #[test]
    fn every_number_below_comes_up() {
        let mut stream = SplitMix64::new(7);
        let mut seen = [0_u32; 5];
        for _ in 0..5_000 {
            seen[stream.below(5)] += 1;
        }
        assert!(seen.iter().all(|n| (900..1_100).contains(n)), "{seen:?}");
    }
}
