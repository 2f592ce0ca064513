//! A workflow reaches an environment that a custom protection rule guards.

use serde_json::json;

use super::repos::DEVELOPER;
use crate::github::FakeGitHub;
use crate::github::clock::stamp;
use crate::github::sample::fill;
use crate::github::shapes;
use crate::github::state::HeldDeployment;

impl FakeGitHub {
    /// A job of a workflow run wants to deploy a commit; queues
    /// `deployment_protection_rule.requested`. Returns the run.
    pub fn ask_gate(&self, full_name: &str, environment: &str, sha: &str) -> u64 {
        self.ask_gate_at(full_name, environment, sha, None)
    }

    /// The same with another callback address: what somebody who could sign would try.
    pub fn ask_gate_at(
        &self,
        full_name: &str,
        environment: &str,
        sha: &str,
        callback: Option<&str>,
    ) -> u64 {
        self.change(full_name, |world, repo| {
            let (run, id) = (world.next_id(), world.next_id());
            world.held.insert(
                run,
                HeldDeployment {
                    id,
                    repo,
                    environment: environment.into(),
                    sha: sha.into(),
                    reports: Vec::new(),
                    answer: None,
                },
            );
            let now = stamp(world.clock.now());
            let api = format!("{}/repos/{full_name}", world.base);
            let ours = format!("{api}/actions/runs/{run}/deployment_protection_rule");
            let deployment = fill(
                "deployment",
                json!({
                    "id": id, "node_id": shapes::node_id("DE", id), "sha": sha, "ref": "main",
                    "task": "deploy", "payload": {}, "environment": environment,
                    "original_environment": environment, "description": null,
                    "url": format!("{api}/deployments/{id}"),
                    "statuses_url": format!("{api}/deployments/{id}/statuses"),
                    "repository_url": api, "created_at": now, "updated_at": now,
                    "creator": shapes::account(world, DEVELOPER),
                }),
            );
            let payload = json!({
                "action": "requested", "environment": environment, "event": "push", "sha": sha,
                "ref": "refs/heads/main", "deployment_callback_url": callback.unwrap_or(&ours),
                "deployment": deployment, "pull_requests": [],
            });
            world.notify("deployment_protection_rule", Some(repo), None, DEVELOPER, payload);
            run
        })
    }

    /// What a run's deployment was told so far.
    pub fn deployment(&self, run: u64) -> HeldDeployment {
        self.world().held[&run].clone()
    }

    /// Somebody joins a team.
    pub fn join_team(&self, organisation: &str, team: &str, login: &str) {
        let mut world = self.world();
        world.account(login, "User");
        let team = world.teams.entry(format!("{organisation}/{team}")).or_default();
        team.insert(login.into(), "active".to_owned());
    }

    /// Labels an issue, or closes it.
    pub fn set_issue(&self, full_name: &str, number: u64, labels: &[&str], open: bool) {
        self.change(full_name, |world, repo| {
            let issue = world.repo_mut(repo).issues.get_mut(&number).expect("no such issue");
            issue.labels = labels.iter().map(|label| (*label).to_owned()).collect();
            issue.open = open;
        });
    }
}
