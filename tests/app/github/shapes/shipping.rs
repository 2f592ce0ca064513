//! Deployments, workflow runs, releases.

use serde_json::{Value, json};

use super::{account, node_id};
use crate::github::clock::stamp;
use crate::github::sample::fill;
use crate::github::state::{Deployment, Release, WorkflowRun, World};
use crate::github::verbs::DEVELOPER;

fn api(world: &World, repo: u64) -> String {
    format!("{}/repos/{}", world.base, world.repos[&repo].full_name())
}

pub fn deployment(world: &World, repo: u64, one: &Deployment) -> Value {
    let (api, id) = (api(world, repo), one.id);
    let updated = one.statuses.last().map_or(one.created, |(_, _, at)| *at);
    fill(
        "deployment",
        json!({
            "id": id, "node_id": node_id("DE", id), "sha": one.sha, "ref": one.sha,
            "task": "deploy", "payload": {}, "environment": one.environment,
            "original_environment": one.environment, "description": null,
            "creator": account(world, DEVELOPER), "created_at": stamp(one.created),
            "updated_at": stamp(updated), "url": format!("{api}/deployments/{id}"),
            "statuses_url": format!("{api}/deployments/{id}/statuses"), "repository_url": api,
        }),
    )
}

pub fn deployment_status(world: &World, repo: u64, of: &Deployment, which: usize) -> Value {
    let (api, (id, state, at)) = (api(world, repo), &of.statuses[which]);
    let deployment = format!("{api}/deployments/{}", of.id);
    fill(
        "deployment-status",
        json!({
            "id": id, "node_id": node_id("DES", *id), "state": state, "description": "",
            "creator": account(world, DEVELOPER), "environment": of.environment, "target_url": "",
            "created_at": stamp(*at), "updated_at": stamp(*at), "deployment_url": deployment,
            "repository_url": api, "url": format!("{deployment}/statuses/{id}"),
        }),
    )
}

pub fn workflow_run(world: &World, repo: u64, one: &WorkflowRun) -> Value {
    let (api, id) = (api(world, repo), one.id);
    let url = format!("{api}/actions/runs/{id}");
    let small = super::small_repo(world, repo);
    let commit = world.store(repo).commit(&one.sha).expect("runs are of commits");
    let mut value = fill(
        "workflow-run",
        json!({
            "id": id, "node_id": node_id("WFR", id), "name": one.path, "path": one.path,
            "head_branch": one.branch, "head_sha": one.sha, "event": one.event,
            "status": "completed", "conclusion": one.conclusion, "run_number": 1, "run_attempt": 1,
            "created_at": stamp(one.started), "run_started_at": stamp(one.started),
            "updated_at": stamp(one.finished), "url": url, "html_url": url,
            "display_title": "A run", "workflow_id": 1, "pull_requests": [],
            "head_commit": {"id": one.sha, "tree_id": commit.tree, "message": commit.message,
                "timestamp": stamp(commit.when),
                "author": {"name": commit.author, "email": commit.email()},
                "committer": {"name": commit.author, "email": commit.email()}},
        }),
    );
    value["repository"] = small.clone();
    value["head_repository"] = small;
    let called = |path: &String| json!({"path": path, "sha": one.sha, "ref": "refs/tags/v3"});
    value["referenced_workflows"] = one.calls.iter().map(called).collect();
    value
}

pub fn release(world: &World, repo: u64, one: &Release) -> Value {
    let (api, id) = (api(world, repo), one.id);
    fill(
        "release",
        json!({
            "id": id, "node_id": node_id("RE", id), "tag_name": one.tag, "name": one.tag,
            "target_commitish": "main", "draft": false, "prerelease": one.prerelease,
            "created_at": stamp(one.published), "published_at": stamp(one.published),
            "author": account(world, DEVELOPER), "url": format!("{api}/releases/{id}"),
            "html_url": format!("{api}/releases/{id}"), "body": null,
        }),
    )
}
