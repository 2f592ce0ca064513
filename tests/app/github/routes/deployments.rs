//! Deployments that wait for a custom protection rule, and the teams whose members may say so.

use serde_json::json;

use super::{DEPLOYMENTS_WRITE, Needs, Route, get, post};
use crate::github::call::{Body, Call, Reply};
use crate::github::state::World;

pub const ROUTES: &[Route] = &[
    post(
        "/repos/{owner}/{repo}/actions/runs/{run_id}/deployment_protection_rule",
        DEPLOYMENTS_WRITE,
        review,
    ),
    get("/orgs/{org}/teams/{team_slug}/memberships/{username}", Needs::Token, membership),
];

/// Status reports that one deployment takes.
const REPORTS: usize = 10;
/// Longest comment, in characters.
const COMMENT: usize = 1_024;

fn review(world: &mut World, call: &Call) -> Reply {
    let environment = call.body["environment_name"].as_str().unwrap_or_default().to_owned();
    let comment = call.body["comment"].as_str().unwrap_or_default().to_owned();
    let state = call.body["state"].as_str().map(String::from);
    if comment.chars().count() > COMMENT {
        world.blame(format!("a comment of {} characters", comment.chars().count()));
        return Reply::error(422, "Comment is too long (maximum is 1024 characters)");
    }
    if !call.grants("actions", "read") {
        return Reply::error(403, "Resource not accessible by integration");
    }
    let run = call.number("run_id");
    let found = world.held.get_mut(&run);
    let Some(waiting) = found.filter(|d| d.repo == call.repo && d.environment == environment)
    else {
        return Reply::not_found();
    };
    if waiting.answer.is_some() {
        return Reply::error(422, "There is no pending deployment to review");
    }
    match state {
        Some(state) => waiting.answer = Some((state, comment)),
        None if waiting.reports.len() >= REPORTS => {
            world.blame(format!("run {run}: more than {REPORTS} status reports"));
            return Reply::error(422, "Too many status reports");
        }
        None => waiting.reports.push(comment),
    }
    Reply { status: 204, body: Body::Empty, headers: Vec::new() }
}

fn membership(world: &mut World, call: &Call) -> Reply {
    if !call.grants("members", "read") {
        return Reply::error(403, "Resource not accessible by integration");
    }
    let (org, team, login) = (call.param("org"), call.param("team_slug"), call.param("username"));
    let members = world.teams.get(&format!("{org}/{team}"));
    match members.is_some_and(|members| members.contains(login)) {
        true => Reply::ok(json!({
            "url": format!("{}/orgs/{org}/teams/{team}/memberships/{login}", world.base),
            "role": "member", "state": "active"
        })),
        false => Reply::not_found(),
    }
}
