//! How many calls has an installation left this hour? What GitHub's headers last said.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::domain::ids::InstallationId;
use crate::domain::time::Timestamp;

use super::call::Answer;
use super::installation::Installation;

/// The primary limit of one kind of call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Budget {
    /// Calls an hour.
    pub limit: u64,
    /// Left of them.
    pub remaining: u64,
    /// When they are all there again.
    pub reset: Timestamp,
}

/// By installation, and whether for GraphQL.
#[derive(Default)]
pub(super) struct Budgets(Mutex<HashMap<(InstallationId, bool), Budget>>);

impl Budgets {
    pub(super) fn note(&self, id: InstallationId, answer: &Answer) {
        let number = |name: &str| answer.header(name)?.trim().parse::<i64>().ok();
        let (Some(limit), Some(remaining), Some(reset)) = (
            number("x-ratelimit-limit"),
            number("x-ratelimit-remaining"),
            number("x-ratelimit-reset"),
        ) else {
            return;
        };
        let graphql = match answer.header("x-ratelimit-resource") {
            None | Some("core") => false,
            Some("graphql") => true,
            // Searching and the like have budgets of their own.
            Some(_) => return,
        };
        let budget = Budget {
            limit: limit.max(0).unsigned_abs(),
            remaining: remaining.max(0).unsigned_abs(),
            reset: Timestamp::from_secs(reset),
        };
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.insert((id, graphql), budget);
    }

    fn of(&self, id: InstallationId, now: Timestamp) -> impl Iterator<Item = Budget> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let both = [false, true].map(|graphql| known.get(&(id, graphql)).copied());
        both.into_iter().flatten().filter(move |budget| now < budget.reset)
    }
}

impl Installation {
    /// When work that nobody waits for may go on: `None`, now; else once the budget is renewed of
    /// which less than one part in `reserve` is left.
    pub fn short_of(&self, reserve: u64) -> Option<Timestamp> {
        let budgets = self.github.inner.budgets.of(self.id(), self.github.now());
        budgets.filter(|b| b.remaining.saturating_mul(reserve) < b.limit).map(|b| b.reset).max()
    }
}
