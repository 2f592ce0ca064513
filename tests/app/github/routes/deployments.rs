//! Deployments that wait for a custom protection rule.

use super::{DEPLOYMENTS_WRITE, Route, post};
use crate::github::call::{Body, Call, Reply};
use crate::github::state::World;

pub const ROUTES: &[Route] = &[post(
    "/repos/{owner}/{repo}/actions/runs/{run_id}/deployment_protection_rule",
    DEPLOYMENTS_WRITE,
    review,
)];

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
