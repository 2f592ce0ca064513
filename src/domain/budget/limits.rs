//! What does GitHub allow, and what of it is one process' part?

/// GitHub's limits for one installation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// REST points in any minute.
    pub rest_points: u32,
    /// GraphQL points in any minute.
    pub query_points: u32,
    /// Content creations in any minute.
    pub content_a_minute: usize,
    /// Content creations in any hour.
    pub content_an_hour: usize,
    /// Milliseconds between two content creations.
    pub spacing_ms: i64,
}

impl Limits {
    /// As documented for github.com.
    pub const GITHUB: Self = Self {
        rest_points: 900,
        query_points: 2_000,
        content_a_minute: 80,
        content_an_hour: 500,
        spacing_ms: 1_000,
    };

    /// What one of `processes` may use when none knows what the others do: an equal part, at least
    /// one call, and the spacing as many times as long.
    pub fn shared_by(&self, processes: u32) -> Self {
        let n = processes.max(1);
        let part = |most: usize| (most / n as usize).max(1);
        Self {
            rest_points: (self.rest_points / n).max(1),
            query_points: (self.query_points / n).max(1),
            content_a_minute: part(self.content_a_minute),
            content_an_hour: part(self.content_an_hour),
            spacing_ms: self.spacing_ms.saturating_mul(n.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Ledger, Weight};
    use super::*;
    use crate::domain::job::Priority;
    use crate::domain::time::Timestamp;

    #[test]
    fn processes_share_and_each_may_do_something() {
        assert_eq!(Limits::GITHUB.shared_by(1), Limits::GITHUB);
        assert_eq!(Limits::GITHUB.shared_by(0), Limits::GITHUB);
        let half = Limits {
            rest_points: 450,
            query_points: 1_000,
            content_a_minute: 40,
            content_an_hour: 250,
            spacing_ms: 2_000,
        };
        assert_eq!(Limits::GITHUB.shared_by(2), half);
        let crowd = Limits::GITHUB.shared_by(100_000);
        for weight in [Weight::Read, Weight::Write, Weight::Content, Weight::Query] {
            for class in Priority::ALL {
                assert_eq!(
                    Ledger::default().book(&crowd, weight, class, Timestamp(1_000_000)),
                    Ok(())
                );
            }
        }
    }
}
