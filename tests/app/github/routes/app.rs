//! The App, its installations, their tokens, the rate limit.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{Needs, Route, get, post};
use crate::github::auth::{self, Actor, Token, rank};
use crate::github::call::{Call, Reply, page, paged, with_link};
use crate::github::clock::stamp;
use crate::github::limits::PER_HOUR;
use crate::github::shapes;
use crate::github::state::World;

pub const ROUTES: &[Route] = &[
    get("/app", Needs::Jwt, |world, _| Reply::ok(shapes::app(world))),
    get("/app/installations", Needs::Jwt, installations),
    get("/app/installations/{installation_id}", Needs::Jwt, installation),
    post("/app/installations/{installation_id}/access_tokens", Needs::Jwt, access_token),
    get("/installation/repositories", Needs::Token, repositories),
    get("/rate_limit", Needs::Token, rate_limit),
];

fn installations(world: &mut World, call: &Call) -> Reply {
    let all = world.installations.values().filter(|one| !one.removed);
    paged(call, &world.base, all.map(|one| shapes::installation(world, one)).collect())
}

fn installation(world: &mut World, call: &Call) -> Reply {
    match world.installations.get(&call.number("installation_id")).filter(|one| !one.removed) {
        Some(found) => Reply::ok(shapes::installation(world, found)),
        None => Reply::not_found(),
    }
}

fn access_token(world: &mut World, call: &Call) -> Reply {
    let id = call.number("installation_id");
    let Some(installation) = world.installations.get(&id).filter(|one| !one.removed).cloned()
    else {
        return Reply::not_found();
    };
    if installation.suspended.is_some() {
        return Reply::error(403, "This installation has been suspended");
    }
    let refuse = |world: &mut World, text: &str| {
        world.blame(format!("access token for {id}: {text}"));
        Reply::error(422, text)
    };
    let mut permissions = installation.permissions.clone();
    if let Some(wanted) = call.body["permissions"].as_object() {
        permissions = auth::permissions(&[]);
        for (name, level) in wanted {
            let level = level.as_str().unwrap_or_default();
            let granted = installation.permissions.get(name).map_or(0, |have| rank(have));
            if rank(level) > granted {
                return refuse(
                    world,
                    "The permissions requested are not granted to this installation.",
                );
            }
            permissions.insert(name.clone(), level.into());
        }
    }
    let mut repos: Option<BTreeSet<u64>> = None;
    let by_name = call.body["repositories"].as_array().into_iter().flatten().map(|name| {
        let name = name.as_str().unwrap_or_default();
        world.repo_named(&format!("{}/{name}", installation.account)).map(|repo| repo.id)
    });
    let by_id = call.body["repository_ids"].as_array().into_iter().flatten().map(Value::as_u64);
    let asked: Vec<Option<u64>> = by_name.chain(by_id).collect();
    if asked.len() > 500 {
        return refuse(world, "At most 500 repositories may be selected.");
    }
    for repo in asked {
        match repo.filter(|repo| world.covers(&installation, *repo)) {
            Some(repo) => _ = repos.get_or_insert_default().insert(repo),
            None => {
                // A repository may leave the installation at any moment: no violation.
                return Reply::error(
                    422,
                    "There is at least one repository that does not exist or is not accessible to the parent installation.",
                );
            }
        }
    }
    let serial = world.next_id();
    let text = auth::mint(world.app_id, serial, world.options.classic_tokens);
    let expires = world.clock.now() + 3600;
    let mut answer = json!({
        "token": text, "expires_at": stamp(expires), "permissions": permissions,
        "repository_selection": if repos.is_some() || installation.selected.is_some() { "selected" } else { "all" },
    });
    if let Some(repos) = &repos {
        answer["repositories"] = repos.iter().map(|id| shapes::small_repo(world, *id)).collect();
    }
    world
        .tokens
        .insert(text.clone(), Token { text, installation: id, permissions, repos, expires });
    Reply::json(201, answer)
}

fn repositories(world: &mut World, call: &Call) -> Reply {
    let Actor::Installation(token) = &call.actor else { return Reply::not_found() };
    let installation = &world.installations[&token.installation];
    let mut all: Vec<u64> = world
        .repos
        .keys()
        .filter(|id| world.covers(installation, **id))
        .filter(|id| token.repos.as_ref().is_none_or(|chosen| chosen.contains(*id)))
        .copied()
        .collect();
    all.retain(|id| world.unlisted.get(id) != Some(&false));
    let count = all.len();
    all.retain(|id| !world.unlisted.contains_key(id));
    let selection = if installation.selected.is_some() { "selected" } else { "all" };
    // Of ten thousand only those of the page are shaped.
    let (rows, link) = page(call, &world.base, all);
    let rows: Vec<Value> = rows.into_iter().map(|id| shapes::small_repo(world, id)).collect();
    let body =
        json!({"total_count": count, "repository_selection": selection, "repositories": rows});
    with_link(Reply::ok(body), link)
}

fn rate_limit(world: &mut World, call: &Call) -> Reply {
    let key = call.actor.installation().unwrap_or(0);
    let (remaining, used, reset) = world.meters.entry(key).or_default().state(world.clock.now());
    let core = json!({"limit": PER_HOUR, "remaining": remaining, "used": used, "reset": reset});
    let search = json!({"limit": 30, "remaining": 30, "used": 0, "reset": reset});
    Reply::ok(json!({"resources": {"core": core, "graphql": core, "search": search}, "rate": core}))
}
