//! Did everything go as it should? The log of calls, the violations, and the verdict at a test's end.

use super::FakeGitHub;
use super::faults::matches;
use super::state::Logged;

impl FakeGitHub {
    /// Every request so far, oldest first.
    pub fn calls(&self) -> Vec<Logged> {
        self.world().calls.clone()
    }

    /// Requests to routes that match (`POST */check-runs`).
    pub fn calls_to(&self, route: &str) -> Vec<Logged> {
        self.calls().into_iter().filter(|call| matches(route, &call.route)).collect()
    }

    /// Every request since the last time, which the log forgets: a long run does not fill the memory.
    pub fn take_calls(&self) -> Vec<Logged> {
        let mut world = self.world();
        let wrong = unexpected(&world.calls, &world.allowed);
        world.violations.extend(wrong);
        std::mem::take(&mut world.calls)
    }

    /// The log starts anew; violations stay.
    pub fn forget_calls(&self) {
        drop(self.take_calls());
    }

    /// What the client did wrong, and what the fake itself did wrong ("MISTAKE OF THE FAKE").
    pub fn violations(&self) -> Vec<String> {
        self.world().violations.clone()
    }

    /// No request is being answered.
    pub fn is_idle(&self) -> bool {
        self.world().in_flight == 0
    }

    /// Every installation token that was ever given out.
    pub fn minted_tokens(&self) -> Vec<String> {
        self.world().tokens.keys().cloned().collect()
    }

    /// A test expects some answers of this status from this route.
    pub fn allow(&self, route: &str, status: u16) {
        self.world().allowed.push((route.into(), status));
    }

    /// Violations and refusals seen so far were the point of the test; returns the violations.
    pub fn forgive(&self) -> Vec<String> {
        let mut world = self.world();
        world.calls.iter_mut().for_each(|call| call.faulted |= call.status >= 400);
        std::mem::take(&mut world.violations)
    }

    /// Violations with these words were the point of the test, and no others.
    pub fn forgive_those(&self, words: &str) {
        self.world().violations.retain(|text| !text.contains(words));
    }

    /// Returns when `done` holds; it is asked again after each request and each verb.
    pub async fn wait_until(&self, mut done: impl FnMut(&FakeGitHub) -> bool) {
        loop {
            let woken = self.inner.wake.notified();
            tokio::pin!(woken);
            // Registered before asking, so that nothing is missed in between.
            woken.as_mut().enable();
            if done(self) {
                return;
            }
            woken.await;
        }
    }

    /// Panics unless there were no violations, no 4xx or 5xx that nobody ordered, and no check run was
    /// left without a conclusion.
    pub fn assert_calm(&self) {
        let world = self.world();
        let mut wrong = world.violations.clone();
        wrong.extend(unexpected(&world.calls, &world.allowed));
        for run in world.runs.values().filter(|run| run.status != "completed") {
            wrong.push(format!(
                "check run {:?} on {} is still {}",
                run.name, run.head_sha, run.status
            ));
        }
        drop(world);
        assert!(wrong.is_empty(), "GitHub is not calm:\n- {}", wrong.join("\n- "));
    }
}

fn unexpected(calls: &[Logged], allowed: &[(String, u16)]) -> Vec<String> {
    calls
        .iter()
        .filter(|call| call.status >= 400 && !call.faulted)
        .filter(|call| {
            !allowed
                .iter()
                .any(|(route, status)| *status == call.status && matches(route, &call.route))
        })
        .map(|call| format!("{} ({}) was answered {}", call.route, call.path, call.status))
        .collect()
}
