//! The App's webhook deliveries: list, read again, redeliver.

use serde_json::{Value, json};

use super::{Needs, Route, get, post};
use crate::github::call::{Body, Call, Reply, with_link};
use crate::github::clock::stamp;
use crate::github::state::World;
use crate::github::webhooks::Hook;

pub const ROUTES: &[Route] = &[
    get("/app/hook/deliveries", Needs::Jwt, list),
    get("/app/hook/deliveries/{delivery_id}", Needs::Jwt, one),
    post("/app/hook/deliveries/{delivery_id}/attempts", Needs::Jwt, redeliver),
];

/// GitHub forgets deliveries after three days.
const KEPT: i64 = 3 * 24 * 3600;

fn row(hook: &Hook) -> Value {
    json!({
        "id": hook.id, "guid": hook.guid, "delivered_at": stamp(hook.at),
        "redelivery": hook.redelivery, "duration": 0.1, "status": hook.status_word(),
        "status_code": hook.status, "event": hook.event, "action": hook.action,
        "installation_id": hook.installation, "repository_id": hook.repository,
        "throttled_at": null,
    })
}

/// Newest first; the cursor is the id before which to go on.
fn list(world: &mut World, call: &Call) -> Reply {
    let size =
        call.query("per_page").and_then(|text| text.parse().ok()).unwrap_or(30_usize).clamp(1, 100);
    let before = call.query("cursor").and_then(|text| text.parse().ok()).unwrap_or(u64::MAX);
    let now = world.clock.now();
    let mut found: Vec<&Hook> = world
        .history
        .iter()
        .rev()
        .filter(|hook| hook.id < before && hook.at > now - KEPT)
        .filter(|hook| match call.query("status") {
            Some("success") => (200..400).contains(&hook.status),
            Some("failure") => (400..600).contains(&hook.status),
            _ => true,
        })
        .collect();
    let more = found.len() > size;
    found.truncate(size);
    let link = found.last().filter(|_| more).map(|last| {
        let status = call.query("status").map(|text| format!("&status={text}")).unwrap_or_default();
        let base = &world.base;
        format!(
            "<{base}/app/hook/deliveries?per_page={size}&cursor={}{status}>; rel=\"next\"",
            last.id
        )
    });
    with_link(Reply::ok(found.into_iter().map(row).collect()), link)
}

fn one(world: &mut World, call: &Call) -> Reply {
    let Some(hook) = world.history.iter().find(|hook| hook.id == call.number("delivery_id")) else {
        return Reply::not_found();
    };
    let mut value = row(hook);
    let headers: Value = hook
        .headers(world)
        .into_iter()
        .map(|(name, text)| (name.to_string(), json!(text)))
        .collect::<serde_json::Map<_, _>>()
        .into();
    let payload: Value = serde_json::from_slice(&hook.body).expect("payloads are JSON");
    value["url"] = json!(world.hook_target.clone().unwrap_or_default());
    value["request"] = json!({"headers": headers, "payload": payload});
    value["response"] = json!({"headers": {}, "payload": null});
    Reply::ok(value)
}

fn redeliver(world: &mut World, call: &Call) -> Reply {
    let found = world.history.iter().find(|hook| hook.id == call.number("delivery_id")).cloned();
    let Some(hook) = found else { return Reply::not_found() };
    world.requeue(hook);
    Reply { status: 202, body: Body::Json(json!({})), headers: Vec::new() }
}
