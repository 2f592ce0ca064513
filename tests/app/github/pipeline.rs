//! Which answer does a request deserve? Every rule that is not an endpoint's own, in GitHub's order.

use axum::http::HeaderMap;
use axum::http::request::Parts;
use serde_json::Value;

use super::auth::{self, Actor};
use super::call::{Body, Call, Reply, decode};
use super::limits::{self, CONCURRENT, Kind};
use super::openapi::Operation;
use super::routes::{self, Needs, Route};
use super::state::{Logged, World};
use super::{graphql, limits::Meter};

/// Marks an answer that a test ordered; never sent.
pub const ORDERED: &str = "x-fake-ordered";

/// A request, read and matched, before anything is judged.
pub struct Incoming {
    method: String,
    /// Below the API base, as sent; `None` when it is outside the base.
    path: Option<String>,
    whole_path: String,
    query_text: String,
    query: Vec<(String, String)>,
    headers: HeaderMap,
    bytes: Vec<u8>,
    body: Value,
    matched: Option<(&'static Route, Vec<(String, String)>)>,
    actor: Result<Actor, (Reply, Option<String>)>,
    /// Answer with a redirect to this path.
    redirect: Option<String>,
    /// Asked for as `/repositories/{id}`.
    by_id: bool,
}

impl Incoming {
    pub fn new(world: &World, parts: Parts, bytes: Vec<u8>) -> Incoming {
        let method = parts.method.as_str().to_string();
        let whole_path = parts.uri.path().to_string();
        let query_text = parts.uri.query().unwrap_or_default().to_string();
        let query = query_text
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode(key, true), decode(value, true))
            })
            .collect();
        let prefix = if world.options.ghes { "/api/v3" } else { "" };
        let graphql_path = if world.options.ghes { "/api/graphql" } else { "/graphql" };
        let path = match whole_path == graphql_path {
            true => Some("/graphql".to_string()),
            false => whole_path
                .strip_prefix(prefix)
                .filter(|path| *path != "/graphql" || !world.options.ghes)
                .map(String::from),
        };
        let (target, redirect, by_id) = routes::locate(world, path.as_deref().unwrap_or_default());
        let matched = routes::find(&method, &target);
        Incoming {
            body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
            actor: auth::identify(world, &parts.headers),
            headers: parts.headers,
            method,
            path,
            whole_path,
            query_text,
            query,
            bytes,
            matched,
            redirect,
            by_id,
        }
    }

    /// `METHOD template`, or `METHOD path` when no endpoint matches.
    pub fn route_name(&self) -> String {
        match &self.matched {
            Some((route, _)) => format!("{} {}", self.method, route.template),
            None => self.path_name(),
        }
    }

    /// `METHOD path`.
    pub fn path_name(&self) -> String {
        format!("{} {}", self.method, self.path.as_ref().unwrap_or(&self.whole_path))
    }

    pub fn logged(&self, _world: &World, status: u16, faulted: bool) -> Logged {
        Logged {
            method: self.method.clone(),
            route: self.route_name(),
            path: self.whole_path.clone(),
            query: self.query_text.clone(),
            body: self.body.clone(),
            status,
            installation: self.actor.as_ref().ok().and_then(Actor::installation),
            faulted,
        }
    }

    /// What the caller sent to be believed.
    pub fn credentials(&self) -> &str {
        self.headers_named("authorization").first().copied().unwrap_or_default()
    }

    fn meter_key(&self) -> u64 {
        self.actor.as_ref().ok().and_then(Actor::installation).unwrap_or(0)
    }

    fn headers_named(&self, name: &str) -> Vec<&str> {
        self.headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect()
    }
}

/// The answer; state changes and violations happen here.
pub fn answer(world: &mut World, incoming: &Incoming) -> Reply {
    let name = incoming.route_name();
    for text in manners(incoming) {
        world.blame(format!("{name}: {text}"));
    }
    if incoming.headers_named("user-agent").is_empty() {
        return Reply::error(
            403,
            "Request forbidden by administrative rules. Please make sure your request has a User-Agent header",
        );
    }
    let actor = match &incoming.actor {
        Ok(actor) => actor.clone(),
        Err((reply, why)) => {
            if let Some(why) = why {
                world.blame(format!("{name}: {why}"));
            }
            return copy(reply);
        }
    };
    if let Some(target) = &incoming.redirect {
        let status = if incoming.method == "GET" { 301 } else { 307 };
        let query = match incoming.query_text.as_str() {
            "" => String::new(),
            text => format!("?{text}"),
        };
        let url = format!("{}{target}{query}", world.base);
        let body = serde_json::json!({"message": "Moved Permanently", "url": url,
            "documentation_url": "https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api"});
        return Reply::json(status, body).header("location", url);
    }
    let Some((route, params)) = &incoming.matched else {
        if incoming.path.is_some() {
            world.blame(format!("{name}: the fake GitHub has no such endpoint"));
        }
        return Reply::not_found();
    };
    if let Some(refusal) = limit(world, incoming, route) {
        return refusal;
    }
    let repo = match admit(world, route, params, &actor) {
        Ok(repo) => repo,
        Err(reply) => return reply,
    };
    if incoming.method != "GET" && world.repos.get(&repo).is_some_and(|repo| repo.archived) {
        return Reply::error(403, "Repository was archived so is read-only.");
    }
    let operation = Operation::find(route.method, route.template);
    let wrong = operation.as_ref().map(|op| check(op, incoming, params)).unwrap_or_default();
    if !wrong.is_empty() {
        wrong.iter().for_each(|text| world.blame(format!("{name}: {text}")));
        return Reply::invalid("Request", "body", &wrong.join("; "));
    }
    let call = Call {
        method: incoming.method.clone(),
        params: params.clone(),
        query: incoming.query.clone(),
        headers: incoming.headers.clone(),
        body: incoming.body.clone(),
        actor,
        repo,
        path: incoming.path.clone().unwrap_or_default(),
    };
    let reply = if route.template == "/graphql" {
        graphql::answer(world, &call)
    } else {
        (route.handler)(world, &call)
    };
    if let (Some(operation), Body::Json(value)) = (&operation, &reply.body) {
        for text in operation.check_answer(reply.status, Some(value)) {
            world.blame(format!("{name}: MISTAKE OF THE FAKE in answer {}: {text}", reply.status));
        }
    }
    cached(world, incoming, reply)
}

/// Faults of form that GitHub forgives and we do not.
fn manners(incoming: &Incoming) -> Vec<String> {
    let mut out = Vec::new();
    if incoming.headers_named("user-agent").len() != 1 {
        out.push(format!("{} User-Agent headers", incoming.headers_named("user-agent").len()));
    }
    let is_graphql = incoming.path.as_deref() == Some("/graphql");
    match incoming.headers_named("x-github-api-version")[..] {
        ["2022-11-28" | "2026-03-10"] => {}
        [] if is_graphql => {}
        ref versions => out.push(format!("X-GitHub-Api-Version is {versions:?}")),
    }
    if incoming.path.is_none() {
        out.push(format!("{} is outside the API base", incoming.whole_path));
    }
    if !incoming.bytes.is_empty() && incoming.body.is_null() && incoming.bytes != b"null" {
        out.push("the body is not JSON".into());
    }
    out
}

fn check(operation: &Operation, incoming: &Incoming, params: &[(String, String)]) -> Vec<String> {
    let params = if incoming.by_id { &params[2..] } else { params };
    let mut path = params.to_vec();
    if incoming.by_id {
        path.extend([("owner".into(), "o".into()), ("repo".into(), "r".into())]);
    }
    let mut out = operation.check_parameters(&path, &incoming.query);
    // octocrab writes `null` for "no body".
    let body = (!incoming.body.is_null()).then_some(&incoming.body);
    out.extend(operation.check_body(body));
    out
}

fn limit(world: &mut World, incoming: &Incoming, route: &Route) -> Option<Reply> {
    if world.in_flight > CONCURRENT {
        world.blame(format!("{} requests at once", world.in_flight));
        return Some(limits::secondary_limit(None));
    }
    if route.template == "/rate_limit" {
        return None;
    }
    let kind = match (incoming.method.as_str(), route.template) {
        (_, "/graphql") => Kind::Query,
        ("GET", _) => Kind::Read,
        _ if route.creates => Kind::Creation,
        _ => Kind::Write,
    };
    let (primary, secondary) = (world.options.primary_limit, world.options.secondary_limits);
    let clock = world.clock.clone();
    let meter: &mut Meter = world.meters.entry(incoming.meter_key()).or_default();
    match meter.book(&clock, kind, (primary, secondary)) {
        Ok(()) => {
            if secondary && kind == Kind::Creation && meter.hurries(clock.now()) {
                let name = incoming.route_name();
                world.blame(format!("{name}: less than a second after the one before"));
            }
            None
        }
        Err(refusal) if refusal.ordered => Some(refusal.reply.header(ORDERED, String::new())),
        Err(refusal) => {
            world.blame(format!("{}: ran into a rate limit", incoming.route_name()));
            Some(refusal.reply)
        }
    }
}

/// The repository that the call is about (0 for none), if the caller may make this call at all.
fn admit(
    world: &World,
    route: &Route,
    params: &[(String, String)],
    actor: &Actor,
) -> Result<u64, Reply> {
    match (&route.needs, actor) {
        (Needs::Nothing, _) | (Needs::Jwt, Actor::App) => Ok(0),
        (Needs::Jwt, _) => Err(Reply::error(401, "A JSON web token could not be decoded")),
        (_, Actor::App) => Err(Reply::error(
            403,
            "This endpoint requires you to be authenticated with an installation access token",
        )),
        (_, Actor::Nobody) => Err(Reply::error(401, "Requires authentication")),
        (Needs::Token, Actor::Installation(token)) => {
            match world.installations.get(&token.installation) {
                Some(found) if !found.removed => Ok(0),
                _ => Err(Reply::error(401, "Bad credentials")),
            }
        }
        (Needs::Organisation(wanted), Actor::Installation(token)) => {
            match world.installations.get(&token.installation) {
                Some(found) if found.removed => Err(Reply::error(401, "Bad credentials")),
                Some(found) if found.account == params[0].1 && actor.may(wanted) => Ok(0),
                _ => Err(Reply::error(403, "Resource not accessible by integration")),
            }
        }
        (Needs::Permission(wanted), Actor::Installation(token)) => {
            let full_name = format!("{}/{}", params[0].1, params[1].1);
            let repo = world.repo_named(&full_name).map_or(0, |repo| repo.id);
            let installation = world.installations.get(&token.installation);
            if installation.is_none_or(|found| found.removed) {
                return Err(Reply::error(401, "Bad credentials"));
            }
            let seen = installation.is_some_and(|found| world.covers(found, repo))
                && token.repos.as_ref().is_none_or(|chosen| chosen.contains(&repo));
            // Anybody with a token may read what is public, such as actions of others.
            let elsewhere = world.repos.get(&repo).is_some_and(|repo| {
                let mut all = world.installations.values();
                !repo.private && !all.any(|i| i.account == repo.owner && !i.removed)
            });
            match seen {
                false if elsewhere && *wanted == [("contents", "read")] => Ok(repo),
                false => Err(Reply::not_found()),
                true if installation.is_some_and(|found| found.suspended.is_some()) => {
                    Err(Reply::error(403, "This installation has been suspended"))
                }
                true if actor.may(wanted) => Ok(repo),
                true => Err(Reply::error(403, "Resource not accessible by integration")),
            }
        }
    }
}

/// ETags: a repeated read costs nothing.
fn cached(world: &mut World, incoming: &Incoming, reply: Reply) -> Reply {
    let Body::Json(value) = &reply.body else { return reply };
    if incoming.method != "GET" || reply.status != 200 {
        return reply;
    }
    let digest = super::git::hash_object("answer", value.to_string().as_bytes());
    let etag = format!("W/\"{digest}\"");
    if incoming.headers_named("if-none-match").contains(&etag.as_str()) {
        world.meters.entry(incoming.meter_key()).or_default().refund();
        return Reply { status: 304, body: Body::Empty, headers: vec![("etag", etag)] };
    }
    reply.header("etag", etag)
}

/// Headers that every answer carries.
pub fn standard_headers(world: &World, incoming: &Incoming) -> Vec<(&'static str, String)> {
    let now = world.clock.now();
    let meter = world.meters.get(&incoming.meter_key()).cloned().unwrap_or_default();
    let (remaining, used, reset) = meter.state(now);
    let resource = if incoming.path.as_deref() == Some("/graphql") { "graphql" } else { "core" };
    vec![
        ("x-ratelimit-limit", limits::PER_HOUR.to_string()),
        ("x-ratelimit-remaining", remaining.to_string()),
        ("x-ratelimit-used", used.to_string()),
        ("x-ratelimit-reset", reset.to_string()),
        ("x-ratelimit-resource", resource.into()),
        ("x-github-request-id", format!("FAKE:{:X}", world.calls.len())),
        ("x-github-media-type", "github.v3; format=json".into()),
    ]
}

fn copy(reply: &Reply) -> Reply {
    let body = match &reply.body {
        Body::Json(value) => Body::Json(value.clone()),
        Body::Raw(bytes) => Body::Raw(bytes.clone()),
        Body::Empty => Body::Empty,
    };
    Reply { status: reply.status, body, headers: reply.headers.clone() }
}
