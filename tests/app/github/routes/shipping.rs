//! Deployments, workflow runs, releases: to look at.

use serde_json::{Value, json};

use super::{ACTIONS, CONTENTS, DEPLOYMENTS, Route, get};
use crate::github::call::{Call, Reply, page, paged, with_link};
use crate::github::clock::stamp;
use crate::github::shapes;
use crate::github::state::{Shipping, World};

pub const ROUTES: &[Route] = &[
    get("/repos/{owner}/{repo}/deployments", DEPLOYMENTS, deployments),
    get("/repos/{owner}/{repo}/deployments/{deployment_id}/statuses", DEPLOYMENTS, statuses),
    get("/repos/{owner}/{repo}/actions/runs", ACTIONS, runs),
    get("/repos/{owner}/{repo}/releases", CONTENTS, releases),
];

fn of(world: &World, repo: u64) -> Shipping {
    world.shipping.get(&repo).cloned().unwrap_or_default()
}

fn deployments(world: &mut World, call: &Call) -> Reply {
    let shipping = of(world, call.repo);
    let wanted = |environment: &str| call.query("environment").is_none_or(|e| e == environment);
    let rows = shipping.deployments.iter().rev().filter(|one| wanted(&one.environment));
    let rows = rows.map(|one| shapes::deployment(world, call.repo, one)).collect();
    paged(call, &world.base, rows)
}

fn statuses(world: &mut World, call: &Call) -> Reply {
    let shipping = of(world, call.repo);
    let id = call.number("deployment_id");
    let Some(one) = shipping.deployments.iter().find(|one| one.id == id) else {
        return Reply::not_found();
    };
    let newest_first = (0..one.statuses.len()).rev();
    let rows = newest_first.map(|n| shapes::deployment_status(world, call.repo, one, n)).collect();
    paged(call, &world.base, rows)
}

fn runs(world: &mut World, call: &Call) -> Reply {
    let shipping = of(world, call.repo);
    let since = call.query("created").and_then(|text| text.strip_prefix(">=")).unwrap_or("");
    let rows: Vec<Value> = shipping
        .runs
        .iter()
        .rev()
        .filter(|run| call.query("branch").is_none_or(|branch| branch == run.branch))
        .filter(|run| stamp(run.started).as_str() >= since)
        .map(|run| shapes::workflow_run(world, call.repo, run))
        .collect();
    let total = rows.len();
    let (rows, link) = page(call, &world.base, rows);
    with_link(Reply::ok(json!({"total_count": total, "workflow_runs": rows})), link)
}

fn releases(world: &mut World, call: &Call) -> Reply {
    let shipping = of(world, call.repo);
    let newest_first = shipping.releases.iter().rev();
    let rows = newest_first.map(|one| shapes::release(world, call.repo, one)).collect();
    paged(call, &world.base, rows)
}
