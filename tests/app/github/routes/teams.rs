//! Who is in which team?

use serde_json::json;

use super::{Needs, Route, get};
use crate::github::call::{Call, Reply};
use crate::github::state::World;

const MEMBERS: Needs = Needs::Organisation(&[("members", "read")]);

pub const ROUTES: &[Route] =
    &[get("/orgs/{org}/teams/{team_slug}/memberships/{username}", MEMBERS, membership)];

/// 404 alike for a team that is not there and for who is not in it.
fn membership(world: &mut World, call: &Call) -> Reply {
    let (org, team, login) = (call.param("org"), call.param("team_slug"), call.param("username"));
    let state = world.teams.get(&format!("{org}/{team}")).and_then(|team| team.get(login));
    let Some(state) = state else { return Reply::not_found() };
    let url = format!("{}/orgs/{org}/teams/{team}/memberships/{login}", world.base);
    Reply::ok(json!({"role": "member", "state": state, "url": url}))
}
