//! Who is in which team?

use serde_json::json;

use super::{Needs, Route, get};
use crate::github::call::{Call, Reply};
use crate::github::state::World;

const MEMBERS: Needs = Needs::Organisation(&[("members", "read")]);

const ADMINISTRATION: Needs = Needs::Permission(&[("administration", "read")]);

pub const ROUTES: &[Route] = &[
    get("/orgs/{org}/teams/{team_slug}/memberships/{username}", MEMBERS, membership),
    get("/repos/{owner}/{repo}/teams", ADMINISTRATION, teams),
];

fn teams(world: &mut World, call: &Call) -> Reply {
    let repo = &world.repos[&call.repo];
    let (base, org) = (&world.base, &repo.owner);
    let team = |(number, (slug, permission)): (usize, &(String, String))| {
        let url = format!("{base}/organizations/1/team/{number}");
        json!({"id": number, "node_id": format!("T_{number}"), "url": url, "slug": slug,
            "html_url": format!("https://github.com/orgs/{org}/teams/{slug}"), "name": slug,
            "description": null, "privacy": "closed", "notification_setting": "notifications_enabled",
            "permission": permission, "members_url": format!("{url}/members{{/member}}"),
            "repositories_url": format!("{url}/repos"), "parent": null, "type": "organization"})
    };
    Reply::ok(repo.teams.iter().enumerate().map(team).collect())
}

/// 404 alike for a team that is not there and for who is not in it.
fn membership(world: &mut World, call: &Call) -> Reply {
    let (org, team, login) = (call.param("org"), call.param("team_slug"), call.param("username"));
    let state = world.teams.get(&format!("{org}/{team}")).and_then(|team| team.get(login));
    let Some(state) = state else { return Reply::not_found() };
    let url = format!("{}/orgs/{org}/teams/{team}/memberships/{login}", world.base);
    Reply::ok(json!({"role": "member", "state": state, "url": url}))
}
