//! Which endpoints are there? One table per area; adding one is one handler and one row.

mod app;
mod checks;
mod commits;
mod contents;
mod deliveries;
mod git;
mod git_write;
mod issues;
mod pulls;
mod pulls_write;
mod repos;
mod shipping;
mod teams;

pub use pulls::changes_of;

use super::call::{Call, Reply, decode};
use super::state::World;

pub type Handler = fn(&mut World, &Call) -> Reply;

pub struct Route {
    pub method: &'static str,
    /// As in the OpenAPI description.
    pub template: &'static str,
    pub needs: Needs,
    /// Counts as content creation. Assumed: issues and comments do, check runs do not.
    pub creates: bool,
    pub handler: Handler,
}

/// Who may call.
pub enum Needs {
    Nothing,
    /// The App itself.
    Jwt,
    /// Any installation token.
    Token,
    /// An installation token that reaches the repository with one of these (permission, level).
    Permission(&'static [(&'static str, &'static str)]),
    /// The same for the organisation that the path names.
    Organisation(&'static [(&'static str, &'static str)]),
}

const CONTENTS: Needs = Needs::Permission(&[("contents", "read")]);
const CONTENTS_WRITE: Needs = Needs::Permission(&[("contents", "write")]);
const PULLS_WRITE: Needs = Needs::Permission(&[("pull_requests", "write")]);
const METADATA: Needs = Needs::Permission(&[("metadata", "read")]);
const PULLS: Needs = Needs::Permission(&[("pull_requests", "read")]);
const CHECKS: Needs = Needs::Permission(&[("checks", "read")]);
const CHECKS_WRITE: Needs = Needs::Permission(&[("checks", "write")]);
const ISSUES: Needs = Needs::Permission(&[("issues", "read"), ("pull_requests", "read")]);
const ISSUES_WRITE: Needs = Needs::Permission(&[("issues", "write"), ("pull_requests", "write")]);

const DEPLOYMENTS: Needs = Needs::Permission(&[("deployments", "read")]);
const ACTIONS: Needs = Needs::Permission(&[("actions", "read")]);

const fn get(template: &'static str, needs: Needs, handler: Handler) -> Route {
    Route { method: "GET", template, needs, creates: false, handler }
}

const fn post(template: &'static str, needs: Needs, handler: Handler) -> Route {
    Route { method: "POST", template, needs, creates: false, handler }
}

const fn creating(template: &'static str, needs: Needs, handler: Handler) -> Route {
    Route { method: "POST", template, needs, creates: true, handler }
}

const fn patch(template: &'static str, needs: Needs, handler: Handler) -> Route {
    Route { method: "PATCH", template, needs, creates: false, handler }
}

const fn delete(template: &'static str, needs: Needs, handler: Handler) -> Route {
    Route { method: "DELETE", template, needs, creates: false, handler }
}

const GRAPHQL: &[Route] = &[post("/graphql", Needs::Token, |_, _| Reply::not_found())];

const TABLES: [&[Route]; 14] = [
    app::ROUTES,
    checks::ROUTES,
    commits::ROUTES,
    contents::ROUTES,
    deliveries::ROUTES,
    git::ROUTES,
    git_write::ROUTES,
    issues::ROUTES,
    pulls::ROUTES,
    pulls_write::ROUTES,
    repos::ROUTES,
    teams::ROUTES,
    shipping::ROUTES,
    GRAPHQL,
];

/// The endpoint for a method and a path below the API base, with decoded parameters. Of several the
/// one with the most fixed text wins (`commits/{ref}/check-runs` before `commits/{ref}`).
pub fn find(method: &str, path: &str) -> Option<(&'static Route, Vec<(String, String)>)> {
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    TABLES
        .iter()
        .flat_map(|table| table.iter())
        .filter(|route| route.method == method)
        .filter_map(|route| {
            let template: Vec<&str> = route.template.trim_start_matches('/').split('/').collect();
            let mut params = Vec::new();
            fits(&template, &parts, &mut params).then_some((route, params))
        })
        .max_by_key(|(route, _)| {
            route.template.split('/').filter(|part| !part.starts_with('{')).count()
        })
}

/// Parameters that may hold slashes.
const LONG: [&str; 5] = ["path", "ref", "branch", "basehead", "tree_sha"];

fn fits(template: &[&str], parts: &[&str], params: &mut Vec<(String, String)>) -> bool {
    let Some((first, rest)) = template.split_first() else { return parts.is_empty() };
    let most = parts.len();
    let Some(name) = first.strip_prefix('{').and_then(|text| text.strip_suffix('}')) else {
        return parts.first() == Some(first) && fits(rest, &parts[1..], params);
    };
    // The contents of the root folder have an empty path.
    let least = usize::from(name != "path");
    let longest = if LONG.contains(&name) { most } else { least.min(most) };
    for count in (least..=longest).rev() {
        let known = params.len();
        let taken: Vec<String> = parts[..count].iter().map(|part| decode(part, false)).collect();
        if name != "path" && taken.iter().any(String::is_empty) {
            continue;
        }
        params.push((name.to_string(), taken.join("/")));
        if fits(rest, &parts[count..], params) {
            return true;
        }
        params.truncate(known);
    }
    false
}

/// Where a path leads: (path by present name, redirect for a former name, asked by id).
pub fn locate(world: &World, path: &str) -> (String, Option<String>, bool) {
    if let Some(rest) = path.strip_prefix("/repositories/") {
        let (id, below) = rest
            .split_once('/')
            .map_or((rest, String::new()), |(id, below)| (id, format!("/{below}")));
        if let Some(repo) = id.parse().ok().and_then(|id: u64| world.repos.get(&id)) {
            return (format!("/repos/{}/{}{below}", repo.owner, repo.name), None, true);
        }
        return (format!("/repos/nobody/{id}{below}"), None, true);
    }
    if let Some(rest) = path.strip_prefix("/repos/") {
        let parts: Vec<&str> = rest.splitn(3, '/').collect();
        if let [owner, name, below @ ..] = &parts[..] {
            let full_name = format!("{}/{}", decode(owner, false), decode(name, false));
            let moved = world.moved.get(&full_name.to_lowercase());
            if let (None, Some(id)) = (world.repo_named(&full_name), moved) {
                let below = below.first().map(|text| format!("/{text}")).unwrap_or_default();
                return (path.into(), Some(format!("/repositories/{id}{below}")), false);
            }
        }
    }
    (path.into(), None, false)
}
