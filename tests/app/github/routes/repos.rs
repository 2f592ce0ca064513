//! Repositories, branches, who may do what.

use serde_json::json;

use super::{CONTENTS, METADATA, Route, get};
use crate::github::call::{Call, Reply};
use crate::github::sample::{fill, overlay};
use crate::github::shapes;
use crate::github::state::World;

pub const ROUTES: &[Route] = &[
    get("/repos/{owner}/{repo}", METADATA, |world, call| Reply::ok(shapes::repo(world, call.repo))),
    get("/repos/{owner}/{repo}/branches/{branch}", CONTENTS, branch),
    get("/repos/{owner}/{repo}/collaborators/{username}/permission", METADATA, permission),
];

fn branch(world: &mut World, call: &Call) -> Reply {
    let name = call.param("branch");
    let repo = &world.repos[&call.repo];
    let Some(commit) = repo.branch(name).and_then(|sha| world.store(call.repo).commit(sha)) else {
        return Reply::error(404, "Branch not found");
    };
    let api = format!("{}/repos/{}/branches/{name}", world.base, repo.full_name());
    Reply::ok(fill(
        "branch-with-protection",
        json!({"name": name, "commit": shapes::commit(world, call.repo, commit, None),
               "protected": false, "protection_url": format!("{api}/protection"),
               "_links": {"self": api, "html": api}}),
    ))
}

/// `permission` knows four words only: maintain shows as write, triage as read.
fn permission(world: &mut World, call: &Call) -> Reply {
    let login = call.param("username");
    if !world.accounts.contains_key(login) {
        return Reply::error(404, &format!("{login} is not a user"));
    }
    let repo = &world.repos[&call.repo];
    let public = if repo.private { "none" } else { "read" };
    let role = match repo.roles.get(login) {
        Some(role) => role.as_str(),
        None if repo.owner == login => "admin",
        None => public,
    };
    let legacy = match role {
        "maintain" => "write",
        "triage" => "read",
        other => other,
    };
    let may = |roles: &[&str]| roles.contains(&role);
    let mut user = shapes::account(world, login);
    overlay(
        &mut user,
        json!({"role_name": role, "permissions": {
            "admin": may(&["admin"]), "maintain": may(&["admin", "maintain"]),
            "push": may(&["admin", "maintain", "write"]),
            "triage": may(&["admin", "maintain", "write", "triage"]), "pull": role != "none"}}),
    );
    Reply::ok(json!({"permission": legacy, "role_name": role, "user": user}))
}
