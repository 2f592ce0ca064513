//! Check runs and suites.

use serde_json::{Value, json};

use super::repos::EVENTS;
use super::{app, node_id, short_commit};
use crate::github::clock::stamp;
use crate::github::sample::fill;
use crate::github::state::{CheckRun, World};

/// Pull requests of the repository with this head. Those from forks are left out, as on GitHub.
fn pulls(world: &World, repo: u64, sha: &str) -> Value {
    let here = &world.repos[&repo];
    let side = |reference: &str, sha: &str| {
        let url = format!("{}/repos/{}", world.base, here.full_name());
        json!({"ref": reference, "sha": sha,
               "repo": {"id": repo, "url": url, "name": here.name}})
    };
    here.pulls
        .values()
        .filter(|pull| pull.open && pull.head_sha == sha && pull.head_repo == repo)
        .map(|pull| {
            let url = format!("{}/repos/{}/pulls/{}", world.base, here.full_name(), pull.number);
            json!({"id": pull.id, "number": pull.number, "url": url,
                   "head": side(&pull.head_ref, &pull.head_sha),
                   "base": side(&pull.base_ref, &pull.base_sha)})
        })
        .collect()
}

/// The branch of the repository that has this head; null for forks.
fn branch(world: &World, repo: u64, sha: &str) -> Option<String> {
    world.repos[&repo].refs.iter().find_map(|(name, at)| {
        (at == sha).then(|| name.strip_prefix("refs/heads/").map(String::from)).flatten()
    })
}

pub fn check_run(world: &World, run: &CheckRun) -> Value {
    let full_name = world.repos[&run.repo].full_name();
    let api = format!("{}/repos/{full_name}/check-runs/{}", world.base, run.id);
    let html = format!("{}/{full_name}/runs/{}", world.base, run.id);
    fill(
        "check-run",
        json!({
            "id": run.id, "node_id": node_id("CR", run.id), "name": run.name,
            "head_sha": run.head_sha, "url": api, "html_url": html,
            "details_url": run.details_url.as_ref().unwrap_or(&html),
            "external_id": run.external_id.as_deref().unwrap_or_default(),
            "status": run.status, "conclusion": run.conclusion,
            "started_at": run.started_at, "completed_at": run.completed_at,
            "output": {
                "title": run.title, "summary": run.summary, "text": run.text,
                "annotations_count": run.annotations.len(),
                "annotations_url": format!("{api}/annotations"),
            },
            "check_suite": {"id": run.suite}, "app": app(world),
            "pull_requests": pulls(world, run.repo, &run.head_sha),
        }),
    )
}

/// As lists show it. `conclusion` is that of GitHub Actions' suite; without, it is ours.
pub fn listed_suite(
    world: &World,
    (repo, sha): &(u64, String),
    suite: u64,
    conclusion: Option<Option<&str>>,
) -> Value {
    let own = check_suite(world, *repo, sha, suite);
    let mut value = fill(
        "check-suite",
        json!({"id": suite, "head_branch": own["head_branch"], "head_sha": sha,
               "status": own["status"], "conclusion": own["conclusion"], "url": own["url"],
               "before": null, "after": sha, "app": app(world)}),
    );
    if let Some(word) = conclusion {
        value["status"] = json!(if word.is_some() { "completed" } else { "in_progress" });
        value["conclusion"] = json!(word);
        value["app"]["id"] = json!(15_368);
        value["app"]["slug"] = json!("github-actions");
    }
    value
}

/// As webhooks show it.
pub fn check_suite(world: &World, repo: u64, sha: &str, suite: u64) -> Value {
    let here = &world.repos[&repo];
    let api = format!("{}/repos/{}/check-suites/{suite}", world.base, here.full_name());
    let runs: Vec<&CheckRun> = world.runs.values().filter(|run| run.suite == suite).collect();
    let done = !runs.is_empty() && runs.iter().all(|run| run.status == "completed");
    let bad = runs.iter().any(|run| run.conclusion.as_deref() == Some("failure"));
    let conclusion = done.then_some(if bad { "failure" } else { "success" });
    let commit = world.store(repo).commit(sha);
    let mut app = app(world);
    // The description of this webhook does not know the event (yet).
    app["events"] = json!(EVENTS.iter().filter(|name| **name != "merge_group").collect::<Vec<_>>());
    json!({
        "id": suite, "node_id": node_id("CS", suite), "head_branch": branch(world, repo, sha),
        "head_sha": sha, "status": if done { "completed" } else { "queued" },
        "conclusion": conclusion, "url": api, "before": null, "after": sha,
        "pull_requests": pulls(world, repo, sha), "app": app,
        "created_at": stamp(world.clock.now()), "updated_at": stamp(world.clock.now()),
        "latest_check_runs_count": runs.len(), "check_runs_url": format!("{api}/check-runs"),
        "head_commit": commit.map(|commit| short_commit(world, commit)),
    })
}
