//! Git's own objects, written: trees, commits, references.

use serde_json::{Value, json};

use super::{CONTENTS_WRITE, Route, delete, patch, post};
use crate::github::call::{Body, Call, Reply};
use crate::github::git::Mode;
use crate::github::shapes::{self, BOT};
use crate::github::state::World;

pub const ROUTES: &[Route] = &[
    post("/repos/{owner}/{repo}/git/trees", CONTENTS_WRITE, tree),
    post("/repos/{owner}/{repo}/git/commits", CONTENTS_WRITE, commit),
    post("/repos/{owner}/{repo}/git/refs", CONTENTS_WRITE, create),
    patch("/repos/{owner}/{repo}/git/refs/{ref}", CONTENTS_WRITE, update),
    delete("/repos/{owner}/{repo}/git/refs/{ref}", CONTENTS_WRITE, remove),
];

fn invalid(message: &str) -> Reply {
    Reply::error(422, message)
}

fn tree(world: &mut World, call: &Call) -> Reply {
    let mut flat = match call.body["base_tree"].as_str() {
        None => Default::default(),
        Some(base) => match world.store(call.repo).tree(base) {
            Some(_) => world.store(call.repo).flat(base),
            None => return Reply::not_found(),
        },
    };
    let wanted: Vec<Value> = call.body["tree"].as_array().cloned().unwrap_or_default();
    for entry in &wanted {
        let path = entry["path"].as_str().unwrap_or_default();
        let strange = |part: &str| matches!(part, "" | "." | ".." | ".git");
        if path.split('/').any(strange) {
            return invalid("tree.path contains a malformed path component");
        }
        let mode = match entry["mode"].as_str() {
            Some("100644") => Mode::File,
            Some("100755") => Mode::Executable,
            _ => return invalid("Must supply a valid tree.mode"),
        };
        match (entry["content"].as_str(), &entry["sha"]) {
            (Some(text), Value::Null) => {
                let blob = world.store_mut(call.repo).put_blob(text.as_bytes());
                flat.insert(path.into(), (mode, blob));
            }
            (None, Value::Null) => {
                // Assumed: taking away what is not there is refused.
                if flat.remove(path).is_none() {
                    return invalid("GitRPC::BadObjectState");
                }
            }
            (None, Value::String(sha)) => {
                flat.insert(path.into(), (mode, sha.clone()));
            }
            _ => return invalid("Must supply either tree.sha or tree.content"),
        }
    }
    let sha = world.store_mut(call.repo).put_tree(&flat);
    let api = format!("{}/repos/{}/git", world.base, world.repos[&call.repo].full_name());
    let rows: Vec<Value> = world.store(call.repo).tree(&sha).map_or_else(Vec::new, |entries| {
        let row = |e: &crate::github::git::TreeEntry| {
            json!({"path": e.name, "mode": e.mode.digits(), "type": e.mode.kind(), "sha": e.sha})
        };
        entries.iter().map(row).collect()
    });
    let url = format!("{api}/trees/{sha}");
    Reply::json(201, json!({"sha": sha, "url": url, "tree": rows, "truncated": false}))
}

fn commit(world: &mut World, call: &Call) -> Reply {
    let text = |name: &str| call.body[name].as_str().unwrap_or_default().to_string();
    let (tree, message, now) = (text("tree"), text("message"), world.clock.now());
    if world.store(call.repo).tree(&tree).is_none() {
        return invalid("Tree SHA does not exist");
    }
    let parents: Vec<String> = call.body["parents"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|sha| sha.as_str().map(String::from))
        .collect();
    if parents.iter().any(|sha| world.store(call.repo).commit(sha).is_none()) {
        return invalid("Parent SHA does not exist or is not a commit object");
    }
    world.account(BOT, "Bot");
    let sha = world.store_mut(call.repo).put_commit(&tree, &parents, BOT, now, &message);
    let commit = world.store(call.repo).commit(&sha).expect("just made").clone();
    Reply::json(201, shapes::git_commit(world, call.repo, &commit))
}

/// GitHub refuses a branch whose commits change workflows unless the App may do that. Assumed: it
/// compares with what the branch, or else the default branch, holds.
fn touches_workflows(world: &World, call: &Call, before: Option<&str>, after: &str) -> bool {
    let repo = &world.repos[&call.repo];
    let base = before.map(String::from).or_else(|| world.resolve(call.repo, &repo.default_branch));
    let files = |sha: &str| {
        let mut files = world.files(call.repo, sha);
        files.retain(|path, _| path.starts_with(".github/workflows/"));
        files
    };
    base.map(|sha| files(&sha)).unwrap_or_default() != files(after)
}

fn refused(world: &World, call: &Call, before: Option<&str>, after: &str) -> Option<Reply> {
    let may = call.grants("workflows", "write");
    (!may && touches_workflows(world, call, before, after)).then(|| {
        Reply::error(
            403,
            "refusing to allow a GitHub App to create or update workflow without `workflows` permission",
        )
    })
}

fn create(world: &mut World, call: &Call) -> Reply {
    let name = call.body["ref"].as_str().unwrap_or_default().to_string();
    let sha = call.body["sha"].as_str().unwrap_or_default().to_string();
    let Some(branch) = name.strip_prefix("refs/heads/").map(String::from) else {
        return invalid("Reference name must start with 'refs/'.");
    };
    if world.store(call.repo).commit(&sha).is_none() {
        return invalid("Object does not exist");
    }
    if world.repos[&call.repo].refs.contains_key(&name) {
        return invalid("Reference already exists");
    }
    if let Some(refusal) = refused(world, call, None, &sha) {
        return refusal;
    }
    world.move_branch(call.repo, &branch, &sha, BOT);
    Reply::json(201, shown(world, call, &name, &sha))
}

fn remove(world: &mut World, call: &Call) -> Reply {
    let name = format!("refs/{}", call.param("ref"));
    match world.repo_mut(call.repo).refs.remove(&name) {
        Some(_) => Reply { status: 204, body: Body::Empty, headers: Vec::new() },
        None => invalid("Reference does not exist"),
    }
}

fn update(world: &mut World, call: &Call) -> Reply {
    let name = format!("refs/{}", call.param("ref"));
    let sha = call.body["sha"].as_str().unwrap_or_default().to_string();
    let Some(before) = world.repos[&call.repo].refs.get(&name).cloned() else {
        return invalid("Reference does not exist");
    };
    if world.store(call.repo).commit(&sha).is_none() {
        return invalid("Object does not exist");
    }
    let forced = call.body["force"].as_bool().unwrap_or(false);
    if !forced && !world.store(call.repo).ancestors(&sha).contains(&before) {
        return invalid("Update is not a fast forward");
    }
    if let Some(refusal) = refused(world, call, Some(&before), &sha) {
        return refusal;
    }
    let branch = name.trim_start_matches("refs/heads/").to_string();
    world.move_branch(call.repo, &branch, &sha, BOT);
    Reply::ok(shown(world, call, &name, &sha))
}

fn shown(world: &World, call: &Call, name: &str, sha: &str) -> Value {
    let api = format!("{}/repos/{}/git", world.base, world.repos[&call.repo].full_name());
    json!({
        "ref": name, "node_id": format!("REF_fake{sha}"), "url": format!("{api}/{name}"),
        "object": {"type": "commit", "sha": sha, "url": format!("{api}/commits/{sha}")},
    })
}
