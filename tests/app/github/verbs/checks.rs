//! Buttons on check runs, and what the checks say.

use serde_json::{Value, json};

use super::repos::DEVELOPER;
use crate::github::FakeGitHub;
use crate::github::shapes::{self, BOT};
use crate::github::state::{CheckRun, World};

impl World {
    fn run_webhook(&self, run: &CheckRun) -> Value {
        let mut value = shapes::check_run(self, run);
        value["check_suite"] = shapes::check_suite(self, run.repo, &run.head_sha, run.suite);
        value
    }

    /// Tells the App of its own check run, if this GitHub does so.
    pub fn echo(&mut self, run: u64, action: &str) {
        if !self.options.echoes {
            return;
        }
        let run = self.runs[&run].clone();
        self.account(BOT, "Bot");
        let payload = json!({"action": action, "check_run": self.run_webhook(&run)});
        self.notify("check_run", Some(run.repo), None, BOT, payload);
    }

    /// Tells the App that a pushed commit wants checks, if this GitHub does so.
    pub fn request_suite(&mut self, repo: u64, sha: &str, sender: &str) {
        if !self.options.echoes || self.installation_of(repo).is_none() {
            return;
        }
        let suite = self.suite(repo, sha);
        let payload = json!({"action": "requested",
                             "check_suite": shapes::check_suite(self, repo, sha, suite)});
        self.notify("check_suite", Some(repo), None, sender, payload);
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

    /// GitHub Actions ran on the tip of a branch: `success`, `failure`, or still running.
    pub fn ran(&self, full_name: &str, branch: &str, conclusion: Option<&str>) {
        let mut world = self.world();
        let repo = world.id_of(full_name);
        let sha = world.resolve(repo, branch).expect("a branch");
        world
            .foreign_suites
            .entry((repo, sha))
            .or_default()
            .push(conclusion.map(ToOwned::to_owned));
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
