//! What does `POST /graphql` answer? Repositories and Git objects; errors come with status 200.

mod objects;
mod parse;
mod pulls;

use serde_json::{Map, Value, json};

use super::auth::Actor;
use super::call::{Call, Reply};
use super::clock::stamp;
use super::limits::PER_HOUR;
use super::state::World;
use parse::Field;

/// Collects errors while a selection is walked.
pub(super) struct Walk<'a> {
    world: &'a World,
    actor: &'a Actor,
    errors: Vec<Value>,
    /// Mistakes in the query itself.
    faults: Vec<String>,
}

impl Walk<'_> {
    /// A field that the type does not have.
    fn unknown(&mut self, kind: &str, field: &Field) -> Value {
        let text = format!("Field '{}' doesn't exist on type '{kind}'", field.name);
        self.faults.push(text.clone());
        self.errors.push(json!({"message": text, "path": ["query", field.alias],
            "extensions": {"code": "undefinedField", "typeName": kind, "fieldName": field.name}}));
        Value::Null
    }

    fn text_argument(&mut self, field: &Field, name: &str) -> String {
        match field.arguments.get(name).and_then(Value::as_str) {
            Some(text) => text.into(),
            None => {
                let text = format!("Field '{}' lacks the argument '{name}'", field.name);
                self.faults.push(text.clone());
                self.errors.push(json!({"message": text}));
                String::new()
            }
        }
    }

    /// The selected fields, fragments of other types left out.
    fn select(
        &mut self,
        kind: &str,
        fields: &[Field],
        read: &mut dyn FnMut(&mut Self, &Field) -> Value,
    ) -> Value {
        let mut map = Map::new();
        self.select_into(kind, fields, read, &mut map);
        Value::Object(map)
    }

    fn select_into(
        &mut self,
        kind: &str,
        fields: &[Field],
        read: &mut dyn FnMut(&mut Self, &Field) -> Value,
        map: &mut Map<String, Value>,
    ) {
        for field in fields {
            match field.on.as_deref() {
                Some(on) if on == kind || on == "GitObject" || on == "Node" => {
                    self.select_into(kind, &field.fields, read, map);
                }
                Some(_) => {}
                None if field.name == "__typename" => {
                    map.insert(field.alias.clone(), json!(kind));
                }
                None => {
                    let value = read(self, field);
                    map.insert(field.alias.clone(), value);
                }
            }
        }
    }
}

pub fn answer(world: &mut World, call: &Call) -> Reply {
    if !world.options.graphql {
        return Reply::not_found();
    }
    let Some(query) = call.body["query"].as_str() else {
        world.blame("POST /graphql: no query".into());
        return Reply::error(400, "A query attribute must be specified and must be a string.");
    };
    let fields = match parse::parse(query, &call.body["variables"]) {
        Ok(fields) => fields,
        Err(text) => {
            world.blame(format!("POST /graphql: {text}"));
            return Reply::ok(json!({"errors": [{"message": text}]}));
        }
    };
    let mut walk = Walk { world, actor: &call.actor, errors: Vec::new(), faults: Vec::new() };
    let data = walk.select("Query", &fields, &mut |walk, field| match field.name.as_str() {
        "repository" => repository(walk, field),
        "rateLimit" => rate_limit(walk, field),
        _ => walk.unknown("Query", field),
    });
    let (errors, faults) = (walk.errors, walk.faults);
    let invalid = !faults.is_empty();
    faults.into_iter().for_each(|text| world.blame(format!("POST /graphql: {text}")));
    let mut body = json!({});
    // A query that does not fit the schema is not run at all.
    if !invalid {
        body["data"] = data;
    }
    if !errors.is_empty() {
        body["errors"] = Value::Array(errors);
    }
    Reply::ok(body)
}

fn repository(walk: &mut Walk, field: &Field) -> Value {
    let (owner, name) = (walk.text_argument(field, "owner"), walk.text_argument(field, "name"));
    let full_name = format!("{owner}/{name}");
    let world = walk.world;
    // GraphQL follows renames without a redirect.
    let former = || world.moved.get(&full_name.to_lowercase()).and_then(|id| world.repos.get(id));
    let found = world.repo_named(&full_name).or_else(former);
    let repo = found.filter(|repo| sees(walk, repo.id) && walk.actor.may(&[("contents", "read")]));
    let Some(repo) = repo else {
        walk.errors.push(json!({"type": "NOT_FOUND", "path": [field.alias],
            "locations": [{"line": 1, "column": 1}],
            "message": format!("Could not resolve to a Repository with the name '{full_name}'.")}));
        return Value::Null;
    };
    walk.select("Repository", &field.fields, &mut |walk, field| match field.name.as_str() {
        "object" => objects::object(walk, repo.id, field),
        "pullRequests" => pulls::pull_requests(walk, repo.id, field),
        "id" => json!(super::shapes::node_id("R", repo.id)),
        "databaseId" => json!(repo.id),
        "name" => json!(repo.name),
        "nameWithOwner" => json!(repo.full_name()),
        "isArchived" => json!(repo.archived),
        "defaultBranchRef" => match repo.branch(&repo.default_branch).cloned() {
            None => Value::Null,
            Some(tip) => {
                let name = repo.default_branch.clone();
                walk.select("Ref", &field.fields, &mut |walk, field| match field.name.as_str() {
                    "name" => json!(name),
                    "target" => objects::show(walk, repo.id, &tip, &field.fields),
                    _ => walk.unknown("Ref", field),
                })
            }
        },
        "isPrivate" => json!(repo.private),
        _ => walk.unknown("Repository", field),
    })
}

fn sees(walk: &Walk, repo: u64) -> bool {
    let Actor::Installation(token) = walk.actor else { return false };
    let installation = walk.world.installations.get(&token.installation);
    installation.is_some_and(|found| walk.world.covers(found, repo))
        && token.repos.as_ref().is_none_or(|chosen| chosen.contains(&repo))
}

fn rate_limit(walk: &mut Walk, field: &Field) -> Value {
    let key = walk.actor.installation().unwrap_or(0);
    let now = walk.world.clock.now();
    let (remaining, used, reset) =
        walk.world.meters.get(&key).cloned().unwrap_or_default().state(now);
    walk.select("RateLimit", &field.fields, &mut |walk, field| match field.name.as_str() {
        "limit" => json!(PER_HOUR),
        "cost" => json!(1),
        "remaining" => json!(remaining),
        "used" => json!(used),
        "resetAt" => json!(stamp(reset)),
        "nodeCount" => json!(0),
        _ => walk.unknown("RateLimit", field),
    })
}
