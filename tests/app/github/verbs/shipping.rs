//! Deploying, running workflows, releasing, and incidents.

use serde_json::{Value, json};

use super::repos::DEVELOPER;
use crate::github::FakeGitHub;
use crate::github::git::Sha;
use crate::github::sample::{fill, overlay};
use crate::github::shapes;
use crate::github::state::{Deployment, Release, WorkflowRun, World};

impl World {
    /// An event as its description demands, with what matters laid over it.
    pub(super) fn announce(&mut self, repo: u64, event: &str, action: &str, over: Value) {
        let name = format!("webhook-{event}-{action}").replace('_', "-");
        let mut payload = fill(&name, json!({"action": action}));
        if let Value::Object(payload) = &mut payload {
            payload.retain(|key, _| {
                !["repository", "sender", "organization", "enterprise", "installation"]
                    .contains(&key.as_str())
            });
        }
        overlay(&mut payload, over);
        self.notify(event, Some(repo), None, DEVELOPER, payload);
    }
}

impl FakeGitHub {
    /// A deployment of `sha` begins: `deployment.created`. Returns its id.
    pub fn begin_deployment(&self, full_name: &str, environment: &str, sha: &str) -> u64 {
        self.change(full_name, |world, repo| {
            world.account(DEVELOPER, "User");
            let (id, created) = (world.next_id(), world.clock.now());
            let one = Deployment {
                id,
                sha: sha.into(),
                environment: environment.into(),
                created,
                statuses: Vec::new(),
            };
            let shown = shapes::deployment(world, repo, &one);
            world.shipping.entry(repo).or_default().deployments.push(one);
            world.announce(repo, "deployment", "created", json!({"deployment": shown}));
            id
        })
    }

    /// A deployment goes on or ends: `deployment_status.created`.
    pub fn set_deployment(&self, full_name: &str, id: u64, state: &str) {
        self.change(full_name, |world, repo| {
            let (status, now) = (world.next_id(), world.clock.now());
            let all = &mut world.shipping.entry(repo).or_default().deployments;
            let one = all.iter_mut().find(|one| one.id == id).expect("no such deployment");
            one.statuses.push((status, state.into(), now));
            let one = one.clone();
            let over = json!({
                "deployment": shapes::deployment(world, repo, &one),
                "deployment_status":
                    shapes::deployment_status(world, repo, &one, one.statuses.len() - 1),
            });
            world.announce(repo, "deployment_status", "created", over);
        });
    }

    /// Both at once, in the same second.
    pub fn deploy(&self, full_name: &str, environment: &str, sha: &str) -> u64 {
        let id = self.begin_deployment(full_name, environment, sha);
        self.set_deployment(full_name, id, "success");
        id
    }

    /// A workflow ran for `seconds` and ends now: `workflow_run.completed`. Returns its id.
    pub fn run_workflow(
        &self,
        full_name: &str,
        path: &str,
        occasion: (&str, &str, &str),
        seconds: i64,
        conclusion: &str,
    ) -> u64 {
        self.run_calling(full_name, (path, &[]), occasion, seconds, conclusion)
    }

    /// The same of a workflow that calls others.
    pub fn run_calling(
        &self,
        full_name: &str,
        (path, calls): (&str, &[&str]),
        (event, branch, sha): (&str, &str, &str),
        seconds: i64,
        conclusion: &str,
    ) -> u64 {
        self.change(full_name, |world, repo| {
            world.account(DEVELOPER, "User");
            let (id, finished) = (world.next_id(), world.clock.now());
            let one = WorkflowRun {
                id,
                path: path.into(),
                calls: calls.iter().map(|&call| call.into()).collect(),
                event: event.into(),
                branch: branch.into(),
                sha: sha.into(),
                started: finished - seconds,
                finished,
                conclusion: conclusion.into(),
            };
            let shown = shapes::workflow_run(world, repo, &one);
            world.shipping.entry(repo).or_default().runs.push(one);
            world.announce(repo, "workflow_run", "completed", json!({"workflow_run": shown}));
            id
        })
    }

    /// A tag on `sha` and a release of it: `release.published`.
    pub fn publish_release(&self, full_name: &str, tag: &str, sha: &str, prerelease: bool) -> u64 {
        self.change(full_name, |world, repo| {
            world.account(DEVELOPER, "User");
            world.repo_mut(repo).refs.insert(format!("refs/tags/{tag}"), sha.into());
            let (id, published) = (world.next_id(), world.clock.now());
            let one = Release { id, tag: tag.into(), published, prerelease };
            let shown = shapes::release(world, repo, &one);
            world.shipping.entry(repo).or_default().releases.push(one);
            world.announce(repo, "release", "published", json!({"release": shown}));
            id
        })
    }

    /// Somebody opens an issue with a label: `issues.opened`. Returns its number.
    pub fn open_incident(&self, full_name: &str, title: &str, label: &str) -> u64 {
        self.change(full_name, |world, repo| {
            world.account(DEVELOPER, "User");
            let number = world.new_issue(repo, DEVELOPER, title, "");
            let issue = world.repo_mut(repo).issues.get_mut(&number).expect("just made");
            issue.labels.insert(label.into());
            world.tell_issue(repo, number, "opened", json!({}));
            number
        })
    }

    /// An issue is closed or opened again: `issues.closed`, `issues.reopened`.
    pub fn set_issue_open(&self, full_name: &str, number: u64, open: bool) {
        self.change(full_name, |world, repo| {
            let now = world.clock.now();
            let issue = world.repo_mut(repo).issues.get_mut(&number).expect("no such issue");
            (issue.open, issue.updated) = (open, now);
            let action = if open { "reopened" } else { "closed" };
            world.tell_issue(repo, number, action, json!({}));
        });
    }

    /// An issue is closed without anything having been done: `issues.closed`.
    pub fn close_as_not_planned(&self, full_name: &str, number: u64) {
        self.change(full_name, |world, repo| {
            let now = world.clock.now();
            let issue = world.repo_mut(repo).issues.get_mut(&number).expect("no such issue");
            (issue.open, issue.updated) = (false, now);
            world.tell_issue(
                repo,
                number,
                "closed",
                json!({"issue": {"state_reason": "not_planned"}}),
            );
        });
    }

    /// A label goes on or off an issue: `issues.labeled`, `issues.unlabeled`.
    pub fn label_issue(&self, full_name: &str, number: u64, label: &str, on: bool) {
        self.change(full_name, |world, repo| {
            let now = world.clock.now();
            let issue = world.repo_mut(repo).issues.get_mut(&number).expect("no such issue");
            issue.updated = now;
            let action = match on {
                true => {
                    issue.labels.insert(label.into());
                    "labeled"
                }
                false => {
                    issue.labels.remove(label);
                    "unlabeled"
                }
            };
            let shown = shapes::issue_label(world, repo, label);
            world.tell_issue(repo, number, action, json!({"label": shown}));
        });
    }

    /// The newest commit of a branch takes an older one back: `Revert "…"`, with its old files.
    pub fn revert(&self, full_name: &str, branch: &str, sha: &str) -> Sha {
        self.change(full_name, |world, repo| {
            let store = world.store(repo);
            let bad = store.commit(sha).expect("no such commit").clone();
            let subject = bad.message.lines().next().unwrap_or_default().to_owned();
            let files = world.files(repo, bad.parents.first().expect("it has a parent"));
            let head = world.repos[&repo].branch(branch).expect("no such branch").clone();
            let message = format!("Revert \"{subject}\"\n\nThis reverts commit {sha}.");
            let made = world.commit(repo, &[head], &files, DEVELOPER, &message);
            world.move_branch(repo, branch, &made, DEVELOPER);
            made
        })
    }
}

impl World {
    fn tell_issue(&mut self, repo: u64, number: u64, action: &str, over: Value) {
        let issue = self.repos[&repo].issues[&number].clone();
        let mut payload = json!({"issue": shapes::issue(self, repo, &issue)});
        overlay(&mut payload, over);
        self.announce(repo, "issues", action, payload);
    }
}
