//! Buttons on check runs, and what the checks say.

use serde_json::{Value, json};

use super::repos::DEVELOPER;
use crate::github::FakeGitHub;
use crate::github::shapes;
use crate::github::state::{CheckRun, World};

impl World {
    fn run_webhook(&self, run: &CheckRun) -> Value {
        let mut value = shapes::check_run(self, run);
        value["check_suite"] = shapes::check_suite(self, run.repo, &run.head_sha, run.suite);
        value
    }
}

impl FakeGitHub {
    /// All check runs on a commit, oldest first, with everything that was sent for them.
    pub fn check_runs(&self, full_name: &str, sha: &str) -> Vec<CheckRun> {
        let world = self.world();
        let repo = world.id_of(full_name);
        let mine = |run: &&CheckRun| run.repo == repo && run.head_sha == sha;
        world.runs.values().filter(mine).cloned().collect()
    }

    /// Somebody presses "Re-run" on one check run. GitHub does not touch the run itself.
    pub fn rerequest_check(&self, run: u64) {
        let mut world = self.world();
        let run = world.runs[&run].clone();
        let payload = json!({"action": "rerequested", "check_run": world.run_webhook(&run)});
        world.notify("check_run", Some(run.repo), None, DEVELOPER, payload);
        drop(world);
        self.changed();
    }

    /// Somebody presses "Re-run all checks" for a commit.
    pub fn rerequest_suite(&self, full_name: &str, sha: &str) {
        self.change(full_name, |world, repo| {
            let suite = world.suite(repo, sha);
            let payload = json!({"action": "rerequested",
                                 "check_suite": shapes::check_suite(world, repo, sha, suite)});
            let mut payload = payload;
            payload["check_suite"]["latest_check_runs_count"] =
                json!(world.runs.values().filter(|run| run.suite == suite).count());
            world.notify("check_suite", Some(repo), None, DEVELOPER, payload);
        });
    }

    /// Somebody presses one of our own buttons.
    pub fn press(&self, run: u64, identifier: &str) {
        self.press_as(run, identifier, DEVELOPER);
    }

    pub fn press_as(&self, run: u64, identifier: &str, login: &str) {
        let mut world = self.world();
        world.account(login, "User");
        let run = world.runs[&run].clone();
        assert!(
            run.actions.iter().any(|action| action["identifier"] == identifier),
            "there is no such button: {identifier}"
        );
        let payload = json!({"action": "requested_action", "check_run": world.run_webhook(&run),
                             "requested_action": {"identifier": identifier}});
        world.notify("check_run", Some(run.repo), None, login, payload);
        drop(world);
        self.changed();
    }
}
