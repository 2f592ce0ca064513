//! Is GitHub there at all? After many failures in a row nobody asks for a while, then one does.
//!
//! A job that fails is tried eight times; an hour without GitHub would use them all up. While the
//! circuit is open, jobs wait instead, and no try counts.

use super::time::Timestamp;

/// Failures in a row that open it. A few are bad luck, and a single job's own tries are fewer.
const FAILURES: u32 = 20;
/// The first pause; each failed probe doubles it.
const FIRST_MS: i64 = 30_000;
/// The longest pause.
const LONGEST_MS: i64 = 5 * 60_000;

/// The state of one road.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Circuit {
    failures: u32,
    open: Option<Open>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Open {
    until: Timestamp,
    wait_ms: i64,
}

impl Circuit {
    /// Whether to ask now; else the moment before which nobody should. Once that has come, one
    /// caller is let through, and the others wait for what it hears.
    pub fn ask(&mut self, now: Timestamp) -> Result<(), Timestamp> {
        match &mut self.open {
            None => Ok(()),
            Some(open) if now < open.until => {
                // A clock that went back makes nobody wait longer.
                open.until = open.until.min(now.plus_ms(open.wait_ms));
                Err(open.until)
            }
            Some(open) => {
                open.until = now.plus_ms(open.wait_ms);
                Ok(())
            }
        }
    }

    /// What came of asking. After a failure that opens it or keeps it open: until when.
    pub fn heard(&mut self, well: bool, now: Timestamp) -> Option<Timestamp> {
        if well {
            *self = Self::default();
            return None;
        }
        self.failures = self.failures.saturating_add(1);
        if let Some(open) = &mut self.open {
            open.wait_ms = (open.wait_ms * 2).min(LONGEST_MS);
            open.until = now.plus_ms(open.wait_ms);
        } else if self.failures >= FAILURES {
            self.open = Some(Open { until: now.plus_ms(FIRST_MS), wait_ms: FIRST_MS });
        }
        self.open.map(|open| open.until)
    }

    /// Whether nobody is let through, but for a probe.
    pub fn is_open(&self) -> bool {
        self.open.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_failures_open_it_and_one_success_closes_it() {
        let mut circuit = Circuit::default();
        let at = |ms: i64| Timestamp(1_000_000 + ms);
        for n in 1..FAILURES {
            assert_eq!(circuit.ask(at(0)), Ok(()));
            assert_eq!(circuit.heard(false, at(0)), None, "{n}");
        }
        assert_eq!(circuit.heard(false, at(0)), Some(at(30_000)));
        assert_eq!(circuit.ask(at(1)), Err(at(30_000)));
        // One probe; the others go on waiting.
        assert_eq!(circuit.ask(at(30_000)), Ok(()));
        assert_eq!(circuit.ask(at(30_001)), Err(at(60_000)));
        assert_eq!(circuit.heard(false, at(31_000)), Some(at(91_000)));
        assert_eq!(circuit.ask(at(31_000)), Err(at(91_000)));
        assert_eq!(circuit.ask(at(91_000)), Ok(()));
        circuit.heard(true, at(91_500));
        assert!(!circuit.is_open());
        assert_eq!(circuit.ask(at(91_500)), Ok(()));
    }

    #[test]
    fn a_clock_that_goes_back_makes_nobody_wait_longer() {
        let mut circuit = Circuit::default();
        let now = Timestamp(10_000_000);
        for _ in 0..FAILURES {
            circuit.heard(false, now);
        }
        let back = now.plus_ms(-3_600_000);
        assert_eq!(circuit.ask(back), Err(back.plus_ms(FIRST_MS)));
        assert_eq!(circuit.ask(back.plus_ms(FIRST_MS)), Ok(()));
    }

    #[test]
    fn a_success_in_between_starts_the_count_anew() {
        let mut circuit = Circuit::default();
        for n in 0..1_000 {
            circuit.heard(n % 19 == 0, Timestamp(n));
        }
        assert!(!circuit.is_open());
    }
}
