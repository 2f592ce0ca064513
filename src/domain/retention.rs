//! How long is what kept? Everything that the clean-up may delete.

use super::time::Timestamp;

const DAY_MS: i64 = 24 * 60 * 60 * 1000;

/// Deliveries younger than this must stay: GitHub Enterprise Server lists its own for seven days,
/// and what it lists and we do not know is taken for missed.
pub const SHORTEST_DELIVERIES_DAYS: i64 = 8;

/// Days that things are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Keep {
    /// Webhook bodies that were read.
    pub deliveries_days: i64,
    /// Remembered evaluations: a forgotten one is made anew.
    pub evaluations_days: i64,
    /// Judgements, our note of posted check runs, snapshots, and the texts that they show. GitHub
    /// keeps check runs, which link here, for 400 days.
    pub history_days: i64,
}

impl Default for Keep {
    fn default() -> Self {
        Self { deliveries_days: 30, evaluations_days: 90, history_days: 400 }
    }
}

/// The moments before which things go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cutoff {
    /// For deliveries.
    pub deliveries: Timestamp,
    /// For evaluations.
    pub evaluations: Timestamp,
    /// For everything else.
    pub history: Timestamp,
    /// For what was never done: dead letters, and the deliveries behind them. Whoever has not looked
    /// at one for as long as anything is kept will not.
    pub undone: Timestamp,
}

impl Keep {
    /// What goes at a moment.
    pub fn cutoff(&self, now: Timestamp) -> Cutoff {
        let before = |days: i64| now.plus_ms(days.saturating_mul(-DAY_MS));
        let deliveries_days = self.deliveries_days.max(SHORTEST_DELIVERIES_DAYS);
        Cutoff {
            deliveries: before(deliveries_days),
            evaluations: before(self.evaluations_days),
            history: before(self.history_days),
            undone: before(self.history_days.max(deliveries_days)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn deliveries_outlive_githubs_own_list() {
        let keep = Keep { deliveries_days: 0, ..Keep::default() };
        let now = Timestamp(100 * DAY_MS);
        assert_eq!(keep.cutoff(now).deliveries, Timestamp(92 * DAY_MS));
        let short = Keep { history_days: 1, ..keep };
        assert_eq!(short.cutoff(now).undone, Timestamp(92 * DAY_MS));
        assert_eq!(keep.cutoff(now).evaluations, Timestamp(10 * DAY_MS));
    }
}
